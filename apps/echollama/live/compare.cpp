#include "app.h"
#include "live/comparison.h"
#include "options/seeing_options.h"
#include "options/wording_options.h"
#include "output/standard_output.h"
#include "pipeline/json.h"

#include <memory>
#include <string>
#include <vector>

namespace echollama {
namespace {

struct CompareOptions {
    SeeingOptions seeing; // of the first; the second is looked at in the same way
    std::filesystem::path after, depth_after;
    WordingOptions wording{.level = Level::brief};
    bool json = false;
};

Json to_json(std::optional<SceneObject> const& object) {
    if (!object) {
        return nullptr;
    }
    return to_json(*object);
}

Json to_json(std::vector<PlacedChange> const& changes) {
    Json all = Json::array();
    for (auto const& one : changes) {
        all.push_back({{"label", (one.after ? one.after : one.before)->detection.label},
                       {"sure", one.sure},
                       {"before", to_json(one.before)},
                       {"after", to_json(one.after)}});
    }
    return all;
}

Json labels_of(std::vector<SceneObject> const& objects) {
    Json all = Json::array();
    for (auto const& object : objects) {
        all.push_back(object.detection.label);
    }
    return all;
}

void run(AppContext const& context, CompareOptions options) {
    Timings timings;
    options.seeing.no_reading = true;
    auto const before = load_input(options.seeing.input);
    auto second = options.seeing.input;
    second.picture = options.after;
    second.depth_picture = options.depth_after;
    auto const after = load_input(second);
    auto const models = load_seeing_models(context, options.seeing, timings);
    auto const first_seen = see(before, models, options.seeing.threshold, timings, context.stop);
    auto const then_seen = see(after, models, options.seeing.threshold, timings, context.stop);
    if (context.stop.stop_requested()) {
        return;
    }
    auto const view = shared_view(before.image, after.image, first_seen.scene.camera);
    auto const comparison = compare(first_seen.scene, then_seen.scene, view, first_seen.sure_score);
    auto wording = options.wording;
    wording.sure_score = first_seen.sure_score;
    auto const sentences = comparison_sentences(comparison, wording);
    if (options.json) {
        print_line(dump({{"same_view", view.same_place},
                         {"turned_deg", view.turned_deg},
                         {"moved", to_json(comparison.moved)},
                         {"gone", to_json(comparison.gone)},
                         {"new", to_json(comparison.appeared)},
                         {"not_shown_after", labels_of(comparison.unknown_before)},
                         {"not_shown_before", labels_of(comparison.unknown_after)},
                         {"stayed", comparison.stayed},
                         {"sentences", sentences}}));
        return;
    }
    for (auto const& sentence : sentences) {
        print_line(sentence);
    }
}

} // namespace

void add_compare(Command& root, AppContext& context) {
    auto options = std::make_shared<CompareOptions>();
    auto& command = root.subcommand("compare", "Say what moved, came or went between two pictures of the same place");
    add_seeing_options(command, options->seeing);
    command
        .positional("after", options->after, "The later picture, point cloud or mesh, seen from about the same place")
        .required();
    command.option("--depth-image-after", options->depth_after, "Depth beside the later picture");
    command.flag("--json", options->json, "Print JSON: moved, gone, new, and what cannot be told");
    add_wording_options(command, options->wording);
    command.example = "echollama compare morning.jpg evening.jpg";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
