#include "app.h"
#include "media/image_io.h"
#include "pipeline/annotate.h"
#include "pipeline/describe.h"
#include "pipeline/json.h"
#include "scene/grid.h"
#include "stages/detectors.h"
#include "wording_options.h"

#include <memory>

namespace echollama {
namespace {

struct SceneCommandOptions {
    std::filesystem::path image, annotate, detector;
    WordingOptions wording;
    float threshold = -1;
    bool json = false;
};

void run(AppContext const& context, SceneCommandOptions const& options) {
    auto picture = load_image(options.image);
    auto detector = make_detector(options.detector.empty() ? context.models_dir / "centernet.gguf" : options.detector,
                                  context.threads);
    auto scene = look(picture, detector->detect(picture.image, options.threshold, context.stop));
    if (!options.annotate.empty()) {
        save_png(options.annotate, annotate(picture.image, scene));
    }
    if (options.json) {
        Json json = to_json(scene);
        json["matrix"] = matrix_text(make_grid(scene, 0));
        json["prompt"] = to_json(scene_prompt(scene, "", {}));
        print_line(dump(json));
        return;
    }
    for (auto const& sentence : describe_scene(scene, options.wording)) {
        print_line(sentence);
    }
}

} // namespace

void add_scene(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<SceneCommandOptions>();
    auto* app = root.add_subcommand("scene", "Say or print where things are in a picture");
    app->add_option("image", options->image, "The picture")->required();
    app->add_option("--annotate", options->annotate, "Write the picture with boxes, distances and grid as PNG");
    app->add_flag("--json", options->json, "Print JSON: objects, relations, groups, matrix, prompt");
    app->add_option("--threshold", options->threshold, "Least score of an object, 0 to 1")->check(CLI::Range(0.0, 1.0));
    app->add_option("--model", options->detector, "Detector model (GGUF)");
    add_wording_options(*app, options->wording);
    app->footer("Example: echollama scene photo.jpg --directions clock");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
