#include "voice/pauses.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace echollama {
namespace {

constexpr float quiet = 0.01F;
constexpr std::size_t shortest_part = 5; // of a second
constexpr std::size_t kept_part = 5;     // of a pause

} // namespace

std::vector<float> shorten_pauses(std::vector<float> const& samples, int rate) {
    auto const shortest = static_cast<std::size_t>(rate) / shortest_part;
    std::vector<float> out;
    out.reserve(samples.size());
    auto const is_loud = [](float sample) { return std::abs(sample) > quiet; };
    for (auto at = samples.begin(); at != samples.end();) {
        auto const loud = std::find_if(at, samples.end(), is_loud);
        auto const pause = static_cast<std::size_t>(loud - at);
        out.insert(out.end(), at, pause < shortest ? loud : at + static_cast<std::ptrdiff_t>(pause / kept_part));
        at = std::find_if_not(loud, samples.end(), is_loud);
        out.insert(out.end(), loud, at);
    }
    return out;
}

} // namespace echollama
