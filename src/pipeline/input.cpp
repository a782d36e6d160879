#include "pipeline/input.h"

#include "base/error.h"
#include "media/cloud/point_cloud.h"
#include "media/depth/embedded_depth.h"
#include "media/depth/rgbd.h"
#include "media/picture/image_io.h"
#include "pipeline/input_stereo.h"
#include "scene/camera.h"

#include <algorithm>

namespace echollama {
namespace {

constexpr int smallest_side = 16; // pixels; on less than this nothing can be recognised

View load_picture(InputOptions const& options) {
    auto const bytes = read_picture_file(options.picture);
    if (!options.right.empty()) {
        return load_stereo_pair(options, bytes);
    }
    if (auto stereo = load_stereo_mpo(options, bytes)) {
        return std::move(*stereo);
    }
    auto loaded = decode_image(bytes, options.picture.string());
    if (std::min(loaded.image.width, loaded.image.height) < smallest_side) {
        throw Error("The picture " + options.picture.string() + " has only " + std::to_string(loaded.image.width) +
                    " by " + std::to_string(loaded.image.height) +
                    " pixels, too few to recognise anything; choose a larger one.");
    }
    if (auto stereo = load_stereo_halves(options, loaded)) {
        return std::move(*stereo);
    }
    auto const stored = loaded.stored_size();
    View view;
    if (auto const named = chosen_camera(options.camera, stored.width, stored.height)) {
        view.camera = apply_orientation(named->camera, stored.width, stored.height, loaded.exif.orientation);
    } else {
        view.camera = guess_camera(loaded.image.width, loaded.image.height, loaded.exif.focal_35mm);
    }
    if (auto depth = find_embedded_depth(bytes, options.picture.string())) {
        view.depth = apply_orientation(*depth, loaded.exif.orientation);
    }
    view.image = std::move(loaded.image);
    return view;
}

View load_cloud(InputOptions const& options) {
    auto const cloud = load_point_cloud(options.picture);
    return render(cloud, viewpoint_from(options.viewpoint, options.up, cloud));
}

void refuse_if(bool wrong, std::string const& why) {
    if (wrong) {
        throw UsageError(why);
    }
}

void refuse_contradictions(InputOptions const& options, bool cloud) {
    bool const pair = !options.right.empty();
    bool const rgbd = !options.depth_picture.empty();
    bool const camera = !options.camera.file.empty() || options.camera.focal_px;
    refuse_if(cloud && (rgbd || camera || pair || options.baseline_m),
              options.picture.string() + " is a point cloud or mesh and has its own depth; --depth-image, --right, "
                                         "--camera, --focal and --baseline go with pictures.");
    refuse_if(!cloud && (options.viewpoint != "auto" || options.up != "y"),
              options.picture.string() +
                  " is no point cloud and no mesh; --view and --up choose from where those are looked at.");
    refuse_if(rgbd && pair, "A picture has either a depth picture or a right picture; leave --depth-image or --right "
                            "away.");
    refuse_if(options.depth_units && !rgbd, "--depth-units belongs to a depth picture; name one with --depth-image.");
    refuse_if(options.camera.focal_px && !(*options.camera.focal_px > 0),
              "The focal length is given in pixels and must be more than 0.");
    refuse_if(options.baseline_m && !(*options.baseline_m > 0), "The baseline is given in metres and must be more "
                                                                "than 0.");
}

} // namespace

View load_input(InputOptions const& options) {
    bool const cloud = is_point_cloud(options.picture);
    refuse_contradictions(options, cloud);
    if (cloud) {
        return load_cloud(options);
    }
    if (!options.depth_picture.empty()) {
        return load_rgbd(options.picture, options.depth_picture, {options.depth_units, options.camera});
    }
    return load_picture(options);
}

} // namespace echollama
