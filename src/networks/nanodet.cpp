#include "networks/nanodet.h"

#include "base/error.h"
#include "media/picture/resize.h"
#include "networks/net.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace echollama {
namespace {

using namespace nn;

constexpr int sides = 4;

NanoDetParams read_params(Weights const& weights) {
    NanoDetParams p;
    p.stage_blocks = weights.i32_array("nanodet.stage_blocks");
    p.strides = weights.i32_array("nanodet.strides");
    p.bins = static_cast<int>(weights.u32("nanodet.bins"));
    p.input_size = static_cast<int>(weights.u32("nanodet.input_size"));
    p.slope = weights.f32("nanodet.slope");
    p.labels = weights.text_array("nanodet.labels");
    read_normalisation(weights, "nanodet", p.mean, p.std);
    bool good = p.stage_blocks.size() == 4 && p.strides == std::vector{8, 16, 32} && p.bins >= 2 && p.bins <= 64 &&
                p.input_size >= 32 && p.input_size <= 2048 && p.input_size % 32 == 0 && p.slope >= 0 && p.slope < 1 &&
                !p.labels.empty() && p.labels.size() <= 4096 &&
                std::all_of(p.stage_blocks.begin(), p.stage_blocks.end(), [](int n) { return n >= 1 && n <= 16; });
    if (!good) {
        refuse_model(weights, "its description is broken");
    }
    return p;
}

struct NanoDetNet {
    Net net;
    NanoDetParams const& params;

    // Convolution with the picture's size kept (or halved), then leaky ReLU
    ggml_tensor* conv3(std::string const& name, ggml_tensor* x, int stride = 1) const {
        return net.activate({Activation::Kind::leaky_relu, params.slope}, net.conv(name, x, {3, stride, all_sides(1)}));
    }

    // A stage's input goes on beside its layers (cross-stage partial networks). [c, w, h] → [2c, w / stride, h /
    // stride]
    ggml_tensor* stage(std::size_t index, ggml_tensor* x) const {
        std::string const name = "stage." + std::to_string(index) + ".";
        ggml_tensor* first = conv3(name + "first", x, index == 0 ? 1 : 2);
        x = first;
        for (int i = 0; i < params.stage_blocks[index]; ++i) {
            std::string const block = name + "block." + std::to_string(i) + ".";
            ggml_tensor* a = conv3(block + "conv1", x);
            x = net.join(block + "conv2", conv3(block + "conv2", a), a, false);
        }
        return net.join(name + "last", conv3(name + "last", x), first, false);
    }

    // Features of three levels from fine to coarse, each told by its neighbours first downwards, then upwards (Liu et
    // al. 2018, "Path Aggregation Network", with sums of resized maps).
    std::array<ggml_tensor*, 3> levels(std::array<ggml_tensor*, 3> const& features) const {
        std::array<ggml_tensor*, 3> maps{};
        for (std::size_t i = 3; i-- > 0;) {
            std::string const name = "lateral." + std::to_string(i);
            maps[i] = net.conv(name, features[i], {});
            if (i < 2) {
                ggml_tensor* coarse = net.upsample2(maps[i + 1], false);
                maps[i] = net.add(name, maps[i], coarse);
            }
        }
        for (std::size_t i = 1; i < 3; ++i) {
            maps[i] = net.add("lateral." + std::to_string(i), maps[i], halved(maps[i - 1]));
        }
        return maps;
    }

    // Bilinear resizing to half the size reads the mean of each square of four.
    ggml_tensor* halved(ggml_tensor* x) const {
        ggml_tensor* planes = to_planes(net.ctx, x);
        return from_planes(net.ctx, ggml_pool_2d(net.ctx, planes, GGML_OP_POOL_AVG, 2, 2, 2, 2, 0, 0));
    }

    void build(Graph::Builder& builder, ggml_tensor* picture) const {
        ggml_tensor* x = builder.tap("stem", conv3("stem", picture, 2));
        x = net.max_pool(x, {3, 2, all_sides(1)});
        std::array<ggml_tensor*, 3> features{};
        for (std::size_t i = 0; i < params.stage_blocks.size(); ++i) {
            x = builder.tap("stage." + std::to_string(i), stage(i, x));
            if (i > 0) {
                features[i - 1] = x;
            }
        }
        auto maps = levels(features);
        for (std::size_t i = 0; i < maps.size(); ++i) {
            std::string const level = std::to_string(i), name = "head." + level + ".";
            builder.tap("level." + level, maps[i]);
            builder.output("cells." + level, net.conv(name + "out", conv3(name + "conv", maps[i]), {}));
        }
    }
};

std::size_t block_count(NanoDetParams const& params) {
    return static_cast<std::size_t>(std::accumulate(params.stage_blocks.begin(), params.stage_blocks.end(), 0));
}

// Where the picture lies in the network's square: input pixels = source pixels * scale + offset.
struct Letterbox {
    float scale = 1, left = 0, top = 0;
    int width = 0, height = 0; // of the picture inside
};

Letterbox letterbox(int size, int image_width, int image_height) {
    float scale = static_cast<float>(size) / static_cast<float>(std::max(image_width, image_height));
    auto scaled = [&](int side) {
        return std::clamp(static_cast<int>(std::lround(static_cast<float>(side) * scale)), 1, size);
    };
    int width = scaled(image_width), height = scaled(image_height);
    return {scale, static_cast<float>((size - width) / 2), static_cast<float>((size - height) / 2), width, height};
}

// Softmax expectation of a side's distance, in cells.
float distance_of(float const* logits, int bins) {
    float largest = *std::max_element(logits, logits + bins);
    float sum = 0, weighted = 0;
    for (int i = 0; i < bins; ++i) {
        float weight = std::exp(logits[i] - largest);
        sum += weight;
        weighted += weight * static_cast<float>(i);
    }
    return weighted / sum;
}

} // namespace

NanoDet::NanoDet(std::filesystem::path const& gguf, int threads, std::string const& device, bool with_taps)
    : backend_(make_backend(threads, device)), weights_(gguf, "nanodet", backend_), params_(read_params(weights_)) {
    if (backend_.own_layers) {
        cpu_.emplace(backend_);
    }
    auto describe = [&](Graph::Builder& b) {
        NanoDetNet net{{b.ctx, &weights_, cpu_ ? &*cpu_ : nullptr}, params_};
        net.build(b, b.input("picture", {3, params_.input_size, params_.input_size}));
    };
    graph_ =
        std::make_unique<Graph>(backend_, nodes_for(block_count(params_)), describe, with_taps, most_bytes_at_own_size);
    weights_.expect_all_used();
    auto numbers = static_cast<std::int64_t>(params_.labels.size()) + std::int64_t{sides} * params_.bins;
    for (std::size_t i = 0; i < params_.strides.size(); ++i) {
        if (graph_->shape("cells." + std::to_string(i))[0] != numbers) {
            refuse_model(weights_, "its labels do not fit its outputs");
        }
    }
}

NanoDet::Output NanoDet::run(PictureInput const& input, std::stop_token stop) {
    if (input.width != params_.input_size || input.height != params_.input_size) {
        throw std::logic_error("NanoDet::run: impossible input size");
    }
    graph_->set("picture", std::span<float const>(input.values));
    graph_->compute(stop);
    Output output;
    for (std::size_t i = 0; i < params_.strides.size(); ++i) {
        output.push_back(graph_->read("cells." + std::to_string(i)));
    }
    return output;
}

PictureInput nanodet_input(Image const& image, NanoDetParams const& params) {
    int const size = params.input_size;
    auto const box = letterbox(size, image.width, image.height);
    Image const inside = resize_bilinear(image, box.width, box.height);
    Image square{size, size, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * size * size))};
    for (int y = 0; y < box.height; ++y) {
        auto const* row = &inside.rgb[static_cast<std::size_t>(3 * y * box.width)];
        std::copy(row, row + 3 * box.width,
                  &square.rgb[static_cast<std::size_t>(
                      3 * ((y + static_cast<int>(box.top)) * size + static_cast<int>(box.left)))]);
    }
    PictureInput input{size, size, {square.rgb.begin(), square.rgb.end()}};
    normalise(input.values, params.mean, params.std);
    return input;
}

std::vector<Detection> nanodet_decode(NanoDet::Output const& output, NanoDetParams const& params, float threshold,
                                      int image_width, int image_height) {
    auto const labels = params.labels.size();
    auto const numbers = labels + static_cast<std::size_t>(sides * params.bins);
    auto const box = letterbox(params.input_size, image_width, image_height);
    std::vector<Detection> found;
    for (std::size_t level = 0; level < output.size(); ++level) {
        auto const stride = static_cast<float>(params.strides[level]);
        auto const cells = static_cast<std::size_t>(params.input_size / params.strides[level]);
        for (std::size_t cell = 0; cell < cells * cells; ++cell) {
            float const* logits = &output[level][cell * numbers];
            for (std::size_t label = 0; label < labels; ++label) {
                float score = 1 / (1 + std::exp(-logits[label]));
                if (!(score > threshold)) {
                    continue;
                }
                float side[sides];
                for (int i = 0; i < sides; ++i) {
                    side[i] =
                        stride * distance_of(logits + labels + static_cast<std::size_t>(i * params.bins), params.bins);
                }
                float x = (static_cast<float>(cell % cells) + 0.5F) * stride - box.left;
                float y = (static_cast<float>(cell / cells) + 0.5F) * stride - box.top;
                Box place{(x - side[0]) / box.scale, (y - side[1]) / box.scale, (x + side[2]) / box.scale,
                          (y + side[3]) / box.scale};
                if (std::isfinite(place.width()) && std::isfinite(place.height())) { // damaged weights give others
                    found.push_back({params.labels[label], static_cast<int>(label), score, place, std::nullopt});
                }
            }
        }
    }
    std::stable_sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.score > b.score; });
    return found;
}

} // namespace echollama
