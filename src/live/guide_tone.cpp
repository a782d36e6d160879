#include "live/guide_tone.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float side_deg = 45, beside_deg = 60;
constexpr float fastest = 8, slowest = 1.5F;    // tones a second
constexpr float near_m = 0.5F, far_m = 8;       // heard as 880 and 440 hertz
constexpr float usual_m = 2.5F;                 // where the distance is not known
constexpr double tone_s = 0.06, edge_s = 0.012; // a tone and its rise and fall
constexpr double level = 0.1, ducked_level = 0.025, turn_s = 0.01;

} // namespace

TonePlan tone_plan(Lead const& lead) {
    float const beside = std::min(std::abs(lead.bearing_deg), beside_deg) / beside_deg;
    float const metres = std::clamp(lead.metres.value_or(usual_m), near_m, far_m);
    return {std::clamp(lead.bearing_deg / side_deg, -1.0F, 1.0F), fastest * std::pow(slowest / fastest, beside),
            440 * std::pow(far_m / metres, 1 / std::log2(far_m / near_m))};
}

void GuideTone::lead(std::optional<Lead> const& lead) {
    plan_ = lead ? std::optional(tone_plan(*lead)) : std::nullopt;
}

std::vector<float> GuideTone::next(std::size_t frames) {
    std::vector<float> samples;
    samples.reserve(2 * frames);
    for (std::size_t i = 0; i < frames; ++i) {
        if (plan_ && since_ >= rate_ / static_cast<double>(plan_->per_second)) {
            since_ = 0;
            tone_ = *plan_;
        }
        double const t = since_ / rate_;
        double const wanted = !plan_ ? 0 : ducked_ ? ducked_level : level;
        double const step = level / (turn_s * rate_);
        gain_ += std::clamp(wanted - gain_, -step, step);
        double const edge = std::clamp(std::min(t, tone_s - t) / edge_s, 0.0, 1.0);
        double const sample = gain_ * edge * std::sin(2 * std::numbers::pi * static_cast<double>(tone_.hertz) * t);
        double const angle = (static_cast<double>(tone_.pan) + 1) * std::numbers::pi / 4; // as loud from every side
        samples.push_back(static_cast<float>(sample * std::cos(angle)));
        samples.push_back(static_cast<float>(sample * std::sin(angle)));
        ++since_;
    }
    return samples;
}

} // namespace echollama
