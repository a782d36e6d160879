#include "conversation/earcons.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr double tone_s = 0.055, edge_s = 0.012;
constexpr double level = 0.06;

void add_tone(std::vector<float>& samples, double hertz, int rate) {
    auto const count = static_cast<std::size_t>(tone_s * rate);
    for (std::size_t i = 0; i < count; ++i) {
        double const t = static_cast<double>(i) / rate;
        double const edge = std::min({1.0, t / edge_s, (tone_s - t) / edge_s});
        samples.push_back(static_cast<float>(level * edge * std::sin(2 * std::numbers::pi * hertz * t)));
    }
}

} // namespace

std::vector<float> earcon(Earcon kind, int rate) {
    std::vector<float> samples;
    switch (kind) {
    case Earcon::listening:
        add_tone(samples, 660, rate);
        add_tone(samples, 880, rate);
        break;
    case Earcon::thinking:
        add_tone(samples, 440, rate);
        break;
    case Earcon::interrupted:
        add_tone(samples, 660, rate);
        add_tone(samples, 440, rate);
        break;
    }
    return samples;
}

} // namespace echollama
