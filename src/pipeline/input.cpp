#include "pipeline/input.h"

#include "base/error.h"
#include "media/image_io.h"
#include "media/point_cloud.h"
#include "media/rgbd.h"
#include "scene/camera.h"

namespace echollama {
namespace {

View load_picture(InputOptions const& options) {
    auto loaded = load_image(options.picture);
    auto const stored = loaded.stored_size();
    View view;
    if (auto const named = chosen_camera(options.camera, stored.width, stored.height)) {
        view.camera = apply_orientation(named->camera, stored.width, stored.height, loaded.exif.orientation);
    } else {
        view.camera = guess_camera(loaded.image.width, loaded.image.height, loaded.exif.focal_35mm);
    }
    view.image = std::move(loaded.image);
    return view;
}

View load_cloud(InputOptions const& options) {
    auto const cloud = load_point_cloud(options.picture);
    return render(cloud, viewpoint_from(options.viewpoint, options.up, cloud));
}

void refuse_contradictions(InputOptions const& options, bool cloud) {
    if (cloud && (!options.depth_picture.empty() || !options.camera.file.empty() || options.camera.focal_px)) {
        throw UsageError(options.picture.string() +
                         " is a point cloud or mesh and has its own depth; --depth-image, --camera and --focal go with "
                         "pictures.");
    }
    if (!cloud && (options.viewpoint != "auto" || options.up != "y")) {
        throw UsageError(options.picture.string() +
                         " is no point cloud and no mesh; --view and --up choose from where those are looked at.");
    }
    if (options.depth_units && options.depth_picture.empty()) {
        throw UsageError("--depth-units belongs to a depth picture; name one with --depth-image.");
    }
    if (options.camera.focal_px && !(*options.camera.focal_px > 0)) {
        throw UsageError("The focal length is given in pixels and must be more than 0.");
    }
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
