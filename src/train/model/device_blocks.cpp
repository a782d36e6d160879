// The blocks on a device of ggml: whole batches as one graph there and one back.
#include "base/error.h"
#include "nn/graph.h"
#include "train/model/blocks.h"
#include "train/model/device_block.h"

#include <ggml-backend.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace echollama::train {
namespace {

using std::int64_t;
using Builder = nn::Graph::Builder;

constexpr int64_t targets_at_once = 128; // rows whose scores of the whole vocabulary are held
constexpr float share_scale = 1024;      // keeps small shares of a softmax above what f16 can hold
// Where slopes pass through f16, the largest of those that come in becomes this: as far from too small as from too
// large.
constexpr double f16_top = 1024, f16_step = 16;
constexpr int f16_tries = 12;

// The tensor of another graph as data for this one.
ggml_tensor* leaf_of(ggml_context* ctx, ggml_tensor const* tensor) {
    auto* leaf = ggml_new_tensor(ctx, tensor->type, GGML_MAX_DIMS, tensor->ne);
    ggml_backend_tensor_alloc(tensor->buffer, leaf, tensor->data);
    return leaf;
}

// Keeps the tensor's values after the graph was computed.
void keep(Builder& builder, ggml_tensor*& tensor, std::string const& name) {
    if (tensor->op == GGML_OP_NONE) { // an input
        ggml_set_output(tensor);
        return;
    }
    builder.output(name, tensor);
    tensor = ggml_get_tensor(builder.ctx, name.c_str());
}

std::string gradient_name(char part, std::size_t layer, std::size_t projection) {
    return std::string(1, part) + "." + std::to_string(layer) + "." + std::to_string(projection);
}

// What a graph was made for.
struct Form {
    std::vector<int64_t> groups; // rows of each
    bool adapted = false, kept = false;

    bool operator==(Form const&) const = default;
};

int64_t rows_of(PieceGroup const& group) {
    int64_t rows = 0;
    for (auto const& piece : group) {
        rows += piece.count;
    }
    return rows;
}

// 0 where a row of the group sees another, else -infinity.
Numbers mask_of(PieceGroup const& group) {
    int64_t const begin = group.front().begin, count = rows_of(group);
    Numbers mask(static_cast<std::size_t>(count * count), -std::numeric_limits<float>::infinity());
    for (auto const& piece : group) {
        for (int64_t row = piece.begin; row < piece.begin + piece.count; ++row) {
            float* seen = mask.data() + (row - begin) * count;
            std::fill_n(seen + (piece.prefix - begin) * (piece.prefix_count > 0), piece.prefix_count, 0.0F);
            std::fill_n(seen + (piece.begin - begin), row - piece.begin + 1, 0.0F);
        }
    }
    return mask;
}

class DeviceBlocks final : public Blocks {
  public:
    DeviceBlocks(LlamaWeights const& model, Lora& lora, int threads, NetworkOptions const& options)
        : shape_(model.shape), lora_(lora), options_(options), backend_(nn::make_backend(threads, options.device)),
          weights_(model, lora, backend_, options.precision, options.device_memory) {}

    void forward(Batch const& batch, Numbers& x, Pass const& pass) override;
    void backward(Batch const& batch, Numbers& x) override;
    void score(float const* normed, std::span<std::int32_t const> tokens, TokenScores* scores, float* slopes) override;

  private:
    std::optional<nn::Graph> graph(std::size_t layers, std::function<void(Builder&)> const& build) const;
    void build_forward(Builder& builder, Form const& form);
    void build_backward(Builder& builder);
    void build_score(Builder& builder, bool with_slopes) const;
    bool try_backward(Numbers const& x, double scale);
    std::size_t held() const; // bytes of the device
    float factor(bool adapted) const { return adapted ? lora_.factor() : 0; }
    std::size_t blocks() const { return static_cast<std::size_t>(shape_.layers); }

    convert::LlamaShape const& shape_;
    Lora& lora_;
    NetworkOptions options_;
    nn::Backend backend_;
    DeviceWeights weights_;
    Form form_;
    DeviceBatch batch_;
    std::vector<DeviceTape> tapes_;
    std::optional<nn::Graph> forward_, backward_; // the second looks into the first
    std::optional<nn::Graph> score_, score_with_slopes_;
    std::vector<Numbers> gradients_; // of the last try, as lora_.parameters()
};

std::size_t DeviceBlocks::held() const {
    auto bytes = weights_.bytes();
    for (auto const* graph : {&forward_, &backward_, &score_, &score_with_slopes_}) {
        bytes += *graph ? (*graph)->bytes() : 0;
    }
    return bytes;
}

std::optional<nn::Graph> DeviceBlocks::graph(std::size_t layers, std::function<void(Builder&)> const& build) const {
    auto const budget = static_cast<std::size_t>(options_.device_memory);
    auto const left = budget == 0 ? std::numeric_limits<std::size_t>::max() : budget > held() ? budget - held() : 1;
    try {
        auto const nodes = 1024 + layers * (512 + 128 * std::max<std::size_t>(form_.groups.size(), 1));
        return nn::Graph(backend_, nodes, build, false, left);
    } catch (nn::GraphTooLarge const&) {
        throw Error("So many tokens at once need more memory than " +
                    (budget > 0 ? "device_memory_mb allows" : backend_.name() + " has") +
                    "; make micro_batch_size or sequence_len smaller" +
                    (options_.checkpointing ? "." : ", or set gradient_checkpointing."));
    }
}

void DeviceBlocks::build_forward(Builder& builder, Form const& form) {
    batch_ = {};
    for (auto count : form.groups) {
        auto* mask = builder.input("mask." + std::to_string(batch_.groups.size()), {count, count});
        ggml_set_output(mask);
        batch_.groups.push_back({batch_.rows, count, mask});
        batch_.rows += count;
    }
    batch_.positions = builder.input("positions", {batch_.rows}, GGML_TYPE_I32);
    ggml_set_output(batch_.positions);
    tapes_.assign(blocks(), {});
    auto* x = builder.input("x", {shape_.width, batch_.rows});
    for (std::size_t i = 0; i < blocks(); ++i) {
        auto& tape = tapes_[i];
        DeviceBlock const block(builder.ctx, shape_, weights_, weights_.layers[i], batch_, factor(form.adapted));
        auto* out = block.forward(x, tape);
        if (form.kept && options_.checkpointing) {
            keep(builder, tape.x, "x." + std::to_string(i));
        } else if (form.kept) {
            std::size_t part = 0;
            for (auto** tensor : tape.all()) {
                keep(builder, *tensor, "tape." + std::to_string(i) + "." + std::to_string(part++));
            }
        }
        x = out;
    }
    builder.output("out", x);
}

void DeviceBlocks::build_backward(Builder& builder) {
    DeviceBatch batch = batch_;
    batch.positions = leaf_of(builder.ctx, batch_.positions);
    for (auto& group : batch.groups) {
        group.mask = leaf_of(builder.ctx, group.mask);
    }
    auto* slopes = builder.input("slopes", {shape_.width, batch.rows});
    for (std::size_t i = blocks(); i-- > 0;) {
        DeviceBlock const block(builder.ctx, shape_, weights_, weights_.layers[i], batch, factor(true));
        DeviceTape tape;
        if (options_.checkpointing) {
            block.forward(leaf_of(builder.ctx, tapes_[i].x), tape);
        } else {
            tape = tapes_[i];
            for (auto** tensor : tape.all()) {
                *tensor = leaf_of(builder.ctx, *tensor);
            }
        }
        DeviceGradients gradients;
        slopes = block.backward(tape, slopes, i > 0, gradients);
        for (std::size_t p = 0; p < projection_count; ++p) {
            if (gradients.a[p]) {
                builder.output(gradient_name('a', i, p), gradients.a[p]);
                builder.output(gradient_name('b', i, p), gradients.b[p]);
            }
        }
    }
}

void DeviceBlocks::forward(Batch const& batch, Numbers& x, Pass const& pass) {
    Form form{{}, pass.adapted, pass.keep};
    for (auto const& group : batch.groups) {
        form.groups.push_back(rows_of(group));
    }
    if (!forward_ || !(form == form_)) {
        backward_.reset();
        forward_.reset();
        form_ = form;
        forward_ = graph(blocks(), [&](Builder& builder) { build_forward(builder, form); });
    }
    if (pass.adapted) {
        weights_.set_adapter(lora_);
    }
    for (std::size_t i = 0; i < batch.groups.size(); ++i) {
        forward_->set("mask." + std::to_string(i), mask_of(batch.groups[i]));
    }
    forward_->set("positions", batch.positions);
    forward_->set("x", x);
    forward_->compute();
    x = forward_->read("out");
}

// False: a number became too large. What was found is in gradients_.
bool DeviceBlocks::try_backward(Numbers const& x, double scale) {
    auto scaled = x;
    train::scale(scaled, static_cast<float>(scale));
    backward_->set("slopes", scaled);
    backward_->compute();
    gradients_.clear();
    bool finite = true;
    for (std::size_t i = 0; i < blocks(); ++i) {
        for (auto projection : lora_.options().targets) {
            for (char part : {'a', 'b'}) {
                auto& one = gradients_.emplace_back(
                    backward_->read(gradient_name(part, i, static_cast<std::size_t>(projection))));
                train::scale(one, static_cast<float>(1 / scale));
                finite =
                    finite && std::all_of(one.begin(), one.end(), [](float value) { return std::isfinite(value); });
            }
        }
    }
    return finite;
}

void DeviceBlocks::backward(Batch const&, Numbers& x) {
    if (!backward_) {
        backward_ = graph(blocks(), [&](Builder& builder) { build_backward(builder); });
    }
    double scale = 1;
    if (options_.precision == Precision::f16) {
        float largest = 0;
        for (float value : x) {
            largest = std::max(largest, std::abs(value));
        }
        scale = largest > 0 ? std::exp2(std::floor(std::log2(f16_top / static_cast<double>(largest)))) : 1;
    }
    for (int i = 1; !try_backward(x, scale) && options_.precision == Precision::f16 && i < f16_tries; ++i) {
        scale /= f16_step;
    }
    auto from = gradients_.begin();
    for (std::size_t i = 0; i < blocks(); ++i) {
        for (auto projection : lora_.options().targets) {
            auto const layer = static_cast<int64_t>(i);
            for (auto* parameter : {&lora_.a(layer, projection), &lora_.b(layer, projection)}) {
                std::transform(from->begin(), from->end(), parameter->gradient.begin(), parameter->gradient.begin(),
                               std::plus<>());
                ++from;
            }
        }
    }
}

// log softmax(W x)[token] and its slope by x, W[token] - W^T softmax(W x). The logarithm of the softmax's denominator
// is z - log p for any word; the mean over all, weighted by p, is that number without cancellation.
void DeviceBlocks::build_score(Builder& builder, bool with_slopes) const {
    auto* ctx = builder.ctx;
    auto const words = shape_.vocabulary;
    auto* rows = builder.input("rows", {shape_.width, targets_at_once});
    auto* places = builder.input("places", {targets_at_once}, GGML_TYPE_I32); // of the tokens in all scores
    auto* scores = ggml_mul_mat(ctx, weights_.output, rows);                  // [words, targets]
    ggml_prec_set_acc(scores, GGML_PREC_F32);
    auto* shares = ggml_soft_max(ctx, scores);
    auto* logs = ggml_log(ctx, ggml_clamp(ctx, shares, 1e-37F, 1));
    auto* denominators = ggml_sum_rows(ctx, ggml_mul(ctx, shares, ggml_sub(ctx, scores, logs))); // [1, targets]
    auto* wanted = ggml_get_rows(ctx, ggml_reshape_2d(ctx, scores, 1, words * targets_at_once), places);
    builder.output("log_probs", ggml_sub(ctx, wanted, denominators));
    builder.output("sums", ggml_sum_rows(ctx, scores));
    if (with_slopes) {
        auto* tokens = builder.input("tokens", {targets_at_once}, GGML_TYPE_I32);
        auto* across = ggml_cont(ctx, ggml_transpose(ctx, weights_.output));
        auto* mean = ggml_mul_mat(ctx, across, ggml_scale(ctx, shares, share_scale));
        ggml_prec_set_acc(mean, GGML_PREC_F32);
        builder.output("slopes", ggml_sub(ctx, ggml_get_rows(ctx, weights_.output, tokens),
                                          ggml_scale(ctx, mean, 1 / share_scale)));
    }
}

void DeviceBlocks::score(float const* normed, std::span<std::int32_t const> tokens, TokenScores* scores,
                         float* slopes) {
    auto& graph_of = slopes ? score_with_slopes_ : score_;
    if (!graph_of) {
        graph_of = graph(1, [&](Builder& builder) { build_score(builder, slopes != nullptr); });
    }
    auto const width = static_cast<std::size_t>(shape_.width), block = static_cast<std::size_t>(targets_at_once);
    for (std::size_t first = 0; first < tokens.size(); first += block) {
        auto const count = std::min(block, tokens.size() - first);
        Numbers rows(width * block);
        std::vector<std::int32_t> ids(block), places(block);
        std::copy_n(normed + first * width, count * width, rows.begin());
        std::copy_n(tokens.begin() + static_cast<std::ptrdiff_t>(first), count, ids.begin());
        for (std::size_t i = 0; i < block; ++i) {
            places[i] = static_cast<std::int32_t>(static_cast<int64_t>(i) * shape_.vocabulary) + ids[i];
        }
        graph_of->set("rows", rows);
        graph_of->set("places", places);
        if (slopes) {
            graph_of->set("tokens", ids);
        }
        graph_of->compute();
        auto const log_probs = graph_of->read("log_probs"), sums = graph_of->read("sums");
        for (std::size_t i = 0; i < count; ++i) {
            scores[first + i] = {log_probs[i], sums[i] / static_cast<float>(shape_.vocabulary)};
        }
        if (slopes) {
            auto const found = graph_of->read("slopes");
            std::copy_n(found.begin(), count * width, slopes + first * width);
        }
    }
}

} // namespace

std::unique_ptr<Blocks> make_device_blocks(LlamaWeights const& weights, Lora& lora, int threads,
                                           NetworkOptions const& options) {
    if (lora.options().dropout > 0) {
        throw Error("Dropout is computed by the processor only; leave lora_dropout or device out.");
    }
    return std::make_unique<DeviceBlocks>(weights, lora, threads, options);
}

} // namespace echollama::train
