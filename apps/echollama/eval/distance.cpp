#include "scene/distance.h"

#include "app.h"
#include "base/error.h"
#include "base/folder.h"
#include "eval/tally.h"
#include "evaluation/distance_errors.h"
#include "models/choice.h"
#include "models/devices.h"
#include "pipeline/input.h"
#include "pipeline/json.h"
#include "pipeline/look_around.h"
#include "pipeline/scale.h"
#include "scene/build.h"
#include "vision/detectors.h"

#include <cmath>
#include <memory>

namespace echollama {
namespace {

namespace fs = std::filesystem;

struct EvalDistanceOptions {
    std::vector<fs::path> frames; // photos, or folders of them
    fs::path detector;            // empty: the starter's
    CameraChoice camera;          // of stereo pairs
    std::optional<float> baseline_m;
    std::string depth_units;
    bool json = false;
};

// A photo and what measures its distances.
struct Frame {
    fs::path photo;
    fs::path depth, right; // one of them
};

// The part of a name before "_color", and what is beside it under another ending: "room_color.jpg", "room_depth.png".
fs::path beside(fs::path const& photo, std::string const& ending, std::string const& other) {
    auto const stem = photo.stem().string();
    if (!stem.ends_with(ending)) {
        return {};
    }
    auto const wanted = stem.substr(0, stem.size() - ending.size()) + other + ".";
    auto const folder = photo.has_parent_path() ? photo.parent_path() : fs::path(".");
    auto const found = entries_of(folder, [&](auto const& name) { return name.starts_with(wanted); });
    return found.empty() ? fs::path() : found.front();
}

Frame frame_of(fs::path const& photo) {
    return {photo, beside(photo, "_color", "_depth"), beside(photo, "_left", "_right")};
}

bool is_complete(Frame const& frame) {
    return !frame.depth.empty() || !frame.right.empty();
}

std::vector<Frame> frames_of(std::vector<fs::path> const& named) {
    std::vector<Frame> frames;
    for (auto const& path : named) {
        std::error_code none;
        bool const folder = fs::is_directory(path, none);
        auto const files = folder ? entries_of(path, [](auto const&) { return true; }) : std::vector<fs::path>{path};
        auto const before = frames.size();
        for (auto const& file : files) {
            auto const frame = frame_of(file);
            if (is_complete(frame)) {
                frames.push_back(frame);
            }
        }
        if (frames.size() == before) {
            throw Error("There is no photo with measured distances at " + path.string() +
                        "; name photos like room_color.jpg with room_depth.png beside them, or room_left.png with "
                        "room_right.png.");
        }
    }
    return frames;
}

// The distances of the photo alone, each with what the depth says in its box; things without readings are left out.
std::vector<JudgedDistance> judge(Frame const& frame, EvalDistanceOptions const& options, Detector& detector,
                                  std::stop_token const& stop) {
    InputOptions input;
    input.picture = frame.photo;
    input.stereo = StereoLayout::none;
    auto const plain = load_input(input);
    input.depth_picture = frame.depth;
    input.depth_units = options.depth_units;
    input.camera = options.camera;
    input.right = frame.right;
    input.baseline_m = options.baseline_m;
    auto const measured = load_input(input);
    if (!measured.depth || measured.depth->kind != DepthKind::metres) {
        throw Error("The distances of " + frame.photo.string() +
                    " are not known in metres; give the camera of the pair with --camera, or --focal and --baseline.");
    }
    auto const detections = detect_in(plain, detector, -1, stop);
    auto const depth = measured.scale ? settle_depth(measured, detections).depth : *measured.depth;
    auto const& image = plain.image;
    auto const guessed = build_scene(detections, image.width, image.height, plain.camera);
    std::vector<JudgedDistance> judged;
    for (auto const& object : guessed.objects) {
        auto const& found = object.detection;
        auto const truth = distance_from_depth(found.box, depth, image.width, image.height);
        if (truth.source == DistanceSource::sensor) {
            judged.push_back({found.label, truth.metres, object.distance});
        }
    }
    return judged;
}

double rounded(double value, double unit) {
    return std::round(value / unit) * unit;
}

Json to_json(JudgedDistance const& judged, fs::path const& photo) {
    Json json{{"photo", photo.string()}, {"label", judged.label}, {"measured_m", rounded(double{judged.metres}, 0.01)}};
    json["guess"] = to_json(judged.guess);
    json["number_spoken"] = is_tellable(judged.guess);
    return json;
}

std::string metres(float value) {
    auto const hundredths = std::lround(100 * value);
    auto const rest = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + "." + (rest.size() < 2 ? "0" : "") + rest;
}

void print_thing(JudgedDistance const& judged, fs::path const& photo) {
    auto const& guess = judged.guess;
    auto const text = guess.source == DistanceSource::none ? "no guess"
                                                           : "guessed " + metres(guess.metres) + " (" +
                                                                 metres(guess.low) + " to " + metres(guess.high) + ")";
    print_line(photo.filename().string() + ": " + judged.label + ", measured " + metres(judged.metres) + " m, " + text);
}

void print_errors(DistanceErrors const& errors) {
    print_line(std::to_string(errors.things) + " things with a measured distance, " + std::to_string(errors.guessed) +
               " guesses; median error " + std::to_string(std::lround(errors.median_percent)) + " percent.");
    print_line("Inside the interval: " + percent(errors.intervals) +
               ". Spoken as a number and off by no more than a factor of two: " + percent(errors.within_two) + ".");
}

void run(AppContext const& context, EvalDistanceOptions const& options) {
    auto const frames = frames_of(options.frames);
    auto const model =
        model_or_starter(context, chosen_model(context, detector_option, options.detector), "centernet.gguf");
    auto const detector = load_on_device(context, {"detector", "detector", {model}}, [&](std::string const& device) {
        return make_detector(model, context.threads, device);
    });
    std::vector<JudgedDistance> all;
    Json things = Json::array();
    for (auto const& frame : frames) {
        for (auto const& judged : judge(frame, options, *detector, context.stop)) {
            all.push_back(judged);
            options.json ? things.push_back(to_json(judged, frame.photo)) : print_thing(judged, frame.photo);
        }
    }
    auto const errors = distance_errors(all);
    if (!options.json) {
        print_errors(errors);
        return;
    }
    print_line(dump(Json{{"photos", frames.size()},
                         {"things", std::move(things)},
                         {"guessed", errors.guessed},
                         {"median_error_percent", rounded(double{errors.median_percent}, 0.1)},
                         {"inside_interval", to_json(errors.intervals)},
                         {"spoken_within_factor_two", to_json(errors.within_two)}}));
}

} // namespace

void add_eval_distance(Command& eval, AppContext& context) {
    auto options = std::make_shared<EvalDistanceOptions>();
    auto& command =
        eval.subcommand("distance", "How far off the distances of plain photos are, where they were measured");
    command
        .list("frames", options->frames,
              "Photos like room_color.jpg with room_depth.png beside them, or room_left.png with room_right.png; or "
              "folders of them")
        .required();
    command.option("--model", options->detector, "Detector, by path or name").otherwise("the starter's");
    command
        .option("--depth-units", options->depth_units,
                "What depth pictures are in: mm, cm, m, or how many units make one metre")
        .otherwise("guessed")
        .value_name("UNIT");
    command.option("--camera", options->camera.file, "Camera file of stereo pairs");
    command.option("--focal", options->camera.focal_px, "Focal length in pixels, instead of a camera file");
    command.option("--baseline", options->baseline_m, "Metres between the two lenses of a stereo pair");
    command.flag("--json", options->json, "Print JSON");
    command.example = "echollama eval distance frames/ --json";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
