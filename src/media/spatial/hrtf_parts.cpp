#include "media/spatial/hrtf_parts.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama::hrtf {
std::vector<float> shifted(std::span<float const> signal, double samples, std::size_t length) {
    constexpr double half_width = 16;
    std::vector<float> out(length);
    for (std::size_t n = 0; n < length; ++n) {
        double const centre = static_cast<double>(n) - samples; // this place of the signal comes to n
        auto const first = static_cast<std::ptrdiff_t>(std::ceil(centre - half_width));
        auto const last = static_cast<std::ptrdiff_t>(std::floor(centre + half_width));
        double sum = 0;
        for (auto k = std::max<std::ptrdiff_t>(first, 0);
             k <= std::min(last, static_cast<std::ptrdiff_t>(signal.size()) - 1); ++k) {
            double const x = std::numbers::pi * (centre - static_cast<double>(k));
            double const sinc = std::abs(x) < 1e-9 ? 1 : std::sin(x) / x;
            double const hann = 0.5 + 0.5 * std::cos(x / half_width);
            sum += sinc * hann * static_cast<double>(signal[static_cast<std::size_t>(k)]);
        }
        out[n] = static_cast<float>(sum);
    }
    return out;
}

double arrival(std::span<float const> response) {
    float height = 0;
    for (float value : response) {
        height = std::max(height, std::abs(value));
    }
    float const threshold = height / 10;
    for (std::size_t i = 0; i < response.size(); ++i) {
        float const now = std::abs(response[i]);
        if (now >= threshold && now > 0) {
            float const before = i > 0 ? std::abs(response[i - 1]) : 0;
            return static_cast<double>(i) - static_cast<double>((now - threshold) / (now - before));
        }
    }
    return 0;
}

std::vector<float> whitening_filter(std::vector<std::vector<float>> const& responses, std::size_t order) {
    std::vector<double> correlation(order + 1);
    for (auto const& h : responses) {
        for (std::size_t lag = 0; lag <= order; ++lag) {
            for (std::size_t i = lag; i < h.size(); ++i) {
                correlation[lag] += static_cast<double>(h[i]) * h[i - lag];
            }
        }
    }
    correlation[0] = correlation[0] * 1.01 + 1e-12; // a little noise: what was not measured is not blown up
    std::vector<double> filter{1};
    double error = correlation[0];
    for (std::size_t m = 1; m <= order; ++m) {
        double sum = 0;
        for (std::size_t i = 0; i < m; ++i) {
            sum += filter[i] * correlation[m - i];
        }
        double const reflection = -sum / error;
        filter.push_back(0);
        auto const before = filter;
        for (std::size_t i = 1; i <= m; ++i) {
            filter[i] = before[i] + reflection * before[m - i];
        }
        error *= 1 - reflection * reflection;
    }
    return {filter.begin(), filter.end()};
}

std::vector<float> convolved(std::span<float const> signal, std::span<float const> filter) {
    if (signal.empty() || filter.empty()) {
        return {};
    }
    std::vector<float> out(signal.size() + filter.size() - 1);
    for (std::size_t i = 0; i < signal.size(); ++i) {
        for (std::size_t k = 0; k < filter.size(); ++k) {
            out[i + k] += signal[i] * filter[k];
        }
    }
    return out;
}

double speech_power(std::span<float const> response, int rate) {
    auto const keep_of = [&](double hz) { return std::exp(-2 * std::numbers::pi * hz / rate); };
    double const keep = keep_of(800), keep_low = keep_of(250);
    double first = 0, second = 0, low = 0, power = 0, unprocessed = 0;
    auto const speech = [&](double sample) {
        first = keep * first + (1 - keep) * sample;
        second = keep * second + (1 - keep) * first;
        low = keep_low * low + (1 - keep_low) * second;
        return second - low;
    };
    auto const ringing = static_cast<std::size_t>(rate) / 50;
    for (std::size_t i = 0; i < response.size() + ringing; ++i) {
        double const value = speech(i < response.size() ? response[i] : 0);
        power += value * value;
    }
    first = second = low = 0;
    for (std::size_t i = 0; i < ringing; ++i) {
        double const value = speech(i == 0 ? 1 : 0);
        unprocessed += value * value;
    }
    return power / unprocessed;
}

void make_front_neutral(Head& head) {
    double earliest = 1e9;
    auto const* front = &head.directions.front();
    for (auto const& direction : head.directions) {
        earliest = std::min({earliest, direction.left.delay, direction.right.delay});
        front = std::abs(direction.bearing_deg) < std::abs(front->bearing_deg) ? &direction : front;
    }
    double const power =
        (speech_power(front->left.shape, working_rate) + speech_power(front->right.shape, working_rate)) / 2;
    auto const scale = static_cast<float>(power > 0 ? 1 / std::sqrt(power) : 1);
    for (auto& direction : head.directions) {
        for (auto* ear : {&direction.left, &direction.right}) {
            ear->delay -= earliest;
            for (auto& value : ear->shape) {
                value *= scale;
            }
        }
    }
}

} // namespace echollama::hrtf
