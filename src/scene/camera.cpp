#include "scene/camera.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float degrees = 180.0F / std::numbers::pi_v<float>;
constexpr float film_diagonal_mm = 43.2666F; // of 36 x 24 mm

Intrinsics centered(int width, int height, float focal, bool assumed) {
    return {focal, focal, static_cast<float>(width) / 2, static_cast<float>(height) / 2, assumed};
}

} // namespace

Intrinsics camera_from_focal_35mm(int width, int height, float focal_35mm) {
    float diagonal = std::hypot(static_cast<float>(width), static_cast<float>(height));
    return centered(width, height, focal_35mm / film_diagonal_mm * diagonal, false);
}

Intrinsics guess_camera(int width, int height, std::optional<float> focal_35mm) {
    if (focal_35mm && *focal_35mm > 0) {
        return camera_from_focal_35mm(width, height, *focal_35mm);
    }
    auto longer = static_cast<float>(std::max(width, height));
    return centered(width, height, longer / 2 / std::tan(assumed_view_deg / 2 / degrees), true);
}

Intrinsics mirrored(Intrinsics camera, int width) {
    camera.cx = static_cast<float>(width) - camera.cx;
    return camera;
}

float bearing_of(float x, Intrinsics const& camera) {
    if (camera.projection != Projection::flat && camera.fx > 0) {
        return std::remainder((x - camera.cx) / camera.fx * degrees, 360.0F);
    }
    return camera.fx > 0 ? std::atan2(x - camera.cx, camera.fx) * degrees : 0.0F;
}

int clock_hour_of(float bearing_deg) {
    int hour = static_cast<int>(std::lround(bearing_deg / 30.0F)) % 12;
    return hour <= 0 ? hour + 12 : hour;
}

} // namespace echollama
