#include "voice/pauses.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace echollama {
namespace {

constexpr float quiet = 0.01F;
constexpr std::size_t shortest_part = 5; // of a second
constexpr std::size_t kept_part = 5;     // of a pause

} // namespace

PauseShortener::PauseShortener(int rate) : shortest_(static_cast<std::size_t>(rate) / shortest_part) {}

std::vector<float> PauseShortener::push(std::span<float const> samples) {
    std::vector<float> out;
    auto const is_loud = [](float sample) { return std::abs(sample) > quiet; };
    for (auto at = samples.begin(); at != samples.end();) {
        auto const loud = std::find_if(at, samples.end(), is_loud);
        pause_.insert(pause_.end(), at, loud);
        if (loud == samples.end()) {
            break;
        }
        settle(out);
        at = std::find_if_not(loud, samples.end(), is_loud);
        out.insert(out.end(), loud, at);
        decided_ += at - loud;
    }
    return out;
}

std::vector<float> PauseShortener::finish() {
    std::vector<float> out;
    settle(out);
    return out;
}

void PauseShortener::settle(std::vector<float>& out) {
    auto const kept = pause_.size() < shortest_ ? pause_.size() : pause_.size() / kept_part;
    out.insert(out.end(), pause_.begin(), pause_.begin() + static_cast<std::ptrdiff_t>(kept));
    auto const length = static_cast<std::int64_t>(pause_.size()), left = static_cast<std::int64_t>(kept);
    if (left < length) {
        cuts_.push_back({decided_ + left, length - left});
    }
    decided_ += length;
    pause_.clear();
}

std::optional<std::int64_t> PauseShortener::place_of(std::int64_t sample) const {
    if (sample >= decided_) {
        return std::nullopt;
    }
    std::int64_t cut = 0;
    for (auto const& c : cuts_) {
        cut += std::clamp<std::int64_t>(sample - c.first, 0, c.count);
    }
    return sample - cut;
}

} // namespace echollama
