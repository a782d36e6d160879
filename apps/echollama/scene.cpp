#include "app.h"
#include "media/picture/image_io.h"
#include "pipeline/annotate.h"
#include "pipeline/json.h"
#include "scene/grid.h"
#include "scene/prompt.h"
#include "seeing_options.h"
#include "wording_options.h"

#include <map>
#include <memory>
#include <string>

namespace echollama {
namespace {

struct SceneCommandOptions {
    SeeingOptions seeing;
    std::filesystem::path annotate;
    WordingOptions wording;
    SceneOptions scene;
    PromptOptions prompt;
    float matrix_threshold = 0;
    bool json = false;
};

void run(AppContext const& context, SceneCommandOptions const& options) {
    check_writable(options.annotate, "the picture");
    Timings timings;
    auto view = load_input(options.seeing.input);
    auto models = load_seeing_models(context, options.seeing, timings);
    auto observation = see(view, models, options.seeing.threshold, timings, context.stop, options.scene);
    auto const& scene = observation.scene;
    if (!options.annotate.empty()) {
        save_png(options.annotate, annotate(view.image, scene));
    }
    auto wording = options.wording;
    wording.sure_score = observation.sure_score;
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
}

// How the paper's numbers are read from the depth map, which it does not say.
void add_paper_options(CLI::App& app, SceneCommandOptions& options) {
    static std::map<std::string, ZSampling> const samplings{
        {"centre", ZSampling::centre}, {"mean", ZSampling::mean}, {"median", ZSampling::median}};
    static std::map<std::string, ZRange> const ranges{
        {"minmax255", ZRange::minmax255}, {"max255", ZRange::max255}, {"raw", ZRange::raw}};
    static std::map<std::string, PromptStyle> const styles{{"standard", PromptStyle::standard},
                                                           {"paper", PromptStyle::paper}};
    app.add_option("--z-sampling", options.scene.z_sampling, "Where z is read in a box: centre, mean or median")
        ->transform(CLI::CheckedTransformer(samplings))
        ->type_name("HOW");
    app.add_option("--z-range", options.scene.z_range, "What z counts: minmax255, max255 or raw")
        ->transform(CLI::CheckedTransformer(ranges))
        ->type_name("RANGE");
    app.add_flag("--z-invert", options.scene.invert_z, "Larger z is farther instead of nearer");
    app.add_option("--matrix-threshold", options.matrix_threshold,
                   "Objects at or under this score stay out of the matrix (the paper: 0.9; default: 0)")
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--prompt-style", options.prompt.style, "The prompt printed with --json: standard or paper")
        ->transform(CLI::CheckedTransformer(styles))
        ->type_name("STYLE");
}

} // namespace

void add_scene(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<SceneCommandOptions>();
    auto* app = root.add_subcommand("scene", "Say or print where things are in a picture");
    add_seeing_options(*app, options->seeing);
    app->add_option("--annotate", options->annotate, "Write the picture with boxes, distances and grid as PNG");
    app->add_flag("--json", options->json, "Print JSON: objects, relations, groups, matrix, prompt");
    add_wording_options(*app, options->wording);
    add_paper_options(*app, *options);
    app->footer("Example: echollama scene photo.jpg --directions clock");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
