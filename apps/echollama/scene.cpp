#include "app.h"
#include "media/picture/image_io.h"
#include "options/seeing_options.h"
#include "options/wording_options.h"
#include "pipeline/annotate.h"
#include "pipeline/floor_plan.h"
#include "pipeline/json.h"
#include "scene/grid.h"
#include "wording/prompt.h"
#include "wording/text_wording.h"

#include <memory>
#include <string>

namespace echollama {
namespace {

struct SceneCommandOptions {
    SeeingOptions seeing;
    std::filesystem::path annotate, map;
    WordingOptions wording;
    SceneOptions scene;
    PromptOptions prompt;
    float matrix_threshold = 0;
    bool json = false;
};

void run(AppContext const& context, SceneCommandOptions const& options) {
    check_standard_output({{options.json ? "JSON" : "the text", true}, {"the picture", options.annotate == "-"}});
    check_writable(options.annotate, "the picture");
    check_writable(options.map, "the plan");
    Timings timings;
    auto view = load_input(options.seeing.input);
    auto models = load_seeing_models(context, options.seeing, timings);
    auto observation = see(view, models, options.seeing.threshold, timings, context.stop, options.scene);
    auto& scene = observation.scene;
    if (observation.text.valid()) {
        scene.text = observation.text.get();
    }
    if (!options.annotate.empty()) {
        save_png(options.annotate, annotate(view.image, scene));
    }
    auto wording = options.wording;
    wording.sure_score = observation.sure_score;
    if (!options.map.empty()) {
        write_plan(options.map, floor_plan(scene, wording));
    }
    if (options.json) {
        auto prompt = options.prompt;
        prompt.wording = wording;
        Json json = to_json(scene);
        json["matrix"] = matrix_text(make_grid(scene, options.matrix_threshold));
        json["prompt"] = to_json(scene_prompt(scene, "", prompt));
        print_line(dump(json));
        return;
    }
    for (auto const& sentence : describe_scene(scene, wording)) {
        print_line(sentence);
    }
    for (auto const& sentence : describe_text(scene, wording)) {
        print_line(sentence);
    }
}

// How the paper's numbers are read from the depth map, which it does not say.
void add_paper_options(Command& command, SceneCommandOptions& options) {
    command.choice("--z-sampling", options.scene.z_sampling,
                   {{"centre", ZSampling::centre, {"center", "middle"}},
                    {"mean", ZSampling::mean, {"average"}},
                    {"median", ZSampling::median}},
                   "Where z is read in a box");
    command.choice("--z-range", options.scene.z_range,
                   {{"minmax255", ZRange::minmax255}, {"max255", ZRange::max255}, {"raw", ZRange::raw}},
                   "How z is scaled");
    command.flag("--z-invert", options.scene.invert_z, "Larger z is farther instead of nearer");
    command
        .option("--matrix-threshold", options.matrix_threshold,
                "Objects at or under this score stay out of the matrix (the paper: 0.9)")
        .range(0, 1);
    add_prompt_style_option(command, options.prompt.style, "How the prompt printed with --json is written");
}

} // namespace

void add_scene(Command& root, AppContext& context) {
    auto options = std::make_shared<SceneCommandOptions>();
    auto& command = root.subcommand("scene", "Say or print where things are in a picture");
    add_seeing_options(command, options->seeing);
    command.option("--annotate", options->annotate, "Write the picture with boxes, distances and grid as PNG");
    command.option("--map", options->map, "Write a floor plan: .png, .svg, .txt or .brf (braille embosser)");
    command.flag("--json", options->json, "Print JSON: objects, relations, groups, matrix, prompt");
    add_wording_options(command, options->wording);
    add_paper_options(command, *options);
    command.example = "echollama scene photo.jpg --directions clock";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
