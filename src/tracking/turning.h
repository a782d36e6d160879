// How a thing moves across: how its bearing turns.
#pragma once

#include "tracking/closing.h"

#include <optional>

namespace echollama {

// Follows the bearing of a thing in radians to the right, seen from a camera that does not turn. A Kalman filter of
// bearing and turning. Who goes evenly over the ground turns the faster the nearer they come: twice the share of the
// distance that is lost.
class TurningFilter {
  public:
    // Seconds pass, in which the camera turned by so many radians to the right; `closing`: share of the thing's
    // distance that is lost a second; `unrest`: how much its turning may change otherwise, radians a second within one.
    void go_on(double seconds, double turned, double closing, double unrest);
    // It is seen at this bearing, which is as sure as `deviation` says; `fastest`: deviation of a turning that is not
    // known yet. After a second in which it was not seen all begins anew.
    void see(double bearing, double deviation, double fastest);

    // Radians a second to the right, nine times in ten inside; none before four looks over 0.3 s.
    std::optional<Interval> rate() const;

  private:
    int count_ = 0, beside_ = 0; // on which side of what was expected the last look was far off: -1, 1; 0: it was not
    double watched_s_ = 0, unseen_s_ = 0; // since the first look; since the last one
    double bearing_ = 0, rate_ = 0;
    double p00_ = 0, p01_ = 0, p11_ = 0; // covariance
};

} // namespace echollama
