// Pictures that show more than a flat picture can: photos of all around (360 degrees) and panoramas. They are looked at
// through flat views of a usual camera, one after the other.
#pragma once

#include "media/picture/image_io.h"
#include "scene/types.h" // Box and Intrinsics; header only

#include <optional>
#include <vector>

namespace echollama {

// The camera of a picture that is no flat one: projection, pixels a radian (fx, fy) and where ahead lies (cx, cy),
// which is the middle of the whole panorama. Empty: nothing speaks against a flat picture.
//   XMP's GPano (https://developers.google.com/streetview/spherical-metadata), also of a cropped or a reduced picture:
//   as it says. Else (`assumed`): twice as wide as high, with ends that meet and poles of one colour: a sphere; 2.6
//   times as wide as high, or called a panorama by EXIF: a cylinder, with a phone's view from top to bottom.
std::optional<Intrinsics> panorama_camera(LoadedImage const& picture);

// Degrees from the left to the right end, at most 360.
float panorama_width_deg(Intrinsics const& camera, int width);

// A flat view into a panorama.
struct Look {
    float yaw_deg = 0; // of its middle, to the right of ahead
    Image image;
    Intrinsics camera;                        // of it
    bool left_end = false, right_end = false; // its side is the panorama's end
};

// The directions that show all of it, with enough overlap that things of 25 degrees are whole in one of them.
std::vector<float> look_directions(Intrinsics const& camera, int width);
Look look_into(Image const& panorama, Intrinsics const& camera, float yaw_deg);

// A box of the flat view in pixels of the panorama. Across the seam of a full circle its right side is beyond the
// picture's width; its middle never is.
Box on_panorama(Box const& box, Look const& look, Intrinsics const& camera, int width);

} // namespace echollama
