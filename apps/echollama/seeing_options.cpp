#include "seeing_options.h"

#include "vision/depth_estimators.h"
#include "vision/detectors.h"

#include <map>
#include <string>

namespace echollama {

void add_input_options(CLI::App& app, InputOptions& options) {
    app.add_option("image", options.picture, "The picture, point cloud or mesh (PLY, PCD, OBJ, glTF)")->required();
    app.add_option("--depth-image", options.depth_picture, "Depth beside the picture: grey PNG with 16 bits");
    app.add_option("--depth-units", options.depth_units, "Units of the depth picture a metre (default: recognised)");
    app.add_option("--camera", options.camera.file, "Camera file: Open3D JSON, Middlebury calib.txt, ROS/OpenCV YAML");
    app.add_option("--focal", options.camera.focal_px, "Focal length in pixels, instead of a camera file");
    app.add_option("--right", options.right, "Right picture of a rectified stereo pair; IMAGE is the left one");
    app.add_option("--baseline", options.baseline_m, "Metres between the two lenses of a stereo pair");
    static std::map<std::string, StereoLayout> const layouts{{"auto", StereoLayout::automatic},
                                                             {"left-right", StereoLayout::left_right},
                                                             {"right-left", StereoLayout::right_left},
                                                             {"none", StereoLayout::none}};
    app.add_option("--stereo", options.stereo, "Two pictures in one file: auto, left-right, right-left or none")
        ->transform(CLI::CheckedTransformer(layouts))
        ->type_name("HOW");
    app.add_option("--view", options.viewpoint,
                   "Where a cloud or mesh is looked at from: auto, origin, front, back, left, right, above, "
                   "AZIMUTH,ELEVATION, X,Y,Z or X,Y,Z,TX,TY,TZ");
    app.add_option("--up", options.up, "Which way is up in a cloud or mesh: y, z, x, -y, -z, -x");
}

void add_seeing_options(CLI::App& app, SeeingOptions& options) {
    add_input_options(app, options.input);
    app.add_option("--model", options.detector, "Detector model (GGUF): DETR or CenterNet");
    app.add_option("--depth-model", options.depth, "Depth model (GGUF): " + depth_model_titles());
    app.add_option("--caption-model", options.captioner.model,
                   "Caption model (GGUF) whose words are checked and added: Moondream2 or another");
    app.add_option("--caption-vision", options.captioner.vision,
                   "Its vision encoder (default: MODEL-vision.gguf or the mmproj file beside it)");
    app.add_option("--threshold", options.threshold, "Least score of an object, 0 to 1 (default: the model's own)")
        ->check(CLI::Range(0.0, 1.0));
}

SeeingModels load_seeing_models(AppContext const& context, SeeingOptions const& options, Timings& timings) {
    SeeingModels models;
    auto detector = model_or_starter(context, options.detector, "centernet.gguf");
    models.detector =
        load_in_background<Detector>(timings, "detector", [=, threads = context.threads, device = context.device] {
            return make_detector(detector, threads, device);
        });
    if (!options.depth.empty()) {
        models.depth = load_in_background<DepthEstimator>(
            timings, "depth", [depth = options.depth, threads = context.threads, device = context.device] {
                return make_depth_estimator(depth, threads, DptRecipe::hugging_face, device);
            });
    }
    if (!options.captioner.model.empty()) {
        models.captioner =
            load_in_background<Captioner>(timings, "captioner", [files = options.captioner, threads = context.threads] {
                return make_captioner(files, threads);
            });
    }
    return models;
}

} // namespace echollama
