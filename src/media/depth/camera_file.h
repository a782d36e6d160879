// Cameras as programs write them down: focal lengths and principal point, for stereo rigs the baseline too.
#pragma once

#include "scene/types.h" // Intrinsics; header only

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace echollama {

struct CameraFile {
    Intrinsics camera;    // of a picture of width x height; in the convention of Intrinsics
    int width = 0;        // 0: the file does not say, it is meant for the picture as it is
    int height = 0;       //
    float baseline_m = 0; // between the two cameras of a rectified pair; 0: not told
    // Right camera's principal point minus the left one's, pixels; z = fx * baseline / (disparity + offset).
    float disparity_offset = 0;

    // The same camera for a picture of another size.
    CameraFile scaled_to(int new_width, int new_height) const;
};

// Recognised by their content: Open3D's JSON ("width", "height", "intrinsic_matrix" column by column), plain JSON
// ("fx", "fy", "cx", "cy", also "width", "height", "baseline_m"; both may tell "up" or "gravity", three numbers: x to
// the right, y down, z ahead), Middlebury's calib.txt ("cam0=[f 0 cx; …]", "doffs", "baseline" in millimetres) and the
// YAML of ROS and OpenCV ("camera_matrix" with "data"). All of them number pixels by their centres; Intrinsics by their
// edges: half a pixel is added. Throws Error.
CameraFile load_camera_file(std::filesystem::path const& path);
CameraFile parse_camera_file(std::string_view text, std::string const& name);

// What a user says about the camera: a file, or the focal length alone with the principal point in the middle; both:
// the file's principal point.
struct CameraChoice {
    std::filesystem::path file;
    std::optional<float> focal_px;
};

// For a picture of this size as it is stored; empty when nothing is said. Throws Error.
std::optional<CameraFile> chosen_camera(CameraChoice const& choice, int width, int height);

} // namespace echollama
