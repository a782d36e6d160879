// Pictures with a depth picture beside them, as depth cameras write them.
#pragma once

#include "media/depth/camera_file.h"
#include "media/view/view.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

namespace echollama {

// How many units of the depth picture are one metre, told from the readings (0 is none): the TUM benchmark writes
// millimetres times five, so nearly all its values are multiples of 5; others write millimetres.
float recognised_depth_units(std::span<std::uint16_t const> readings);

struct RgbdOptions {
    std::optional<float> units_per_metre; // empty: recognised
    CameraChoice camera;                  // nothing said: a PrimeSense-like sensor (525 pixels at 640) is assumed
};

// A picture that EXIF says is stored turned is turned upright together with its depth and camera, which belong to the
// picture as it is stored; a depth picture of the upright size only is taken as upright already. Throws Error when a
// file cannot be read, the sizes differ, there is no reading at all, or they are not plausible as metres. Without a
// reading the depth is 0.
View load_rgbd(std::filesystem::path const& color, std::filesystem::path const& depth, RgbdOptions const& options = {});

} // namespace echollama
