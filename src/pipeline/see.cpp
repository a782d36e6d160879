#include "pipeline/see.h"

#include "scene/build.h"
#include "scene/camera.h"

namespace echollama {

View view_of(LoadedImage picture) {
    View view;
    view.camera = guess_camera(picture.image.width, picture.image.height, picture.exif.focal_35mm);
    view.image = std::move(picture.image);
    return view;
}

Sight see(View const& view, SeeingModels const& models, float threshold, Timings& timings, std::stop_token stop) {
    Sight sight;
    auto detector = models.detector.get();
    sight.sure_score = detector->sure_score();
    sight.detections = timings.measure("detect", [&] { return detector->detect(view.image, threshold, stop); });
    sight.scene = timings.measure("scene", [&] {
        return build_scene(sight.detections, view.image.width, view.image.height, view.camera,
                           view.depth ? &*view.depth : nullptr);
    });
    return sight;
}

} // namespace echollama
