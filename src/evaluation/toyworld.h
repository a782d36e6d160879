// A toy world for measurement: seeded rooms of simple furniture, ray-cast to colour, depth and masks, with the truth
// about every visible thing. No third-party code; the picture is plain RGB.
#pragma once

#include "scene/types.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace echollama {

enum class ToyVariant {
    plain,
    mirrored, // left and right exchanged
    rotated,  // turned by 90 degrees clockwise: what a picture looks like when its EXIF orientation is ignored
    cropped,  // the left 60 % of the picture
    dark,     // 4 % of the light
    blank,    // one colour, nothing to see
    junk,     // noise, nothing to see
};

// What is true of one visible thing. Boxes hold exactly its visible pixels.
struct ToyObject {
    std::string label; // COCO name
    Box box;
    float bearing_deg = 0; // of the middle of the solid, seen from the camera
    float seen_deg = 0;    // of the middle between the outermost visible columns, by their rays
    std::array<float, 3> low{},
        high{};             // the solid's corners: metres, x right, y down, z ahead, as in the plain picture
    float depth_m = 0;      // median depth of its visible pixels, along the optical axis
    float visible = 1;      // share of its pixels that nothing else hides and the picture's edge does not cut
    int rests_on = -1;      // index of the thing it stands on; -1: the floor
    std::size_t pixels = 0; // visible ones
};

struct ToyPicture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb; // row-major, 3 bytes a pixel
    std::vector<int> mask;         // index into objects for each pixel; -1: room
    DepthMap depth;                // metres, exact; 0 in the variants without a scene
    Intrinsics camera;
    std::vector<ToyObject> objects; // empty for blank and junk
};

// The same seed gives the same room in every variant. width, height: of the plain picture, at least 16; throws Error
// otherwise.
ToyPicture render_toy_room(std::uint64_t seed, ToyVariant variant, int width = 320, int height = 240);

// The truth as a detector would say it, every score 1.
std::vector<Detection> toy_detections(ToyPicture const& picture);

} // namespace echollama
