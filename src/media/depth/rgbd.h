// Pictures with a depth picture beside them, as depth cameras write them.
#pragma once

#include "media/depth/camera_file.h"
#include "media/picture/image_io.h"
#include "media/view/view.h"

#include <filesystem>
#include <optional>

namespace echollama {

struct RgbdOptions {
    std::optional<float> units_per_metre; // empty: guessed, see depth_units.h and View::scale
    CameraChoice camera;                  // nothing said: a PrimeSense-like sensor (525 pixels at 640) is assumed
};

// A picture that EXIF says is stored turned is turned upright together with its depth and camera, which belong to the
// picture as it is stored; a depth picture of the upright size only is taken as upright already. Throws Error when a
// file cannot be read, the sizes differ, there is no reading at all, or no unit makes them plausible. Without a
// reading, or where it is saturated, the depth is 0.
View load_rgbd(LoadedImage color, std::filesystem::path const& depth, RgbdOptions const& options = {});

} // namespace echollama
