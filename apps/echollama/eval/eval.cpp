#include "app.h"
#include "eval/tally.h"
#include "evaluation/evaluate.h"
#include "models/choice.h"
#include "models/devices.h"
#include "options/language_options.h"
#include "options/wording_options.h"
#include "pipeline/json.h"
#include "pipeline/see.h"
#include "text/sentences.h"
#include "vision/detectors.h"
#include "wording/prompt.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

namespace echollama {
namespace {

struct EvalSceneOptions {
    EvaluateOptions evaluate;
    std::filesystem::path detector; // empty: the true boxes
    std::filesystem::path llm;      // empty: the scene's own words
    bool json = false;
};

std::string one_decimal(float value) {
    auto const tenths = std::lround(10 * value);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

Json to_json(DistanceScore const& score) {
    return {{"within_25_percent", to_json(score.distances)}, {"inside_interval", to_json(score.intervals)}};
}

Json to_json(PopeScore const& score) {
    return {{"accuracy", score.accuracy()},
            {"f1", score.f1()},
            {"yes_share", score.yes_share()},
            {"no_answer", score.no_answer}};
}

Json to_json(VariantScore const& score) {
    Json json{{"variant", variant_name(score.variant)}};
    if (score.empty.all > 0) {
        json["nothing_found"] = to_json(score.empty);
        return json;
    }
    auto const& g = score.by_depth;
    auto const& errors = g.bearing_errors_deg;
    json["bearing_error_deg"] = {{"median", std::round(1e3 * static_cast<double>(median_of(errors))) / 1e3},
                                 {"worst", errors.empty() ? 0 : *std::max_element(errors.begin(), errors.end())},
                                 {"things", errors.size()}};
    json["cells"] = to_json(g.cells);
    json["clock_hours"] = to_json(g.clock_hours);
    json["relations"] = to_json(g.relations);
    json["on_found"] = to_json(g.on);
    json["missed"] = g.missed;
    json["invented"] = g.invented;
    json["distances"] = {{"sensor", to_json(DistanceScore{g.distances, g.intervals})},
                         {"calibrated_depth", to_json(score.by_relative_depth)},
                         {"object_size", to_json(score.by_size)}};
    return json;
}

Json to_json(EvaluateResult const& result) {
    Json json{{"rooms", result.rooms}, {"variants", Json::array()}};
    for (auto const& variant : result.variants) {
        json["variants"].push_back(to_json(variant));
    }
    json["mirrored_relations"] = to_json(result.mirrored);
    auto const& text = result.text;
    json["text"] = {{"chair_i", text.chair.chair_i()},
                    {"chair_s", text.chair.chair_s()},
                    {"sentences", text.chair.sentences.all},
                    {"claims_not_contradicted", to_json(text.claims)},
                    {"headlines_short", to_json(text.headlines)},
                    {"pope",
                     {{"random", to_json(text.pope[0])},
                      {"popular", to_json(text.pope[1])},
                      {"adversarial", to_json(text.pope[2])}}}};
    return json;
}

void print_variant(VariantScore const& score) {
    std::string const name = std::string(variant_name(score.variant)) + ": ";
    if (score.empty.all > 0) {
        print_line(name + "nothing found, as is right, in " + percent(score.empty) + " pictures.");
        return;
    }
    auto const& g = score.by_depth;
    auto const& errors = g.bearing_errors_deg;
    print_line(name + "bearing error " + one_decimal(median_of(errors)) + " degrees in the median, " +
               one_decimal(errors.empty() ? 0 : *std::max_element(errors.begin(), errors.end())) +
               " at worst; clock hours right in " + percent(g.clock_hours) + ", cells in " + percent(g.cells) +
               ", relations in " + percent(g.relations) + "; " + std::to_string(g.missed) + " things missed, " +
               std::to_string(g.invented) + " invented.");
    print_line("  distances within 25 percent: " + percent(g.distances) + " from metric depth, " +
               percent(score.by_relative_depth.distances) + " from relative depth, " +
               percent(score.by_size.distances) + " from sizes alone; inside their interval: " + percent(g.intervals) +
               ", " + percent(score.by_relative_depth.intervals) + ", " + percent(score.by_size.intervals) + ".");
}

void print_text(EvaluateResult const& result) {
    print_line(std::to_string(result.rooms) + " toy rooms.");
    for (auto const& variant : result.variants) {
        print_variant(variant);
    }
    print_line("Mirrored pairs: " + percent(result.mirrored) + " relations agree.");
    auto const& text = result.text;
    print_line("Texts: CHAIR-i " + percent(text.chair.chair_i()) + ", CHAIR-s " + percent(text.chair.chair_s()) +
               " in " + std::to_string(text.chair.sentences.all) + " sentences; claims not contradicted: " +
               percent(text.claims) + "; headlines of at most 12 words: " + percent(text.headlines) + ".");
    char const* const names[] = {"random", "popular", "adversarial"};
    for (std::size_t i = 0; i < text.pope.size(); ++i) {
        print_line(std::string("POPE ") + names[i] + ": accuracy " + percent(text.pope[i].accuracy()) + ", F1 " +
                   percent(text.pope[i].f1()) + ", yes " + percent(text.pope[i].yes_share()) + ".");
    }
}

// The raw text of a language model, before any check: that is what is to be measured.
std::string written(Describer& describer, Scene const& scene, std::string const& question, std::stop_token stop) {
    std::string text;
    describer.reply(
        scene_prompt(scene, question, {}), [&](std::string_view piece) { text += piece; }, stop);
    return text;
}

void run(AppContext const& context, EvalSceneOptions options) {
    auto& evaluate = options.evaluate;
    std::unique_ptr<Detector> detector;
    if (!options.detector.empty()) {
        auto const model = chosen_model(context, detector_option, options.detector);
        decide_devices(context, {{{"detector", "detector", {model}}}, describer_stages(context, {options.llm, false})});
        detector = load_on_device(context, {"detector", "detector", {model}}, [&](std::string const& device) {
            return make_detector(model, context.threads, device);
        });
        evaluate.detect = [&](ToyPicture const& picture) {
            return detector->detect({picture.width, picture.height, picture.rgb}, -1, context.stop);
        };
        evaluate.width = 640, evaluate.height = 480;
    }
    Timings timings;
    std::shared_ptr<Describer> describer;
    if (!options.llm.empty()) {
        describer = load_describer(context, {options.llm, false}, timings).get();
        evaluate.describe = [&](Scene const& scene) {
            SentenceCutter cutter;
            auto sentences = cutter.push(written(*describer, scene, "", context.stop));
            auto rest = cutter.finish();
            sentences.insert(sentences.end(), rest.begin(), rest.end());
            return sentences;
        };
        evaluate.answer = [&](Scene const& scene, std::string const& question) {
            return written(*describer, scene, question, context.stop);
        };
    }
    if (!context.quiet) {
        evaluate.progress = [](std::size_t done, std::size_t all) {
            std::cerr << (done == 1 ? "" : "\r") << done << " of " << all << " rooms" << (done == all ? "\n" : "");
        };
    }
    auto const result = evaluate_scenes(evaluate, context.stop);
    options.json ? print_line(dump(to_json(result))) : print_text(result);
}

} // namespace

void add_eval(Command& root, AppContext& context) {
    auto& command = root.subcommand("eval", "Measure how right scenes and texts are");
    auto options = std::make_shared<EvalSceneOptions>();
    auto& scene = command.subcommand("scene", "On rendered rooms where everything is known");
    scene.option("--rooms", options->evaluate.rooms, "How many rooms").range(1, 100000);
    scene.option("--seed", options->evaluate.seed, "Which rooms");
    scene.option("--model", options->detector, "Detector to look with, by path or name").otherwise("the true boxes");
    scene.option("--llm", options->llm, "Language model that writes, by path or name")
        .otherwise("the scene's own words");
    scene.option("--told", options->evaluate.told_rooms, "How many of the rooms are put into words");
    scene.flag("--json", options->json, "Print JSON");
    add_wording_options(scene, options->evaluate.wording);
    scene.example = "echollama eval scene --rooms 200 --json";
    scene.run = [&context, options] { run(context, *options); };
    add_eval_distance(command, context);
    add_eval_geometry(command, context);
    add_eval_live(command, context);
}

} // namespace echollama
