// One way in for everything that can be looked at: photos, RGB-D, stereo pairs, point clouds and meshes.
#pragma once

#include "media/camera_file.h"
#include "media/view.h"

#include <filesystem>
#include <optional>
#include <string>

namespace echollama {

struct InputOptions {
    std::filesystem::path picture;       // or point cloud, or mesh
    std::filesystem::path depth_picture; // beside the picture: 16-bit grey PNG
    std::optional<float> depth_units;    // of the depth picture, a metre; empty: recognised
    CameraChoice camera;                 // of the picture as it is stored
    std::string viewpoint = "auto";      // of clouds and meshes (media/viewpoint.h)
    std::string up = "y";                //
};

// What kind it is is told by the options and the file itself. The camera of a plain picture comes from the camera file,
// the focal length given, EXIF, or is the stated default, in this order. Throws Error for bad files, UsageError for
// options that do not go together.
View load_input(InputOptions const& options);

} // namespace echollama
