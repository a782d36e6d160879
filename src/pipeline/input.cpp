#include "pipeline/input.h"

#include "base/error.h"
#include "base/input_file.h"
#include "media/cloud/point_cloud.h"
#include "media/depth/depth_units.h"
#include "media/depth/embedded_depth.h"
#include "media/depth/rgbd.h"
#include "media/picture/image_io.h"
#include "media/view/panorama.h"
#include "media/view/units.h"
#include "pipeline/input_stereo.h"
#include "scene/camera.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr int smallest_side = 16; // pixels; on less than this nothing can be recognised

std::span<char const> characters(std::span<std::uint8_t const> bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

std::optional<float> told_units(std::string const& text, std::string const& option) {
    return text.empty() ? std::nullopt : std::optional(units_per_metre_from(text, option));
}

// What makes a picture another one than it seems.
std::vector<std::string> notes_of(LoadedImage const& loaded) {
    if (loaded.metadata.pictures < 2) {
        return {};
    }
    return {loaded.metadata.paged ? "This is the first page of several." : "This is the first frame of an animation."};
}

std::string panorama_note(Intrinsics const& camera, int width) {
    auto const degrees = std::lround(panorama_width_deg(camera, width) / 10) * 10;
    auto const what =
        degrees >= 350 ? "a picture of all around you" : "a panorama of about " + std::to_string(degrees) + " degrees";
    return camera.assumed ? "This looks like " + what + "; directions are guessed." : "This is " + what + ".";
}

void refuse_tiny(LoadedImage const& loaded, std::string const& name) {
    if (std::min(loaded.image.width, loaded.image.height) < smallest_side) {
        throw Error("The picture " + name + " has only " + std::to_string(loaded.image.width) + " by " +
                    std::to_string(loaded.image.height) +
                    " pixels, too few to recognise anything; choose a larger one.");
    }
}

View load_picture(InputOptions const& options, std::span<std::uint8_t const> bytes) {
    if (!options.right.empty()) {
        return load_stereo_pair(options, bytes);
    }
    auto const name = input_name(options.picture);
    if (!options.depth_picture.empty()) {
        return load_rgbd(decode_image(bytes, name), options.depth_picture,
                         {told_units(options.depth_units, "--depth-units"), options.camera});
    }
    if (auto stereo = load_stereo_mpo(options, bytes)) {
        return std::move(*stereo);
    }
    auto loaded = decode_image(bytes, name);
    refuse_tiny(loaded, name);
    bool const camera_is_told = !options.camera.file.empty() || options.camera.focal_px;
    auto const panorama = camera_is_told ? std::nullopt : panorama_camera(loaded);
    bool const told_panorama = panorama && !panorama->assumed;
    if (auto stereo = told_panorama ? std::nullopt : load_stereo_halves(options, loaded)) {
        return std::move(*stereo);
    }
    auto const stored = loaded.stored_size();
    View view;
    if (auto const named = chosen_camera(options.camera, stored.width, stored.height)) {
        view.camera = apply_orientation(named->camera, stored.width, stored.height, loaded.exif.orientation);
    } else if (panorama) {
        view.camera = *panorama;
        view.notes.push_back(panorama_note(*panorama, loaded.image.width));
    } else {
        view.camera = guess_camera(loaded.image.width, loaded.image.height, loaded.exif.focal_35mm);
    }
    if (auto depth = find_embedded_depth(bytes, name)) {
        view.depth = apply_orientation(*depth, loaded.exif.orientation);
    }
    for (auto& note : notes_of(loaded)) {
        view.notes.push_back(std::move(note));
    }
    view.image = std::move(loaded.image);
    return view;
}

DepthScale scale_of(PointCloud const& cloud, std::optional<float> told) {
    DepthScale scale{{}, true, cloud.triangles.empty() ? "point cloud" : "mesh", "--cloud-units"};
    auto const units = told ? *told : cloud.file_units_per_metre;
    if (units > 0) {
        scale.guesses = {{unit_name(units), units, 0}};
        scale.assumed = false;
        return scale;
    }
    auto const bounds = bounds_of(cloud);
    double size = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        size = std::hypot(size, static_cast<double>(bounds.high[axis]) - static_cast<double>(bounds.low[axis]));
    }
    constexpr double world_coordinates = 6, by_format = 3; // glTF is in metres by its standard
    bool const world = std::abs(cloud.origin[0]) > 1e5 && std::abs(cloud.origin[1]) > 1e5;
    scale.guesses = cloud_unit_guesses(size, (world ? world_coordinates : 0) + (cloud.y_up ? by_format : 0));
    return scale;
}

View load_cloud(InputOptions const& options, std::span<std::uint8_t const> bytes) {
    auto cloud = parse_point_cloud(characters(bytes), options.picture);
    auto const scale = scale_of(cloud, told_units(options.cloud_units, "--cloud-units"));
    scale_to_metres(cloud, scale.guesses.front().per_metre);
    auto view = render(cloud, viewpoint_from(options.viewpoint, options.up, cloud));
    view.scale = scale;
    return view;
}

void refuse_if(bool wrong, std::string const& why) {
    if (wrong) {
        throw UsageError(why);
    }
}

void refuse_second_use_of_standard_input(InputOptions const& options) {
    auto const inputs = {options.picture, options.depth_picture, options.right, options.camera.file};
    refuse_if(std::count_if(inputs.begin(), inputs.end(), [](auto const& path) { return is_standard_input(path); }) > 1,
              "Only one file can come through standard input; give the others by their names.");
}

void refuse_contradictions(InputOptions const& options, bool cloud) {
    bool const pair = !options.right.empty();
    bool const rgbd = !options.depth_picture.empty();
    bool const camera = !options.camera.file.empty() || options.camera.focal_px;
    auto const name = input_name(options.picture);
    refuse_if(cloud && (rgbd || camera || pair || options.baseline_m),
              name + " is a point cloud or mesh and has its own depth; --depth-image, --right, "
                     "--camera, --focal and --baseline go with pictures.");
    refuse_if(!cloud && (options.viewpoint != "auto" || options.up != "auto" || !options.cloud_units.empty()),
              name + " is neither a point cloud nor a mesh; --view, --up and --cloud-units belong to those.");
    refuse_if(rgbd && pair,
              "A picture has either a depth picture or a right picture; leave out one of --depth-image and --right.");
    refuse_if(!options.depth_units.empty() && !rgbd,
              "--depth-units belongs to a depth picture; name one with --depth-image.");
    refuse_if(options.camera.focal_px && !(*options.camera.focal_px > 0),
              "The focal length is given in pixels and must be more than 0.");
    refuse_if(options.baseline_m && !(*options.baseline_m > 0), "The baseline is given in metres and must be more "
                                                                "than 0.");
}

} // namespace

View load_input(InputOptions const& options) {
    refuse_second_use_of_standard_input(options);
    return view_of(read_input(options.picture, {"picture, point cloud or mesh", max_cloud_bytes}), options);
}

View view_of(std::span<std::uint8_t const> bytes, InputOptions const& options) {
    bool const cloud = is_point_cloud(characters(bytes), options.picture);
    refuse_contradictions(options, cloud);
    if (!cloud && bytes.size() > max_picture_bytes) {
        throw Error(input_name(options.picture) + " is larger than 512 MiB; choose a smaller picture.");
    }
    return cloud ? load_cloud(options, bytes) : load_picture(options, bytes);
}

} // namespace echollama
