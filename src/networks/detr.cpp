#include "networks/detr.h"

#include "base/error.h"
#include "networks/net.h"
#include "networks/resnet50.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

namespace echollama {
namespace {

using namespace nn;

constexpr int max_side = 4096; // keeps every product of sizes far from overflow
constexpr std::int64_t max_queries = 4096;

DetrParams read_params(Weights const& weights) {
    DetrParams p;
    p.stages = weights.i32_array("detr.stages");
    p.encoder_layers = static_cast<int>(weights.u32("detr.encoder_layers"));
    p.decoder_layers = static_cast<int>(weights.u32("detr.decoder_layers"));
    p.heads = static_cast<int>(weights.u32("detr.heads"));
    p.norm_eps = weights.f32("detr.norm_eps");
    p.temperature = weights.f32("detr.temperature");
    p.short_side = static_cast<int>(weights.u32("detr.short_side"));
    p.long_side = static_cast<int>(weights.u32("detr.long_side"));
    p.labels = weights.text_array("detr.labels");
    read_normalisation(weights, "detr", p.mean, p.std);
    auto positive = [](float x) { return x > 0 && std::isfinite(x); };
    bool stages_good =
        p.stages.size() == 4 && std::all_of(p.stages.begin(), p.stages.end(), [](int n) { return n >= 1 && n <= 64; });
    if (!stages_good || p.encoder_layers < 1 || p.encoder_layers > 64 || p.decoder_layers < 1 ||
        p.decoder_layers > 64 || p.heads < 1 || p.heads > 64 || !positive(p.norm_eps) || !positive(p.temperature) ||
        p.short_side < 32 || p.long_side < p.short_side || p.long_side > max_side / 2 || p.labels.size() < 2) {
        refuse_model(weights, "its description is broken");
    }
    return p;
}

struct Transformer {
    Net net;
    DetrParams const& params;
    ggml_tensor* mask;     // [keys, queries, 1, n] or nullptr: nothing is padded
    ggml_tensor* position; // [d, tokens, n]

    ggml_tensor* attend(std::string const& name, ggml_tensor* q, ggml_tensor* k, ggml_tensor* v,
                        ggml_tensor* hidden) const {
        q = net.linear(name + ".q", q);
        k = net.linear(name + ".k", k);
        v = net.linear(name + ".v", v);
        return net.linear(name + ".out",
                          net.attention(name + ".v", q, k, v, params.heads, hidden, net.rounds(name + ".out")));
    }
    ggml_tensor* feed_forward(std::string const& name, ggml_tensor* x) const {
        return net.linear(name + "fc2", net.linear(name + "fc1", x, {.relu = true}));
    }
    ggml_tensor* norm(std::string const& name, ggml_tensor* x) const {
        return net.layer_norm(name, x, params.norm_eps);
    }
    // norm(x + y)
    ggml_tensor* add_norm(std::string const& name, ggml_tensor* x, ggml_tensor* y) const {
        return norm(name, net.add(name, x, y));
    }

    // x [d, tokens, n] → the same; norms come after the sums
    ggml_tensor* encoder_layer(int index, ggml_tensor* x) const {
        std::string const name = "encoder." + std::to_string(index) + ".";
        ggml_tensor* at = net.add("position", x, position);
        x = add_norm(name + "norm1", x, attend(name + "self", at, at, x, mask));
        return add_norm(name + "norm2", x, feed_forward(name, x));
    }

    // x [d, queries, n]; memory [d, tokens, n], placed = memory + position
    ggml_tensor* decoder_layer(int index, ggml_tensor* x, ggml_tensor* queries, ggml_tensor* memory,
                               ggml_tensor* placed, ggml_tensor* cross_mask) const {
        std::string const name = "decoder." + std::to_string(index) + ".";
        ggml_tensor* at = net.add("queries", x, queries);
        x = add_norm(name + "norm1", x, attend(name + "self", at, at, x, nullptr));
        at = net.add("queries", x, queries);
        x = add_norm(name + "norm2", x, attend(name + "cross", at, placed, memory, cross_mask));
        return add_norm(name + "norm3", x, feed_forward(name, x));
    }
};

// Nearest neighbour as torch.nn.functional.interpolate: index floor(i * in / out).
int nearest(int i, int in, int out) {
    float scale = static_cast<float>(in) / static_cast<float>(out);
    return std::min(static_cast<int>(std::floor(static_cast<float>(i) * scale)), in - 1);
}

// 1 where the feature map shows the picture and not the padding.
std::vector<std::uint8_t> valid_map(DetrInput const& picture, int width, int height, int feature_width,
                                    int feature_height) {
    std::vector<std::uint8_t> valid;
    for (int y = 0; y < feature_height; ++y) {
        for (int x = 0; x < feature_width; ++x) {
            valid.push_back(nearest(x, width, feature_width) < picture.width &&
                            nearest(y, height, feature_height) < picture.height);
        }
    }
    return valid;
}

} // namespace

Detr::Detr(std::filesystem::path const& gguf, int threads, std::string const& device, bool with_taps)
    : backend_(make_backend(threads, device)), weights_(gguf, "detr", backend_), params_(read_params(weights_)),
      with_taps_(with_taps) {
    if (backend_.own_layers) {
        cpu_.emplace(backend_);
    }
    build({64, 64, 1, false}); // looks every weight up
    weights_.expect_all_used();
    if (weights_.dimension("class.weight", 1) != static_cast<std::int64_t>(params_.labels.size())) {
        refuse_model(weights_, "it does not have one label for every class");
    }
}

Detr::~Detr() = default;

void Detr::build(Shape const& shape) {
    graph_.reset(); // before the new one takes its memory
    int fw = resnet50_feature_size(shape.width, params_.stages.size());
    int fh = resnet50_feature_size(shape.height, params_.stages.size());
    std::int64_t tokens = std::int64_t{fw} * fh, n = shape.batch;
    auto describe = [&](Graph::Builder& b) {
        Net net{b.ctx, &weights_, cpu_ ? &*cpu_ : nullptr};
        auto d = weights_.dimension("queries", 0);
        auto query_count = weights_.dimension("queries", 1);
        net.require(query_count <= max_queries && d % 4 == 0, "queries");
        ggml_tensor* picture = b.input("picture", {3, shape.width, shape.height, n});
        ggml_tensor* features = resnet50(net, b, params_.stages, picture);             // [2048, fw, fh, n]
        features = b.tap("projection", net.conv("projection", features, {}));          // [d, fw, fh, n]
        ggml_tensor* x = ggml_reshape_3d(b.ctx, features, features->ne[0], tokens, n); // [d, tokens, n]

        ggml_tensor* mask = shape.masked ? b.input("mask", {tokens, tokens, 1, n}) : nullptr;
        ggml_tensor* cross_mask = shape.masked ? b.input("cross_mask", {tokens, query_count, 1, n}) : nullptr;
        Transformer t{net, params_, mask, b.input("position", {d, tokens, n})};
        for (int i = 0; i < params_.encoder_layers; ++i) {
            x = b.tap("encoder." + std::to_string(i), t.encoder_layer(i, x));
        }
        ggml_tensor* placed = net.add("position", x, t.position);
        ggml_tensor* queries = ggml_repeat_4d(b.ctx, net.plain("queries", {d, query_count}), d, query_count, n, 1);
        ggml_tensor* y = ggml_scale(b.ctx, queries, 0); // the decoder starts from zeros
        for (int i = 0; i < params_.decoder_layers; ++i) {
            y = b.tap("decoder." + std::to_string(i), t.decoder_layer(i, y, queries, x, placed, cross_mask));
        }
        y = b.tap("decoder.norm", t.norm("decoder.norm", y)); // [d, queries, n]
        ggml_tensor* box = net.linear("box.0", y, {.relu = true});
        box = net.linear("box.2", net.linear("box.1", box, {.relu = true})); // [4, queries, n]
        if (box->ne[0] != 4) {
            refuse_model(weights_, "its boxes do not have four numbers");
        }
        b.output("logits", net.linear("class", y)); // [classes, queries, n]
        b.output("boxes", ggml_sigmoid(b.ctx, box));
    };
    auto blocks = static_cast<std::size_t>(std::accumulate(params_.stages.begin(), params_.stages.end(), 0) +
                                           params_.encoder_layers + params_.decoder_layers);
    graph_ = std::make_unique<Graph>(backend_, nodes_for(blocks), describe, with_taps_);
    shape_ = shape;
}

std::vector<DetrOutput> Detr::run(std::span<DetrInput const> batch, std::stop_token stop) {
    if (batch.empty()) {
        return {};
    }
    Shape shape{0, 0, static_cast<int>(batch.size()), false};
    for (auto const& picture : batch) {
        if (picture.width < 1 || picture.height < 1 || picture.width > max_side || picture.height > max_side ||
            picture.values.size() !=
                std::size_t{3} * static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height)) {
            throw std::logic_error("Detr::run: impossible input size");
        }
        shape.width = std::max(shape.width, picture.width);
        shape.height = std::max(shape.height, picture.height);
    }
    for (auto const& picture : batch) {
        shape.masked = shape.masked || picture.width != shape.width || picture.height != shape.height;
    }
    if (!graph_ || shape != shape_) {
        build(shape);
    }

    int fw = resnet50_feature_size(shape.width, params_.stages.size());
    int fh = resnet50_feature_size(shape.height, params_.stages.size());
    auto tokens = static_cast<std::size_t>(fw) * static_cast<std::size_t>(fh);
    auto d = static_cast<int>(weights_.dimension("queries", 0));
    auto queries = static_cast<std::size_t>(weights_.dimension("queries", 1));
    auto row = std::size_t{3} * static_cast<std::size_t>(shape.width);
    std::vector<float> pictures(row * static_cast<std::size_t>(shape.height) * batch.size());
    std::vector<float> position, mask, cross_mask;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto const& picture = batch[i];
        auto own_row = std::size_t{3} * static_cast<std::size_t>(picture.width);
        for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
            std::copy_n(picture.values.begin() + static_cast<std::ptrdiff_t>(y * own_row), own_row,
                        pictures.begin() +
                            static_cast<std::ptrdiff_t>((i * static_cast<std::size_t>(shape.height) + y) * row));
        }
        auto valid = valid_map(picture, shape.width, shape.height, fw, fh);
        auto code = sine_position_code(valid, fw, fh, d, params_.temperature);
        position.insert(position.end(), code.begin(), code.end());
        if (shape.masked) {
            std::vector<float> keys;
            keys.reserve(valid.size());
            for (auto v : valid) {
                keys.push_back(v ? 0 : -std::numeric_limits<float>::infinity());
            }
            for (std::size_t k = 0; k < std::max(tokens, queries); ++k) {
                if (k < tokens) {
                    mask.insert(mask.end(), keys.begin(), keys.end());
                }
                if (k < queries) {
                    cross_mask.insert(cross_mask.end(), keys.begin(), keys.end());
                }
            }
        }
    }
    graph_->set("picture", std::span<float const>(pictures));
    graph_->set("position", std::span<float const>(position));
    if (shape.masked) {
        graph_->set("mask", std::span<float const>(mask));
        graph_->set("cross_mask", std::span<float const>(cross_mask));
    }
    graph_->compute(stop);

    auto logits = graph_->read("logits");
    auto boxes = graph_->read("boxes");
    std::vector<DetrOutput> outputs(batch.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        auto part = [&](std::vector<float> const& all) {
            auto size = static_cast<std::ptrdiff_t>(all.size() / outputs.size());
            auto begin = all.begin() + static_cast<std::ptrdiff_t>(i) * size;
            return std::vector<float>(begin, begin + size);
        };
        outputs[i] = {static_cast<int>(queries), static_cast<int>(params_.labels.size()), part(logits), part(boxes)};
    }
    return outputs;
}

std::size_t Detr::bytes() const {
    return weights_.bytes() + (cpu_ ? cpu_->bytes() : 0) + (graph_ ? graph_->bytes() : 0);
}

} // namespace echollama
