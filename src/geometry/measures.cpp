#include "geometry/measures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {

Measure measured(float metres, float doubt) {
    constexpr float nine_of_ten = 1.645F;
    return {metres, std::max(0.0F, metres - nine_of_ten * doubt), metres + nine_of_ten * doubt};
}

float bearing_of(GroundPoint point) {
    return std::atan2(point.x, point.y) * 180 / std::numbers::pi_v<float>;
}

float distance_to(GroundPoint point) {
    return std::hypot(point.x, point.y);
}

GroundPoint nearest_on(GroundPoint from, GroundPoint to) {
    float const dx = to.x - from.x, dy = to.y - from.y, length = dx * dx + dy * dy;
    float const t = length > 0 ? std::clamp(-(from.x * dx + from.y * dy) / length, 0.0F, 1.0F) : 0;
    return {from.x + t * dx, from.y + t * dy};
}

} // namespace echollama
