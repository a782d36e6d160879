#include "media/spatial/spatial.h"

#include "media/spatial/hrtf_parts.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace echollama {
namespace {

constexpr float nearest_m = 0.5F, farthest_m = 10, reference_m = 1;
constexpr float db_per_doubling = 2.25F;
constexpr float high_db_per_metre = 0.3F;
constexpr double high_hz = 4000;
constexpr float headroom = 0.5F;       // -6 dB: the nearer ear hears a sound from the side louder than the front
constexpr double downmix_share = 0.85; // at least this part of the power of speech stays when both channels are added
constexpr double most_lift = 2;
constexpr double guard_s = 0.003;

float from_db(float db) {
    return std::pow(10.0F, db / 20);
}

// The taps with what is above 4 kHz made quieter, by a first-order shelf.
void add_shelf(std::vector<float>& taps, float high, int rate) {
    if (high == 1) {
        return;
    }
    taps.resize(taps.size() + static_cast<std::size_t>(rate) / 500); // the shelf's own 2 ms
    double const keep = std::exp(-2 * std::numbers::pi * high_hz / rate);
    double low = 0;
    for (auto& tap : taps) {
        low = keep * low + (1 - keep) * tap;
        tap = static_cast<float>(low + high * (tap - low));
    }
}

// Without an end that cannot be heard (90 dB under the highest tap).
void trim(EarFilters& filters) {
    float height = 0;
    for (auto const* taps : {&filters.left, &filters.right}) {
        for (float tap : *taps) {
            height = std::max(height, std::abs(tap));
        }
    }
    auto const heard = [&](std::vector<float> const& taps) {
        auto last = std::find_if(taps.rbegin(), taps.rend(), [&](float tap) { return std::abs(tap) > height * 3e-5F; });
        return static_cast<std::size_t>(taps.rend() - last);
    };
    auto const length = std::max({heard(filters.left), heard(filters.right), std::size_t{1}});
    filters.left.resize(length);
    filters.right.resize(length);
}

// Sound from the side reaches the ears at different times, so some of it cancels when a telephone or one earphone plays
// both channels as one. It is made louder where that would take much of the speech away.
float downmix_lift(EarFilters const& filters) {
    std::vector<float> sum(filters.left.size());
    for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] = (filters.left[i] + filters.right[i]) / 2;
    }
    double const power = hrtf::speech_power(sum, filters.rate);
    return static_cast<float>(std::clamp(std::sqrt(downmix_share / std::max(power, 1e-9)), 1.0, most_lift));
}

EarFilters placed(Head const& head, SoundPlace const& place, int rate) {
    auto filters = ear_filters(head, place.bearing_deg, rate);
    auto const effect = distance_effect(place.distance_m);
    float const gain = headroom * effect.gain * downmix_lift(filters);
    for (auto* taps : {&filters.left, &filters.right}) {
        for (auto& tap : *taps) {
            tap *= gain;
        }
        add_shelf(*taps, effect.high, rate);
    }
    trim(filters);
    return filters;
}

} // namespace

DistanceEffect distance_effect(std::optional<float> metres) {
    if (!metres || !(*metres > 0)) {
        return {};
    }
    float const heard = std::clamp(*metres, nearest_m, farthest_m);
    return {from_db(-db_per_doubling * std::log2(heard / reference_m)), from_db(-high_db_per_metre * heard)};
}

PeakGuard::PeakGuard(int rate)
    : reach_(std::max<std::size_t>(1, static_cast<std::size_t>(guard_s * rate))), held_(reach_, 1.0F),
      loud_ago_(2 * reach_) {}

std::vector<float> PeakGuard::push(std::span<float const> frames) {
    std::vector<float> out;
    out.reserve(frames.size());
    for (std::size_t i = 0; i + 1 < frames.size(); i += 2) {
        float const peak = std::max(std::abs(frames[i]), std::abs(frames[i + 1]));
        frames_.insert(frames_.end(), {frames[i], frames[i + 1]});
        needed_.push_back(peak > loudest_sample ? loudest_sample / peak : 1.0F);
        loud_ago_ = needed_.back() < 1 ? 0 : loud_ago_ + 1;
        if (needed_.size() > reach_) {
            needed_.pop_front();
        }
        bool const loud = loud_ago_ < 2 * reach_;
        held_.pop_front();
        held_.push_back(loud ? *std::min_element(needed_.begin(), needed_.end()) : 1.0F);
        if (frames_.size() < 2 * reach_) {
            continue;
        }
        // The average over the reach of the least gain within reach is at most what the frame itself needs.
        float const gain = loud ? std::accumulate(held_.begin(), held_.end(), 0.0F) / static_cast<float>(reach_) : 1.0F;
        for (int ear = 0; ear < 2; ++ear) {
            out.push_back(std::clamp(gain * frames_.front(), -loudest_sample, loudest_sample)); // rounding
            frames_.pop_front();
        }
    }
    return out;
}

std::vector<float> PeakGuard::finish() {
    auto const waiting = frames_.size();
    auto out = push(std::vector<float>(2 * (reach_ - 1)));
    out.resize(waiting);
    frames_.clear();
    needed_.clear();
    held_.assign(reach_, 1.0F);
    loud_ago_ = 2 * reach_;
    return out;
}

SpatialStream::SpatialStream(EarFilters filters)
    : filters_(std::move(filters)), left_(filters_.left.size() - 1), right_(left_.size()), guard_(filters_.rate) {}

SpatialStream::SpatialStream(int rate) : SpatialStream(EarFilters{rate, {headroom}, {headroom}}) {}

SpatialStream::SpatialStream(Head const& head, SoundPlace const& place, int rate)
    : SpatialStream(placed(head, place, rate)) {}

// Each sample adds its response to what is to come, so an output sample is always the same sum in the same order.
std::vector<float> SpatialStream::convolve(std::span<float const> samples) {
    auto const taps = filters_.left.size();
    left_.resize(samples.size() + taps - 1);
    right_.resize(samples.size() + taps - 1);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        for (std::size_t k = 0; k < taps; ++k) {
            left_[i + k] += samples[i] * filters_.left[k];
            right_[i + k] += samples[i] * filters_.right[k];
        }
    }
    std::vector<float> frames(2 * samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        frames[2 * i] = left_[i];
        frames[2 * i + 1] = right_[i];
    }
    auto const done = static_cast<std::ptrdiff_t>(samples.size());
    left_.erase(left_.begin(), left_.begin() + done);
    right_.erase(right_.begin(), right_.begin() + done);
    return frames;
}

std::vector<float> SpatialStream::push(std::span<float const> samples) {
    return guard_.push(convolve(samples));
}

std::vector<float> SpatialStream::finish() {
    auto out = guard_.push(convolve(std::vector<float>(filters_.left.size() - 1)));
    auto const rest = guard_.finish();
    out.insert(out.end(), rest.begin(), rest.end());
    left_.assign(filters_.left.size() - 1, 0);
    right_.assign(filters_.left.size() - 1, 0);
    return out;
}

} // namespace echollama
