// How a thing that is out of view goes on over the ground: evenly, as far as its bearing and its growing picture told
// how it moved while it was seen. Lengths are in units of its distance when it was seen last, so that none has to be
// known.
#pragma once

namespace echollama {

class GroundWay {
  public:
    // Seen at this bearing (radians to the right), which turned by `turning` radians a second while the camera did not;
    // `closing`: share of its distance that was lost a second.
    GroundWay(float bearing, float turning, float closing);

    // After so many seconds in which the camera turned by so many radians to the right.
    void go_on(float seconds, float turned);

    float bearing() const; // radians to the right of where the camera looks now
    // How much larger a picture of it is than when it was seen last; at most 8 times, and 1 behind the camera.
    float growth() const;

  private:
    float x_, z_, vx_, vz_; // to the right and ahead, a second
    float seen_z_;
};

} // namespace echollama
