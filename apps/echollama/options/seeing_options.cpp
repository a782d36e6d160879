#include "options/seeing_options.h"

#include "models/choice.h"
#include "models/stages.h"
#include "options/caption_options.h"
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
    command.option("--detector,--model", options.detector, "Detector, by path or name: DETR, NanoDet or CenterNet");
    command.option("--depth,--depth-model", options.depth, "Depth model, by path or name: " + depth_model_titles());
    command.option("--captioner,--caption-model", options.captioner.model,
                   "Caption model, by path or name, whose words are checked and added: Moondream2 or another");
    command.option("--caption-vision", options.captioner.vision, "Its vision encoder, by path or name")
        .otherwise("MODEL-vision.gguf or the mmproj file beside it");
    auto& reader = command.option("--reader", options.reader, "Model that reads printed words, by path or name")
                       .value_name("FOLDER");
    command.flag("--no-reading", options.no_reading, "Read no printed words").excludes(reader);
    command.option("--threshold", options.threshold, "Least score of an object")
        .otherwise("the model's own")
        .range(0.0, 1.0);
}

std::filesystem::path reader_folder(AppContext const& context, std::filesystem::path const& named) {
    auto const starter = context.models_dir / "ppocrv6-small";
    std::error_code ignored;
    if (!named.empty()) {
        return chosen_model(context, reader_option, named);
    }
    return std::filesystem::exists(starter, ignored) ? starter : std::filesystem::path();
}

StageFiles ChosenDetector::stage() const {
    auto const folder = file.parent_path();
    return {"detector", "detector",
            panel ? std::vector{file, folder / "nanodet.gguf", folder / "efficientnet-lite2.gguf"} : std::vector{file}};
}

std::unique_ptr<Detector> ChosenDetector::make(int threads, std::string const& device) const {
    return panel ? make_starter_detector(file.parent_path(), threads, device) : make_detector(file, threads, device);
}

ChosenDetector chosen_detector(AppContext const& context, std::filesystem::path const& named) {
    auto const wanted = chosen_model(context, detector_option, named);
    auto const chosen = wanted.empty() ? model_set(context).detector : wanted;
    return {model_or_starter(context, chosen, "centernet.gguf"), chosen.empty()};
}

namespace {

struct ChosenSeeing {
    ChosenDetector detector;
    std::filesystem::path depth;
    CaptionerFiles captioner;
    StageFiles depth_stage() const { return {"depth", "depth", {depth}}; }
};

ChosenSeeing chosen_seeing(AppContext const& context, SeeingOptions const& options) {
    auto const& set = model_set(context);
    auto const named = [](std::filesystem::path const& chosen, std::filesystem::path const& usual) {
        return chosen.empty() ? usual : chosen;
    };
    ChosenSeeing chosen{chosen_detector(context, options.detector),
                        named(chosen_model(context, depth_option, options.depth), set.depth), options.captioner};
    chosen.captioner.vision = chosen_model(context, encoder_option, chosen.captioner.vision);
    chosen.captioner.model = named(chosen_model(context, captioner_option, options.captioner.model), set.captioner);
    return chosen;
}

} // namespace

std::vector<StageFiles> seeing_stages(AppContext const& context, SeeingOptions const& options) {
    auto const chosen = chosen_seeing(context, options);
    std::vector<StageFiles> stages{chosen.detector.stage()};
    if (!chosen.depth.empty()) {
        stages.push_back(chosen.depth_stage());
    }
    if (!chosen.captioner.model.empty()) {
        stages.push_back(captioner_stage(chosen.captioner));
    }
    return stages;
}

SeeingModels load_seeing_models(AppContext const& context, SeeingOptions const& options, Timings& timings) {
    SeeingModels models;
    auto const chosen = chosen_seeing(context, options);
    auto const threads = context.threads;
    models.detector = load_stage<Detector>(
        context, chosen.detector.stage(), LoadingTime::at_once, timings, [=](std::string const& device) {
            return seeing_on(device, "detector",
                             [=](std::string const& where) { return chosen.detector.make(threads, where); });
        });
    if (!chosen.depth.empty()) {
        models.depth = load_stage<DepthEstimator>(
            context, chosen.depth_stage(), LoadingTime::at_once, timings, [=](std::string const& device) {
                return seeing_on(device, "depth", [=](std::string const& where) {
                    return make_depth_estimator(chosen.depth, threads, DptRecipe::hugging_face, where);
                });
            });
    }
    if (!chosen.captioner.model.empty()) {
        models.captioner = load_stage<Captioner>(
            context, captioner_stage(chosen.captioner), LoadingTime::at_once, timings,
            [=](std::string const& device) { return make_captioner(chosen.captioner, threads, device); });
    }
    auto const folder = options.no_reading ? std::filesystem::path() : reader_folder(context, options.reader);
    if (!folder.empty()) {
        models.reader = load_stage<Reader>(context, {"reader", "reader", {folder}}, LoadingTime::when_wanted, timings,
                                           [=](std::string const&) { return make_paddle_reader(folder, threads); });
    }
    return models;
}

} // namespace echollama
