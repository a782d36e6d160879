#include "media/depth/depth_units.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr float beyond_16_bits = 65500;
constexpr std::size_t least_share = 1000; // one reading in so many may be saturated

struct Spread {
    double low = 0, middle = 0, high = 0; // 5th, 50th and 95th percentile
};

Spread spread_of(std::vector<float> values) {
    auto const at = [&](double share) {
        auto const place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
        std::nth_element(values.begin(), place, values.end());
        return static_cast<double>(*place);
    };
    return {at(0.05), at(0.5), at(0.95)};
}

// Logarithm of a normal density without its constant factor.
double log_normal(double value, double usual, double spread) {
    double const z = std::log(value / usual) / spread;
    return -z * z / 2;
}

// How plausible distances are for a camera: usual middle and its spread, and from where to where it sees, in metres.
struct Reach {
    double usual, spread, nearest, farthest;
};
constexpr Reach depth_camera{1.8, 0.8, 0.15, 10};
constexpr Reach far_sighted{4, 1.2, 0.3, 90}; // laser scanners, which store 256ths of a metre
constexpr Reach anything{3, 1.2, 0.1, 200};   // computed pictures in metres

double plausible(Spread const& readings, double per_metre, Reach const& reach) {
    double weight = log_normal(readings.middle / per_metre, reach.usual, reach.spread);
    double const low = readings.low / per_metre, high = readings.high / per_metre;
    weight -= high > reach.farthest ? 3 * std::log(high / reach.farthest) : 0;
    weight -= low < reach.nearest ? 3 * std::log(reach.nearest / low) : 0;
    return weight;
}

// Nearly all readings are multiples of it.
bool multiples_of(std::span<float const> readings, float step) {
    std::size_t given = 0, multiples = 0;
    for (float reading : readings) {
        given += reading > 0 ? 1 : 0;
        multiples += reading > 0 && std::fmod(reading, step) == 0 ? 1 : 0;
    }
    return given > 0 && static_cast<double>(multiples) > 0.99 * static_cast<double>(given);
}

// Within what can be distances at all: a weight below this is a unit that does not fit.
constexpr double least_weight = -8;

std::vector<UnitGuess> in_order(std::vector<UnitGuess> guesses) {
    std::erase_if(guesses, [](UnitGuess const& guess) { return guess.weight < least_weight; });
    std::stable_sort(guesses.begin(), guesses.end(),
                     [](UnitGuess const& a, UnitGuess const& b) { return a.weight > b.weight; });
    return guesses;
}

} // namespace

void remove_saturated(std::vector<float>& readings) {
    for (float& reading : readings) {
        reading = std::isfinite(reading) && reading > 0 && reading < beyond_16_bits ? reading : 0;
    }
    if (readings.empty()) {
        return;
    }
    float const most = *std::max_element(readings.begin(), readings.end());
    bool const full = most == 32768 || (most >= 1023 && std::fmod(std::log2(most + 1), 1.0F) == 0);
    auto const count = [&](float from, float to) {
        return static_cast<std::size_t>(
            std::count_if(readings.begin(), readings.end(), [=](float r) { return r >= from && r < to; }));
    };
    if (!full) {
        return;
    }
    // Of the last fiftieth below it, how many there are for one value.
    auto const below = static_cast<double>(count(0.98F * most, most)) / std::max(1.0, 0.02 * static_cast<double>(most));
    auto const there = count(most, most + 1);
    if (there * least_share >= readings.size() && static_cast<double>(there) > 8 * below) {
        std::replace(readings.begin(), readings.end(), most, 0.0F);
    }
}

std::vector<UnitGuess> depth_unit_guesses(std::span<float const> readings) {
    std::vector<float> given;
    std::copy_if(readings.begin(), readings.end(), std::back_inserter(given), [](float r) { return r > 0; });
    if (given.empty()) {
        return {};
    }
    bool const whole = multiples_of(readings, 1);
    auto const spread = spread_of(std::move(given));
    if (!whole) {
        return in_order({{"metres", 1, plausible(spread, 1, anything)},
                         {"millimetres", 1000, plausible(spread, 1000, depth_camera) - 1},
                         {"centimetres", 100, plausible(spread, 100, anything) - 2.5}});
    }
    bool const fives = multiples_of(readings, 5), tens = multiples_of(readings, 10);
    std::vector<UnitGuess> guesses{
        {"millimetres", 1000, plausible(spread, 1000, depth_camera) - (fives && !tens ? 2 : 0)},
        {"tenths of a millimetre", 10000, plausible(spread, 10000, depth_camera) - (tens ? 1 : 2)},
        {"256ths of a metre", 256, plausible(spread, 256, far_sighted) - (fives ? 6 : 2)},
        {"centimetres", 100, plausible(spread, 100, depth_camera) - 3}};
    if (fives) {
        guesses.push_back({"fifths of a millimetre", 5000, plausible(spread, 5000, depth_camera) + (tens ? -4 : 1)});
    }
    return in_order(std::move(guesses));
}

std::vector<UnitGuess> cloud_unit_guesses(double size, double told_metres) {
    if (!(size > 0) || !std::isfinite(size)) {
        return {{"metres", 1, told_metres}};
    }
    constexpr double usual_m = 4, spread = 2; // from a cup to a street
    auto const weight = [&](double per_metre) { return log_normal(size / per_metre, usual_m, spread); };
    std::vector<UnitGuess> guesses{{"metres", 1, weight(1) + told_metres},
                                   {"millimetres", 1000, weight(1000) - 2},
                                   {"centimetres", 100, weight(100) - 3}};
    std::stable_sort(guesses.begin(), guesses.end(), [](auto const& a, auto const& b) { return a.weight > b.weight; });
    return guesses;
}

} // namespace echollama
