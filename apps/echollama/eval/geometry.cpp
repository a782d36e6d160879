#include "app.h"
#include "eval/tally.h"
#include "geometry/evaluate_space.h"
#include "pipeline/json.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace echollama {
namespace {

struct EvalGeometryOptions {
    EvaluateSpaceOptions spaces;
    bool faults = false;
    bool json = false;
};

struct Mark {
    char const *key, *words;
    Share SpaceScore::*share;
};

constexpr Mark marks[] = {
    {"floor_found", "floor found", &SpaceScore::floor_found},
    {"floor_height", "its height within 2 cm", &SpaceScore::floor_height},
    {"walls_found", "walls found", &SpaceScore::walls_found},
    {"wall_distance", "their distance within 2 percent", &SpaceScore::wall_distance},
    {"wall_claims", "told walls that are there", &SpaceScore::wall_claims},
    {"steps_found", "steps and drops of 15 cm within 3 m found", &SpaceScore::steps_found},
    {"step_height", "their height within 2 cm", &SpaceScore::step_height},
    {"drop_depth", "depth of drops within 3 cm or 5 percent", &SpaceScore::drop_depth},
    {"step_counts", "visible stairs counted", &SpaceScore::step_counts},
    {"false_steps", "rooms with a false step", &SpaceScore::false_steps},
    {"openings_found", "openings found", &SpaceScore::openings_found},
    {"opening_width", "their width within 5 cm", &SpaceScore::opening_width},
    {"opening_claims", "told openings that are there", &SpaceScore::opening_claims},
    {"overhangs", "things at head or chest height found", &SpaceScore::overhangs},
    {"free_not_longer", "free ways told at most a tenth too long", &SpaceScore::free_not_longer},
    {"free_within", "within a tenth", &SpaceScore::free_within},
    {"table_height", "table heights within 3 cm", &SpaceScore::table_height},
};

Tally tally(Share const& share) {
    return {static_cast<std::size_t>(share.good), static_cast<std::size_t>(share.all)};
}

void run(AppContext const& context, EvalGeometryOptions const& options) {
    Json json{{"rooms", options.spaces.rooms}, {"sensors", Json::array()}};
    for (auto [sensor, name] : {std::pair(DepthSensor::structured_light, "structured light"),
                                std::pair(DepthSensor::stereo, "stereo"), std::pair(DepthSensor::phone, "phone")}) {
        auto const score = evaluate_spaces(sensor, options.spaces, context.stop);
        Json part{{"sensor", name}};
        std::string line = std::string(name) + ", " + std::to_string(score.rooms) + " rooms:";
        for (auto const& mark : marks) {
            auto const result = tally(score.*mark.share);
            part[mark.key] = to_json(result);
            line += std::string(&mark == marks ? " " : "; ") + mark.words + ": " + percent(result);
        }
        json["sensors"].push_back(part);
        if (!options.json) {
            print_line(line + ".");
            for (std::size_t i = 0; options.faults && i < score.faults.size(); ++i) {
                print_line("  " + score.faults[i] + ".");
            }
        }
    }
    if (options.json) {
        print_line(dump(json));
    }
}

} // namespace

void add_eval_geometry(Command& eval, AppContext& context) {
    auto& command = eval.subcommand("geometry", "Walls, floor, steps and free way on rendered rooms");
    auto options = std::make_shared<EvalGeometryOptions>();
    command.option("--rooms", options->spaces.rooms, "How many rooms for each depth sensor").range(1, 100000);
    command.option("--seed", options->spaces.seed, "Which rooms");
    command.flag("--faults", options->faults, "List what is told wrongly");
    command.flag("--json", options->json, "Print JSON");
    command.example = "echollama eval geometry --rooms 300";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
