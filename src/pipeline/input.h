// One way in for everything that can be looked at: photos, RGB-D, stereo pairs, point clouds and meshes.
#pragma once

#include "media/depth/camera_file.h"
#include "media/view/view.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace echollama {

// Where the two pictures of one file lie.
enum class StereoLayout {
    automatic,  // recognised: MPO files with a stereo pair, .jps and .pns, very alike halves of a wide picture
    left_right, // the left half is for the left eye
    right_left, // the left half is for the right eye: for cross-eyed viewing, as in .jps files
    none,       // one picture, whatever it looks like
};

struct InputOptions {
    std::filesystem::path picture;                 // or point cloud, or mesh
    std::filesystem::path depth_picture;           // beside the picture (media/depth/depth_file.h)
    std::string depth_units;                       // of the depth picture (media/view/units.h); empty: guessed
    std::string cloud_units;                       // of the cloud or mesh; empty: told by the file, or guessed
    CameraChoice camera;                           // of the picture as it is stored
    std::filesystem::path right;                   // the right picture of a rectified pair; `picture` is the left one
    StereoLayout stereo = StereoLayout::automatic; // two pictures in one file
    std::optional<float> baseline_m;               // between the two lenses, instead of the camera file's
    std::string viewpoint = "auto";                // of clouds and meshes (media/cloud/viewpoint.h)
    std::string up = "auto";                       //
};

// "-" is standard input, for one of the files. What kind it is is told by the options and the file itself. The camera
// of a plain picture comes from the camera file, the focal length given, EXIF, or is the stated default, in this order.
// Throws Error for bad files, UsageError for options that do not go together.
//
// A stereo pair gives metres where focal length and baseline are known (options, camera file, MPO, EXIF for the focal
// length), else relative depth. Pictures that are stored turned are turned upright after they were matched.
View load_input(InputOptions const& options);

// The same from memory; `options.picture` is the name for messages.
View view_of(std::span<std::uint8_t const> bytes, InputOptions const& options);

} // namespace echollama
