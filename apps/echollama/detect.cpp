#include "app.h"
#include "media/picture/image_io.h"
#include "models/devices.h"
#include "options/seeing_options.h"
#include "pipeline/annotate.h"
#include "pipeline/json.h"
#include "pipeline/look_around.h"

#include <cmath>
#include <memory>

namespace echollama {
namespace {

struct DetectOptions {
    InputOptions input;
    std::filesystem::path model, annotate;
    float threshold = -1;
    bool json = false;
};

std::string percent(float score) {
    return std::to_string(std::lround(100 * score)) + " percent";
}

void print_text(std::vector<Detection> const& detections) {
    for (auto const& d : detections) {
        print_line(d.label + ", " + percent(d.score) + ", from " + std::to_string(std::lround(d.box.x0)) + ", " +
                   std::to_string(std::lround(d.box.y0)) + " to " + std::to_string(std::lround(d.box.x1)) + ", " +
                   std::to_string(std::lround(d.box.y1)) + (d.alternative ? ", perhaps " + *d.alternative : ""));
    }
    if (detections.empty()) {
        print_line("Nothing was detected.");
    }
}

void run(AppContext const& context, DetectOptions const& options) {
    check_standard_output({{options.json ? "JSON" : "the text", true}, {"the picture", options.annotate == "-"}});
    check_writable(options.annotate, "the picture");
    auto const view = load_input(options.input);
    auto const& image = view.image;
    auto const chosen = chosen_detector(context, options.model);
    auto const detector = seeing_on(device_of(context, chosen.stage()), "detector",
                                    [&](std::string const& device) { return chosen.make(context.threads, device); });
    auto detections = detect_in(view, *detector, options.threshold, context.stop);
    if (!options.annotate.empty()) {
        save_png(options.annotate, annotate(image, detections));
    }
    if (options.json) {
        print_line(dump(detections_json(image.width, image.height, detections)));
    } else {
        print_text(detections);
    }
}

} // namespace

void add_detect(Command& root, AppContext& context) {
    auto options = std::make_shared<DetectOptions>();
    auto& command = root.subcommand("detect", "Find objects in a picture");
    add_input_options(command, options->input);
    command.option("--detector,--model", options->model, "Detector, by path or name: DETR, NanoDet or CenterNet");
    command.option("--threshold", options->threshold, "Least score").otherwise("the model's own").range(0.0, 1.0);
    command.option("--annotate", options->annotate, "Write the picture with boxes, names and scores as PNG");
    command.flag("--json", options->json, "Print JSON");
    command.example = "echollama detect photo.jpg --annotate boxes.png";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
