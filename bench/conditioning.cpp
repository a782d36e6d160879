// How far DETR's answers move when what it is given moves a little: bench_conditioning MODEL-f32.gguf PHOTO
// [OTHER.gguf…] prints one line for each of
//   - every 8-bit level of the network's input one step up or down, at random;
//   - the photo written as JPEG of quality 95 and read again;
//   - every F32 weight multiplied by 1 + e, e even in ±2^-12 (F16's rounding) and ±2^-9 (BF16's);
//   - the other files, which hold the same weights in other types.
// A network whose input noise moves the boxes more than a type's rounding does says nothing about that type.
#include "base/counter_rng.h"
#include "base/error.h"
#include "media/encode.h"
#include "media/picture/image_io.h"
#include "networks/detr.h"

#include <ggml-cpp.h>
#include <ggml.h>
#include <gguf.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

using namespace echollama;

namespace {

struct Answers {
    std::vector<double> scores; // all classes of all queries, after the softmax
    std::vector<double> sides;  // of all boxes, pixels
};

Answers answers(DetrOutput const& output, int width, int height) {
    Answers found;
    auto const classes = static_cast<std::size_t>(output.classes);
    for (std::size_t row = 0; row < output.logits.size(); row += classes) {
        double sum = 0;
        for (std::size_t i = row; i < row + classes; ++i) {
            sum += std::exp(static_cast<double>(output.logits[i]));
        }
        for (std::size_t i = row; i < row + classes; ++i) {
            found.scores.push_back(std::exp(static_cast<double>(output.logits[i])) / sum);
        }
    }
    for (std::size_t i = 0; i < output.boxes.size(); i += 4) {
        double const x = output.boxes[i] * width, y = output.boxes[i + 1] * height;
        double const w = output.boxes[i + 2] * width / 2, h = output.boxes[i + 3] * height / 2;
        found.sides.insert(found.sides.end(), {x - w, y - h, x + w, y + h});
    }
    return found;
}

std::vector<double> sorted_distances(std::vector<double> const& a, std::vector<double> const& b) {
    std::vector<double> distances(a.size());
    std::transform(a.begin(), a.end(), b.begin(), distances.begin(),
                   [](double x, double y) { return std::abs(x - y); });
    std::sort(distances.begin(), distances.end());
    return distances;
}

void report(std::string const& what, Answers const& exact, Answers const& moved) {
    auto const scores = sorted_distances(exact.scores, moved.scores);
    auto const sides = sorted_distances(exact.sides, moved.sides);
    std::printf("%-44s scores %.4f at most; box sides %.2f px at most, 95 %% within %.2f, median %.2f\n", what.c_str(),
                scores.back(), sides.back(), sides[sides.size() * 95 / 100], sides[sides.size() / 2]);
}

// One step up or down for each number of the network's input.
DetrInput with_noise(DetrInput input, DetrParams const& params) {
    auto const seed = fnv1a64("one step");
    for (std::size_t i = 0; i < input.values.size(); ++i) {
        float const step = 1 / (255 * params.std[i % 3]);
        input.values[i] += uniform(seed, i) < 0.5F ? -step : step;
    }
    return input;
}

Image as_jpeg(Image const& image, int quality) {
    auto const bytes = test::encode_jpeg({.width = image.width, .height = image.height, .quality = quality}, image.rgb);
    return decode_image(bytes, "photo.jpg").image;
}

// The file once more, every F32 number of its matrices multiplied by 1 + e.
std::filesystem::path with_weight_noise(std::filesystem::path const& model, float largest) {
    ggml_context* context = nullptr;
    gguf_context_ptr gguf(gguf_init_from_file(model.c_str(), {false, &context}));
    ggml_context_ptr tensors(context);
    if (!gguf) {
        throw Error("The model file " + model.string() + " cannot be read; convert it again.");
    }
    gguf_context_ptr noisy(gguf_init_empty());
    gguf_set_kv(noisy.get(), gguf.get());
    for (auto* t = ggml_get_first_tensor(context); t; t = ggml_get_next_tensor(context, t)) {
        auto const seed = fnv1a64(t->name);
        auto* values = static_cast<float*>(t->data);
        for (std::int64_t i = 0; t->type == GGML_TYPE_F32 && ggml_n_dims(t) > 1 && i < ggml_nelements(t); ++i) {
            values[i] *= 1 + largest * (2 * uniform(seed, static_cast<std::uint64_t>(i)) - 1);
        }
        if (gguf_find_tensor(gguf.get(), t->name) >= 0) { // all but the block that holds them
            gguf_add_tensor(noisy.get(), t);
        }
    }
    auto const path = std::filesystem::temp_directory_path() / "echollama-weight-noise.gguf";
    gguf_write_to_file(noisy.get(), path.c_str(), false);
    return path;
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 3) {
        throw UsageError("usage: bench_conditioning MODEL-f32.gguf PHOTO [OTHER.gguf…]");
    }
    std::filesystem::path const model = argv[1];
    auto const photo = load_image(argv[2]).image;
    auto const run = [&](std::filesystem::path const& file, auto const& input_of) {
        Detr net(file, 2);
        DetrInput const input = input_of(net.params());
        return answers(net.run(std::span(&input, 1)).at(0), photo.width, photo.height);
    };
    auto const plain = [&](DetrParams const& params) { return detr_input(photo, params); };
    auto const exact = run(model, plain);
    report("input: one step of 8 bits", exact,
           run(model, [&](DetrParams const& params) { return with_noise(plain(params), params); }));
    report("input: JPEG of quality 95", exact,
           run(model, [&](DetrParams const& params) { return detr_input(as_jpeg(photo, 95), params); }));
    for (int bits : {12, 9}) {
        auto const file = with_weight_noise(model, std::ldexp(1.0F, -bits));
        report("weights: relative 2^-" + std::to_string(bits), exact, run(file, plain));
        std::filesystem::remove(file);
    }
    for (int i = 3; i < argc; ++i) {
        report(std::filesystem::path(argv[i]).filename(), exact, run(argv[i], plain));
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
