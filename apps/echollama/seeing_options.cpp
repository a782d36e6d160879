#include "seeing_options.h"

#include "reader/paddle_reader.h"
#include "vision/depth_estimators.h"
#include "vision/detectors.h"

#include <string>

namespace echollama {

void add_input_options(Command& command, InputOptions& options) {
    command
        .positional("image", options.picture,
                    "The picture, point cloud or mesh (PLY, PCD, OBJ, glTF); -: standard input")
        .required();
    command.option("--depth-image", options.depth_picture,
                   "Depth beside the picture: PNG, PGM or TIFF with 16 bits or more, NumPy (.npy), OpenEXR");
    command
        .option("--depth-units", options.depth_units,
                "What the depth picture is in: mm, cm, m, or how many units make one metre")
        .otherwise("guessed")
        .value_name("UNIT");
    command
        .option("--cloud-units", options.cloud_units,
                "What the cloud or mesh is in: mm, cm, m, in, ft, or how many units make one metre")
        .otherwise("guessed")
        .value_name("UNIT");
    command.option("--camera", options.camera.file, "Camera file: Open3D JSON, Middlebury calib.txt, ROS/OpenCV YAML");
    command.option("--focal", options.camera.focal_px, "Focal length in pixels, instead of a camera file");
    command.option("--right", options.right, "Right picture of a rectified stereo pair; IMAGE is the left one");
    command.option("--baseline", options.baseline_m, "Metres between the two lenses of a stereo pair");
    command.choice("--stereo", options.stereo,
                   {{"auto", StereoLayout::automatic, {"automatic"}},
                    {"left-right", StereoLayout::left_right, {"lr", "parallel"}},
                    {"right-left", StereoLayout::right_left, {"rl", "crossed"}},
                    {"none", StereoLayout::none, {"off", "no"}}},
                   "Where two pictures lie in one file");
    command.option("--view", options.viewpoint,
                   "Where a cloud or mesh is looked at from: auto, origin, front, back, left, right, above, "
                   "AZIMUTH,ELEVATION, X,Y,Z or X,Y,Z,TX,TY,TZ");
    command.choice("--up", options.up,
                   {{"auto", "auto", {"automatic"}},
                    {"y", "y", {"+y"}},
                    {"z", "z", {"+z"}},
                    {"x", "x", {"+x"}},
                    {"-y", "-y"},
                    {"-z", "-z"},
                    {"-x", "-x"}},
                   "Which way is up in a cloud or mesh; auto: y, on maps z");
}

void add_seeing_options(Command& command, SeeingOptions& options, ImageNeed need) {
    add_input_options(command, options.input);
    command.options.front().is_required = need == ImageNeed::required;
    add_seeing_model_options(command, options);
}

void add_seeing_model_options(Command& command, SeeingOptions& options) {
    command.option("--model", options.detector, "Detector model (GGUF): DETR, NanoDet or CenterNet");
    command.option("--depth-model", options.depth, "Depth model (GGUF): " + depth_model_titles());
    command.option("--caption-model", options.captioner.model,
                   "Caption model (GGUF) whose words are checked and added: Moondream2 or another");
    command.option("--caption-vision", options.captioner.vision, "Its vision encoder")
        .otherwise("MODEL-vision.gguf or the mmproj file beside it");
    auto& reader =
        command.option("--reader", options.reader, "Folder of the model that reads printed words").value_name("FOLDER");
    command.flag("--no-reading", options.no_reading, "Read no printed words").excludes(reader);
    command.option("--threshold", options.threshold, "Least score of an object")
        .otherwise("the model's own")
        .range(0.0, 1.0);
}

std::filesystem::path reader_folder(AppContext const& context, std::filesystem::path const& named) {
    auto const starter = context.models_dir / "ppocrv6-small";
    std::error_code ignored;
    return !named.empty() ? named : std::filesystem::exists(starter, ignored) ? starter : std::filesystem::path();
}

SeeingModels load_seeing_models(AppContext const& context, SeeingOptions const& options, Timings& timings) {
    SeeingModels models;
    auto detector = model_or_starter(context, options.detector, "centernet.gguf");
    bool const given = !options.detector.empty();
    models.detector =
        load_in_background<Detector>(timings, "detector", [=, threads = context.threads, device = context.device] {
            return given ? make_detector(detector, threads, device)
                         : make_starter_detector(detector.parent_path(), threads, device);
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
    auto const folder = options.no_reading ? std::filesystem::path() : reader_folder(context, options.reader);
    if (!folder.empty()) {
        models.reader = load_when_wanted<Reader>(
            timings, "reader", [=, threads = context.threads] { return make_paddle_reader(folder, threads); });
    }
    return models;
}

} // namespace echollama
