#include "app.h"
#include "media/image_io.h"
#include "pipeline/annotate.h"
#include "pipeline/json.h"
#include "scene/grid.h"
#include "scene/prompt.h"
#include "seeing_options.h"
#include "wording_options.h"

#include <memory>

namespace echollama {
namespace {

struct SceneCommandOptions {
    SeeingOptions seeing;
    std::filesystem::path annotate;
    WordingOptions wording;
    bool json = false;
};

void run(AppContext const& context, SceneCommandOptions const& options) {
    Timings timings;
    auto view = load_input(options.seeing.input);
    auto models = load_seeing_models(context, options.seeing, timings);
    auto sight = see(view, models, options.seeing.threshold, timings, context.stop);
    auto const& scene = sight.scene;
    if (!options.annotate.empty()) {
        save_png(options.annotate, annotate(view.image, scene));
    }
    if (options.json) {
        Json json = to_json(scene);
        json["matrix"] = matrix_text(make_grid(scene, 0));
        json["prompt"] = to_json(scene_prompt(scene, "", {}));
        print_line(dump(json));
        return;
    }
    auto wording = options.wording;
    wording.sure_score = sight.sure_score;
    for (auto const& sentence : describe_scene(scene, wording)) {
        print_line(sentence);
    }
}

} // namespace

void add_scene(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<SceneCommandOptions>();
    auto* app = root.add_subcommand("scene", "Say or print where things are in a picture");
    add_seeing_options(*app, options->seeing);
    app->add_option("--annotate", options->annotate, "Write the picture with boxes, distances and grid as PNG");
    app->add_flag("--json", options->json, "Print JSON: objects, relations, groups, matrix, prompt");
    add_wording_options(*app, options->wording);
    app->footer("Example: echollama scene photo.jpg --directions clock");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
