// How fast something comes nearer, and when it would be here.
#pragma once

#include <optional>

namespace echollama {

// Holds about nine times in ten.
struct Interval {
    float value = 0, low = 0, high = 0;
};

// Follows a quantity that falls evenly while something comes evenly nearer: metres of a depth sensor, or one over the
// size of its picture (size is f * width / distance). A Kalman filter of value and speed; the time until the value is
// zero needs no scale: tau of Lee (1976).
class ClosingFilter {
  public:
    // `noise`: standard deviation of one measurement as a share of it. Times grow.
    void measure(double seconds, float value, float noise);
    bool begun() const { return begun_; }
    double latest() const { return last_; } // when the last measurement was made
    int count() const { return count_; }
    float measured_s() const { return static_cast<float>(last_ - first_); } // from the first measurement to the last

    // Share of the distance that is lost a second; negative: it goes away. None before four measurements over 0.3 s.
    std::optional<Interval> rate() const;
    // Half a second ago or longer what was measured leapt last: since then it tells of one thing.
    bool is_calm() const;
    float value() const { return static_cast<float>(value_); }
    float speed() const { return static_cast<float>(-speed_); } // of coming nearer, in the unit of the measurements

    // The last measurement's deviation from what was expected, in squared standard deviations; 1 on average where the
    // noise was told rightly.
    float surprise() const { return surprise_; }

  private:
    bool begun_ = false, leaping_ = false; // the last measurement was far off, and counted for nothing
    int count_ = 0;
    double first_ = 0, last_ = 0, leapt_ = -1e9;
    double value_ = 0, speed_ = 0;       // speed: change of value a second
    double p00_ = 0, p01_ = 0, p11_ = 0; // covariance
    float surprise_ = 1;
};

// What two measures of one thing's coming nearer tell together: the mean, weighted by how sure they are. Where they
// contradict each other, the first alone.
Interval both_tell(Interval const& first, Interval const& second);

// Seconds until it is here, from the share of its distance that it loses a second; none unless it surely comes nearer.
std::optional<Interval> contact_of(Interval const& closing);

} // namespace echollama
