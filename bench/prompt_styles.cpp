// What a language model makes of the two forms of prompt, before and after the check: bench_prompt_styles MODEL.gguf
// [SCENES] [PHOTO…]. Toy scenes of two to five things with scores above 0.9, so that the paper's matrix holds them; the
// things in photos are found by the starter detector and go into the matrix from its own threshold on.
#include "base/counter_rng.h"
#include "base/openmp_spin.h"
#include "describer/grounded_stream.h"
#include "describer/local_describer.h"
#include "pipeline/input.h"
#include "scene/build.h"
#include "store/paths.h"
#include "vision/detectors.h"
#include "wording/mentions.h"
#include "wording/prompt.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

using namespace echollama;
using Clock = std::chrono::steady_clock;

namespace {

struct Sums {
    int scenes = 0, things = 0;        // classes in the scenes
    int named = 0, absent = 0;         // classes named that are there, and that are not, before the check
    int sentences = 0, words = 0;      // written
    int spoken = 0, named_spoken = 0;  // sentences and classes after the check
    int silent = 0;                    // scenes of which nothing could be spoken
    std::vector<double> first_ms = {}; // time to the first piece
};

Scene toy_scene(std::uint64_t i) {
    char const* labels[] = {"cup", "chair", "person", "dog", "car", "bottle", "laptop", "bench", "bicycle", "cat"};
    std::vector<Detection> found;
    for (std::uint64_t k = 0; k < 2 + i % 4; ++k) {
        auto x = static_cast<float>(splitmix64(i, 10 + k) % 500);
        auto y = static_cast<float>(splitmix64(i, 20 + k) % 250);
        auto score = 0.91F + 0.08F * static_cast<float>(uniform(i, 30 + k));
        found.push_back({labels[splitmix64(i, 40 + k) % std::size(labels)], -1, score, {x, y, x + 120, y + 200}, {}});
    }
    return build_scene(found, 640, 480, Intrinsics{.fx = 600, .fy = 600, .cx = 320, .cy = 240});
}

std::set<std::string> classes_of(Scene const& scene) {
    std::set<std::string> classes;
    for (auto const& object : scene.objects) {
        classes.insert(object.detection.label);
    }
    return classes;
}

// Classes of the scene that the text names; `absent`: other things of the detector's that it names.
std::set<std::string> named_in(std::string const& text, std::set<std::string> const& classes, int* absent = nullptr) {
    std::set<std::string> named, wrong;
    for (auto const& mention : find_mentions(split_words(text))) {
        auto found = std::find_if(classes.begin(), classes.end(),
                                  [&](auto const& label) { return names_class(mention, label); });
        if (found != classes.end()) {
            named.insert(*found);
        } else {
            wrong.insert(mention.label.empty() ? mention.words : mention.label);
        }
    }
    if (absent) {
        *absent += static_cast<int>(wrong.size());
    }
    return named;
}

void tell(Describer& describer, Scene const& scene, PromptOptions const& options, Sums& sums, bool show) {
    std::string written, spoken;
    GroundedStream stream(scene, [&](std::string const& sentence) { spoken += sentence + " "; });
    auto const begin = Clock::now();
    describer.reply(scene_prompt(scene, "", options),
                    [&](std::string_view piece) {
                        if (written.empty()) {
                            sums.first_ms.push_back(
                                std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
                        }
                        written += piece;
                        stream.push(piece);
                    },
                    {});
    stream.finish();
    auto const classes = classes_of(scene);
    SentenceCutter cutter;
    sums.sentences += static_cast<int>(cutter.push(written).size() + cutter.finish().size());
    sums.words += static_cast<int>(split_words(written).size());
    sums.things += static_cast<int>(classes.size());
    sums.named += static_cast<int>(named_in(written, classes, &sums.absent).size());
    sums.named_spoken += static_cast<int>(named_in(spoken, classes).size());
    sums.spoken += static_cast<int>(stream.spoken());
    sums.silent += stream.spoken() == 0;
    ++sums.scenes;
    if (show) {
        std::printf("  written: %s\n  spoken:  %s\n", written.c_str(), spoken.c_str());
    }
}

void print(char const* name, Sums sums) {
    std::sort(sums.first_ms.begin(), sums.first_ms.end());
    double const n = std::max(1, sums.scenes);
    std::printf(
        "%-8s %d scenes, %d kinds of things: named %d (%.0f %%), absent %d; %.1f sentences, %.0f words a scene; "
        "after the check %.1f sentences, named %d (%.0f %%), nothing in %d; first piece %.0f ms\n",
        name, sums.scenes, sums.things, sums.named, 100.0 * sums.named / std::max(1, sums.things), sums.absent,
        sums.sentences / n, sums.words / n, sums.spoken / n, sums.named_spoken,
        100.0 * sums.named_spoken / std::max(1, sums.things), sums.silent,
        sums.first_ms.empty() ? 0 : sums.first_ms[sums.first_ms.size() / 2]);
}

} // namespace

int main(int argc, char** argv) try {
    limit_openmp_spinning(argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // what was measured is seen at once
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_prompt_styles MODEL.gguf [SCENES] [PHOTO...]\n");
        return 2;
    }
    int const scenes = argc > 2 ? std::stoi(argv[2]) : 100;
    for (auto style : {PromptStyle::standard, PromptStyle::paper}) {
        char const* name = style == PromptStyle::paper ? "paper" : "default";
        auto describer = make_local_describer(argv[1]); // a new one: nothing of the other style is warm
        Sums toys, photos;
        for (int i = 0; i < scenes; ++i) {
            tell(*describer, toy_scene(static_cast<std::uint64_t>(i)), {.style = style}, toys, i < 2);
        }
        print(name, toys);
        if (argc <= 3) {
            continue;
        }
        auto detector = make_starter_detector(store::default_models_dir(), 2);
        for (int i = 3; i < argc; ++i) {
            InputOptions input;
            input.picture = argv[i];
            auto view = load_input(input);
            auto scene = build_scene(detector->detect(view.image), view.image.width, view.image.height, view.camera);
            tell(*describer, scene, {.style = style, .matrix_threshold = 0}, photos, true);
        }
        print(name, photos);
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
