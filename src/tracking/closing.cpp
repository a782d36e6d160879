#include "tracking/closing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echollama {
namespace {

constexpr double z90 = 1.645;        // of a normal distribution, nine of ten
constexpr double change_per_s = 0.1; // how much the share that is lost a second changes within a second
constexpr double first_rate = 1.0;   // nothing is known of the speed: this much of the value a second
constexpr double shortest_s = 0.3;
constexpr int fewest = 4;
constexpr double long_s = 1;   // after so long without a look its speed is anybody's guess
constexpr double leap = 9;     // squared deviations: what a box takes in has changed, not how far its thing is away
constexpr double calm_s = 0.5; // after that nothing is said of when it will be here

} // namespace

void ClosingFilter::measure(double seconds, float measured, float noise) {
    double const z = measured, r = std::pow(static_cast<double>(noise) * std::max(z, 1e-9), 2);
    if (begun_ && seconds - last_ > long_s) {
        *this = {};
    }
    ++count_;
    if (!begun_) {
        begun_ = true;
        first_ = last_ = seconds;
        value_ = z;
        p00_ = r;
        p11_ = std::pow(first_rate * z, 2);
        return;
    }
    double const dt = std::max(seconds - last_, 1e-3);
    last_ = seconds;
    value_ += speed_ * dt;
    double const q = std::pow(change_per_s * std::abs(value_), 2); // white acceleration, its density
    p00_ += 2 * dt * p01_ + dt * dt * p11_ + q * dt * dt * dt / 3;
    p01_ += dt * p11_ + q * dt * dt / 2;
    p11_ += q * dt;
    double const s = p00_ + r, k0 = p00_ / s, k1 = p01_ / s, off = z - value_;
    surprise_ = static_cast<float>(off * off / s);
    bool const leaps = surprise_ > leap, again = leaps && leaping_;
    leaping_ = leaps && !again;
    if (leaping_) { // one box may err by chance; the next one tells
        return;
    }
    if (again) { // somebody behind it is taken in, or it comes out from behind something: its speed stays
        value_ = z;
        p00_ = r;
        p01_ = 0;
        leapt_ = seconds;
        return;
    }
    value_ += k0 * off;
    speed_ += k1 * off;
    p11_ -= k1 * p01_;
    p01_ -= k0 * p01_;
    p00_ -= k0 * p00_;
}

std::optional<Interval> ClosingFilter::rate() const {
    if (count_ < fewest || last_ - first_ < shortest_s || value_ <= 0) {
        return std::nullopt;
    }
    double const deviation = z90 * std::sqrt(std::max(p11_, 0.0)) / value_, rate = -speed_ / value_;
    return Interval{static_cast<float>(rate), static_cast<float>(rate - deviation),
                    static_cast<float>(rate + deviation)};
}

bool ClosingFilter::is_calm() const {
    return last_ - leapt_ >= calm_s;
}

Interval both_tell(Interval const& first, Interval const& second) {
    float const a = first.high - first.value, b = second.high - second.value;
    if (std::abs(first.value - second.value) > std::hypot(a, b) || a <= 0 || b <= 0) {
        return first;
    }
    float const x = 1 / (a * a), y = 1 / (b * b), off = 1 / std::sqrt(x + y);
    float const value = (x * first.value + y * second.value) / (x + y);
    return {value, value - off, value + off};
}

std::optional<Interval> contact_of(Interval const& closing) {
    // Boxes err for longer than one picture, which the filter does not know; beyond 50 seconds nothing is said.
    constexpr float wider = 1.5F, longest_s = 50;
    if (closing.low <= 1 / longest_s) {
        return std::nullopt;
    }
    float const off = wider * (closing.high - closing.value), slowest = std::max(closing.value - off, 1 / longest_s);
    return Interval{1 / closing.value, 1 / (closing.value + off), 1 / slowest};
}

} // namespace echollama
