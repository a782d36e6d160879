#include "tracking/turning.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr double z90 = 1.645; // of a normal distribution, nine of ten
constexpr double shortest_s = 0.3, long_s = 1;
constexpr int fewest = 4;
constexpr double far_off = 1.5;    // deviations
constexpr double other_way = 0.25; // of the fastest: as people walk
constexpr double fastest_closing = 1;

} // namespace

void TurningFilter::go_on(double seconds, double turned, double closing, double unrest) {
    if (count_ == 0) {
        return;
    }
    watched_s_ += seconds;
    unseen_s_ += seconds;
    double const grows = std::exp(2 * std::clamp(closing, -fastest_closing, fastest_closing) * seconds);
    double const q = unrest * unrest;
    bearing_ += rate_ * seconds - turned;
    rate_ *= grows;
    p00_ += 2 * seconds * p01_ + seconds * seconds * p11_ + q * seconds * seconds * seconds / 3;
    p01_ = grows * (p01_ + seconds * p11_) + q * seconds * seconds / 2;
    p11_ = grows * grows * p11_ + q * seconds;
}

void TurningFilter::see(double bearing, double deviation, double fastest) {
    double const r = deviation * deviation;
    if (count_ == 0 || unseen_s_ > long_s) {
        *this = {};
        count_ = 1;
        bearing_ = bearing;
        p00_ = r;
        p11_ = fastest * fastest;
        return;
    }
    ++count_;
    unseen_s_ = 0;
    double const off = bearing - bearing_;
    int const beside = off * off <= far_off * far_off * (p00_ + r) ? 0 : off > 0 ? 1 : -1;
    if (beside != 0 && beside == beside_) { // twice to one side: it set out, stopped or went another way
        p11_ += std::pow(other_way * fastest, 2);
    }
    beside_ = beside;
    double const usual = p00_ + r;
    // What is farther off than it should be counts the less: its box takes in something else, or it is somebody else's.
    double const s = std::max(usual, std::abs(off) * std::sqrt(usual) / far_off), k0 = p00_ / s, k1 = p01_ / s;
    bearing_ += k0 * off;
    rate_ += k1 * off;
    p11_ -= k1 * p01_;
    p01_ -= k0 * p01_;
    p00_ -= k0 * p00_;
}

std::optional<Interval> TurningFilter::rate() const {
    if (count_ < fewest || watched_s_ - unseen_s_ < shortest_s) {
        return std::nullopt;
    }
    double const off = z90 * std::sqrt(std::max(p11_, 0.0));
    return Interval{static_cast<float>(rate_), static_cast<float>(rate_ - off), static_cast<float>(rate_ + off)};
}

} // namespace echollama
