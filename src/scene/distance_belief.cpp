#include "scene/distance_belief.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace echollama {
namespace {

float const log_nearest = std::log(DistanceBelief::nearest_m);
float const log_step =
    std::log(DistanceBelief::farthest_m / DistanceBelief::nearest_m) / static_cast<float>(DistanceBelief::steps - 1);
constexpr float widest = 4; // deviations

} // namespace

DistanceBelief DistanceBelief::none() {
    return {};
}

DistanceBelief DistanceBelief::any() {
    DistanceBelief belief;
    belief.weights_.fill(1.0F / static_cast<float>(steps));
    return belief;
}

float DistanceBelief::log_metres(float at) {
    return log_nearest + log_step * at;
}

void DistanceBelief::add(float log_metres, float deviation, float weight) {
    if (!std::isfinite(log_metres) || !(weight > 0)) {
        return;
    }
    float const middle = (log_metres - log_nearest) / log_step;
    float const spread = std::max(deviation / log_step, 0.5F); // narrower than a step no distance is known
    auto const end = static_cast<float>(steps - 1);
    auto const first = static_cast<std::size_t>(std::clamp(std::ceil(middle - widest * spread), 0.0F, end));
    auto const last = static_cast<std::size_t>(std::clamp(std::floor(middle + widest * spread), 0.0F, end));
    float const height = weight / (spread * 2.5066283F); // the square root of 2 pi
    for (auto i = first; i <= last; ++i) {
        float const off = (static_cast<float>(i) - middle) / spread;
        weights_[i] += height * std::exp(-off * off / 2);
    }
}

void DistanceBelief::add(DistanceBelief const& alternative, float weight) {
    for (std::size_t i = 0; i < steps; ++i) {
        weights_[i] += weight * alternative.weights_[i];
    }
}

void DistanceBelief::multiply(DistanceBelief const& evidence) {
    if (!(agreement(evidence) > 0)) {
        return;
    }
    for (std::size_t i = 0; i < steps; ++i) {
        weights_[i] *= evidence.weights_[i];
    }
    normalise();
}

float DistanceBelief::agreement(DistanceBelief const& other) const {
    return std::inner_product(weights_.begin(), weights_.end(), other.weights_.begin(), 0.0F);
}

DistanceBelief DistanceBelief::widened(float middle, float deviation) const {
    DistanceBelief wider;
    for (std::size_t i = 0; i < steps; ++i) {
        if (weights_[i] > 1e-7F) {
            wider.add(log_metres(static_cast<float>(i)) + middle, deviation, weights_[i]);
        }
    }
    return wider;
}

void DistanceBelief::normalise() {
    float const sum = std::accumulate(weights_.begin(), weights_.end(), 0.0F);
    if (!(sum > 0) || !std::isfinite(sum)) {
        *this = any();
        return;
    }
    for (auto& weight : weights_) {
        weight /= sum;
    }
}

// Between the steps, as if the weight of each were spread evenly around it.
float DistanceBelief::quantile(float share) const {
    float below = 0;
    for (std::size_t i = 0; i < steps; ++i) {
        if (below + weights_[i] >= share && weights_[i] > 0) {
            return log_metres(static_cast<float>(i) - 0.5F + (share - below) / weights_[i]);
        }
        below += weights_[i];
    }
    return log_metres(static_cast<float>(steps - 1));
}

Distance DistanceBelief::distance(DistanceSource source) const {
    return {source, std::exp(quantile(0.5F)), std::exp(quantile(0.05F)), std::exp(quantile(0.95F))};
}

} // namespace echollama
