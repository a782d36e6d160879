#include "seeing_options.h"

#include "stages/detectors.h"
#include "stages/midas_depth.h"

namespace echollama {

void add_seeing_options(CLI::App& app, SeeingOptions& options) {
    app.add_option("image", options.image, "The picture")->required();
    app.add_option("--model", options.detector, "Detector model (GGUF): DETR or CenterNet");
    app.add_option("--depth-model", options.depth, "Depth model (GGUF): MiDaS DPT-Hybrid or MiDaS v2.1 small");
    app.add_option("--threshold", options.threshold, "Least score of an object, 0 to 1 (default: the model's own)")
        ->check(CLI::Range(0.0, 1.0));
}

View load_view(SeeingOptions const& options) {
    return view_of(load_image(options.image));
}

SeeingModels load_seeing_models(AppContext const& context, SeeingOptions const& options, Timings& timings) {
    SeeingModels models;
    auto detector = options.detector.empty() ? context.models_dir / "centernet.gguf" : options.detector;
    models.detector = load_in_background<Detector>(
        timings, "detector", [=, threads = context.threads] { return make_detector(detector, threads); });
    if (!options.depth.empty()) {
        models.depth =
            load_in_background<DepthEstimator>(timings, "depth", [depth = options.depth, threads = context.threads] {
                return make_depth_estimator(depth, threads);
            });
    }
    return models;
}

} // namespace echollama
