// Directions from pixels.
#pragma once

#include "scene/types.h"

#include <optional>

namespace echollama {

// Horizontal field of view of a phone's main camera held sideways (26 mm as on film), used when nothing better is
// known.
inline constexpr float assumed_view_deg = 66.0F;

// From the focal length as on 36x24 mm film: f = focal / 43.27 * diagonal in pixels. Principal point in the middle.
Intrinsics camera_from_focal_35mm(int width, int height, float focal_35mm);

// From EXIF where it is there, else the stated default over the longer side.
Intrinsics guess_camera(int width, int height, std::optional<float> focal_35mm);

// The same camera when the picture is mirrored left to right.
Intrinsics mirrored(Intrinsics camera, int width);

// Degrees to the right of straight ahead, from -180 to 180: atan((x - cx) / fx) in a flat picture, (x - cx) / fx
// radians in a panorama.
float bearing_of(float x, Intrinsics const& camera);

// 12 straight ahead, 1 at 30 degrees to the right, 11 at 30 to the left; the nearest hour, 6 behind.
int clock_hour_of(float bearing_deg);

} // namespace echollama
