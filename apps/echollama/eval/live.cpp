#include "app.h"
#include "eval/tally.h"
#include "live/narrate_world.h"
#include "output/standard_output.h"
#include "pipeline/json.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace echollama {
namespace {

struct EvalLiveOptions {
    int worlds = 20;
    std::uint64_t seed = 1;
    MovingWorldOptions world;
    std::filesystem::path mot; // empty: none
    bool faults = false, json = false;
};

struct Result {
    FollowScore followed;
    NarrationScore narrated;
};

Tally tally(Counted const& counted) {
    return {static_cast<std::size_t>(counted.good), static_cast<std::size_t>(counted.all)};
}

void write_mot(std::filesystem::path const& folder, std::string const& name,
               std::vector<FollowedMoment> const& moments) {
    auto const frames = mot_frames(moments);
    std::filesystem::create_directories(folder);
    std::ofstream(folder / (name + "-truth.txt")) << mot_lines(frames, MotSide::truth);
    std::ofstream(folder / (name + "-told.txt")) << mot_lines(frames, MotSide::told);
}

Result evaluate(AppContext const& context, EvalLiveOptions const& options, CameraWay way, std::string const& name) {
    Result result;
    auto setting = options.world;
    setting.way = way;
    for (int i = 0; i < options.worlds && !context.stop.stop_requested(); ++i) {
        auto const world = make_moving_world(options.seed + static_cast<std::uint64_t>(i), setting);
        auto const narrated = narrate(world, {});
        result.followed += follow_score(narrated.moments);
        result.narrated += narration_score(narrated);
        if (!options.mot.empty()) {
            write_mot(options.mot, name + "-" + std::to_string(options.seed + static_cast<std::uint64_t>(i)),
                      narrated.moments);
        }
    }
    return result;
}

double rounded(double value) {
    return std::round(1000 * value) / 1000;
}

Json to_json(Result const& result) {
    auto const& mot = result.followed.mot;
    return {{"mota", rounded(mot.mota())},
            {"idf1", rounded(mot.idf1())},
            {"switches", mot.switches},
            {"missed", mot.misses},
            {"invented", mot.invented},
            {"boxes", mot.truths},
            {"contact_inside_interval", to_json(tally(result.followed.contacts))},
            {"speed_inside_interval", to_json(tally(result.followed.speeds))},
            {"side_of_approach", to_json(tally(result.followed.sides))},
            {"dangers_in_time", to_json(tally(result.narrated.hazards))},
            {"warnings_of_what_comes", to_json(tally(result.narrated.warnings))},
            {"told_things_there", to_json(tally(result.narrated.there))},
            {"repeated", result.narrated.repeated},
            {"sentences", result.narrated.sentences},
            {"seconds", std::round(result.narrated.seconds)}};
}

void print(std::string const& name, Result const& result) {
    auto const& mot = result.followed.mot;
    print_line("The camera " + name + ": MOTA " + percent(mot.mota()) + ", IDF1 " + percent(mot.idf1()) + ", " +
               std::to_string(mot.switches) + " switches in " + std::to_string(mot.truths) +
               " boxes; time to contact inside its interval " + percent(tally(result.followed.contacts)) + ", speed " +
               percent(tally(result.followed.speeds)) + ", side of approach right " +
               percent(tally(result.followed.sides)) + ".");
    print_line("  Dangers told within half a second " + percent(tally(result.narrated.hazards)) +
               "; warnings of what comes " + percent(tally(result.narrated.warnings)) +
               "; told things that were there " + percent(tally(result.narrated.there)) + "; sentences " +
               std::to_string(result.narrated.sentences) + " in " +
               std::to_string(std::lround(result.narrated.seconds)) + " seconds, repeated too soon " +
               std::to_string(result.narrated.repeated) + ".");
}

void run(AppContext const& context, EvalLiveOptions const& options) {
    Json json{{"worlds", options.worlds}, {"cameras", Json::array()}};
    for (auto const way : camera_ways) {
        std::string const name = camera_way_name(way);
        auto const result = evaluate(context, options, way, name);
        Json part{{"camera", name}};
        part.update(to_json(result));
        json["cameras"].push_back(part);
        if (!options.json) {
            print(name, result);
        }
        for (std::size_t i = 0; options.faults && !options.json && i < result.narrated.faults.size(); ++i) {
            print_line("  " + result.narrated.faults[i]);
        }
    }
    if (options.json) {
        print_line(dump(json));
    }
}

} // namespace

void add_eval_live(Command& eval, AppContext& context) {
    auto& command = eval.subcommand("live", "Following and telling on a toy world that moves");
    auto options = std::make_shared<EvalLiveOptions>();
    command.option("--worlds", options->worlds, "How many worlds for each way of the camera").range(1, 100000);
    command.option("--seed", options->seed, "Which worlds");
    command.option("--misses", options->world.misses, "Share of visible things that the detector does not find")
        .range(0.0, 0.9);
    command.option("--jitter", options->world.jitter, "Deviation of each edge of a box, as a share of its side")
        .range(0.0, 0.5);
    command.option("--invented", options->world.invented, "False boxes a frame").range(0.0, 20.0);
    command
        .option("--mot", options->mot,
                "Folder for the true and the told boxes in MOTChallenge's layout, for other programs")
        .value_name("FOLDER");
    command.flag("--faults", options->faults, "List what is told wrongly");
    command.flag("--json", options->json, "Print JSON");
    command.example = "echollama eval live --worlds 20";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
