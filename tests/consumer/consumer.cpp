#include "pipeline/input.h"
#include "pipeline/see.h"
#include "vision/detectors.h"
#include "wording/wording.h"

#include <iostream>

int main(int, char** argv) {
    using namespace echollama;
    Timings timings;
    SeeingModels models{.detector = ready<Detector>(make_detector(argv[1], 2)), .depth = {}};
    InputOptions input;
    input.picture = argv[2];
    auto const seen = see(load_input(input), models, -1, timings, {});
    for (auto const& sentence : describe_scene(seen.scene, {.sure_score = seen.sure_score})) {
        std::cout << sentence << "\n";
    }
}
