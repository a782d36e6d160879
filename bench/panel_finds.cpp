// What each network of the panel thinks of pictures, as tests/tools/fit_panel.py reads it:
//
//   bench_panel_finds CENTERNET NANODET CLASSIFIER IMAGE…
//
// Lines separated by tabs: "find", image, place, label, box in parts of the picture (4), CenterNet's score, NanoDet's
// score (0: not seen), the classifier's share ("-": none); "centre", "whole", "first" or "last", image, and what the
// classifier makes of that part of it: class:probability of every class that has a thousandth.
#include "base/error.h"
#include "media/picture/image_io.h"
#include "networks/centernet.h"
#include "networks/nanodet.h"
#include "vision/candidates.h"
#include "vision/classifier.h"
#include "vision/panel.h"

#include <cstdio>
#include <map>
#include <string>

using namespace echollama;

namespace {

// Weaker finds are not printed.
constexpr float least_printed = 0.12F;
constexpr float least_probability = 1e-3F;

struct Networks {
    CenterNet centernet;
    NanoDet nanodet;
    EfficientNetLite classifier;
};

void print_classes(std::vector<float> const& probabilities) {
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        if (probabilities[i] >= least_probability) {
            std::printf("\t%zu:%.4f", i, static_cast<double>(probabilities[i]));
        }
    }
    std::puts("");
}

void print(Networks& networks, char const* file) {
    auto const image = load_image(file).image;
    std::array candidates{
        centernet_decode(networks.centernet.run(centernet_input(image, networks.centernet.params().input_size)),
                         networks.centernet.params(), panel_least_score, image.width, image.height),
        nanodet_decode(networks.nanodet.run(nanodet_input(image, networks.nanodet.params())), networks.nanodet.params(),
                       panel_least_score, image.width, image.height)};
    for (auto& list : candidates) {
        for (auto& candidate : list) {
            candidate.box = clamped(candidate.box, image);
        }
    }
    auto shares = [&](PictureInput const& input) { return class_probabilities(networks.classifier.run(input)); };
    std::map<std::size_t, std::vector<float>> looks;
    auto const w = static_cast<float>(image.width), h = static_cast<float>(image.height);
    for (auto const& find : panel_finds(candidates)) {
        if (std::max(find.scores[0], find.scores[1]) < least_printed) {
            continue;
        }
        if (!looks.contains(find.place)) {
            looks[find.place] = shares(efficientnet_lite_input(image, find.box, networks.classifier.params()));
        }
        auto const share = coco_share(looks[find.place], find.label);
        std::printf("find\t%s\t%zu\t%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%s\n", file, find.place, find.label.c_str(),
                    static_cast<double>(find.box.x0 / w), static_cast<double>(find.box.y0 / h),
                    static_cast<double>(find.box.x1 / w), static_cast<double>(find.box.y1 / h),
                    static_cast<double>(find.scores[0]), static_cast<double>(find.scores[1]),
                    share ? std::to_string(*share).c_str() : "-");
    }
    float const side = std::min(w, h);
    auto const& params = networks.classifier.params();
    struct {
        char const* name;
        PictureInput input;
    } views[] = {{"centre", efficientnet_lite_input(image, params)},
                 {"whole", efficientnet_lite_input(image, {0, 0, w, h}, params)},
                 {"first", efficientnet_lite_input(image, {0, 0, side, side}, params)},
                 {"last", efficientnet_lite_input(image, {w - side, h - side, w, h}, params)}};
    for (auto const& view : views) {
        std::printf("%s\t%s", view.name, file);
        print_classes(shares(view.input));
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::fputs("usage: bench_panel_finds CENTERNET NANODET CLASSIFIER IMAGE…\n", stderr);
        return 2;
    }
    try {
        Networks networks{{argv[1], 1}, {argv[2], 1}, {argv[3], 1}};
        for (int i = 4; i < argc; ++i) {
            print(networks, argv[i]);
        }
    } catch (Error const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
