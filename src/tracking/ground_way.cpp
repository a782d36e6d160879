#include "tracking/ground_way.h"

#include <algorithm>
#include <cmath>

namespace echollama {

GroundWay::GroundWay(float bearing, float turning, float closing)
    : x_(std::sin(bearing)), z_(std::cos(bearing)), vx_(-closing * x_ + turning * z_),
      vz_(-closing * z_ - turning * x_), seen_z_(z_) {}

void GroundWay::go_on(float seconds, float turned) {
    x_ += vx_ * seconds;
    z_ += vz_ * seconds;
    float const c = std::cos(turned), s = std::sin(turned);
    auto const turn = [&](float& x, float& z) {
        float const right = c * x - s * z;
        z = s * x + c * z;
        x = right;
    };
    turn(x_, z_);
    turn(vx_, vz_);
}

float GroundWay::bearing() const {
    return std::atan2(x_, z_);
}

float GroundWay::growth() const {
    constexpr float most = 8;
    return z_ <= 0 || seen_z_ <= 0 ? 1 : std::clamp(seen_z_ / z_, 1 / most, most);
}

} // namespace echollama
