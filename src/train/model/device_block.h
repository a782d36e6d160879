// One block of a LLaMA as operations of ggml, forwards and backwards. Formulas as in train/kernels, whose results it
// gives; tensors are written with ggml's sizes, fastest dimension first.
#pragma once

#include "convert/llama.h"
#include "train/model/device_weights.h"

#include <ggml.h>

#include <array>
#include <cstdint>
#include <vector>

namespace echollama::train {

// Rows [begin, begin + count) that see nothing of other rows; mask [count, count]: 0 where a row (second) sees one
// (first), else -infinity.
struct DeviceGroup {
    std::int64_t begin = 0, count = 0;
    ggml_tensor* mask = nullptr;
};

struct DeviceBatch {
    std::int64_t rows = 0;
    ggml_tensor* positions = nullptr; // [rows], int32
    std::vector<DeviceGroup> groups;
};

// What the way back needs of the way there.
struct DeviceTape {
    ggml_tensor *x = nullptr, *normed = nullptr;          // [width, rows]
    ggml_tensor *q = nullptr, *k = nullptr, *v = nullptr; // [head, heads, rows], turned
    std::vector<ggml_tensor*> shares;                     // of each group [count, count, heads], the softmax
    ggml_tensor *attended = nullptr, *middle = nullptr, *normed_middle = nullptr;
    ggml_tensor *gate = nullptr, *up = nullptr, *mixed = nullptr; // [feed_forward, rows]
    std::array<ggml_tensor*, projection_count> low{};             // factor A x, [rank, rows]; null: not adapted

    std::vector<ggml_tensor**> all();
};

struct DeviceGradients {
    std::array<ggml_tensor*, projection_count> a{}, b{}; // as the adapter's tensors; null: not adapted
};

class DeviceBlock {
  public:
    // All must live as long as the block. factor: the adapter's, 0: off.
    DeviceBlock(ggml_context* ctx, convert::LlamaShape const& shape, DeviceWeights const& weights,
                DeviceLayer const& layer, DeviceBatch const& batch, float factor)
        : ctx_(ctx), s_(shape), divisors_(weights.rope_divisors), layer_(layer), batch_(batch), factor_(factor) {}

    // The block's output [width, rows].
    ggml_tensor* forward(ggml_tensor* x, DeviceTape& tape) const;
    // The slope by the block's input; null where it is not wanted.
    ggml_tensor* backward(DeviceTape const& tape, ggml_tensor* slopes, bool wants_input, DeviceGradients& out) const;

  private:
    ggml_tensor* multiply(ggml_tensor* a, ggml_tensor* b) const;
    ggml_tensor* turned(ggml_tensor* a) const; // the transpose, in memory of its own
    ggml_tensor* norm(ggml_tensor* x, ggml_tensor* w) const;
    ggml_tensor* norm_backward(ggml_tensor* slopes, ggml_tensor* x, ggml_tensor* w) const;
    ggml_tensor* rotate(ggml_tensor* x, std::int64_t heads, bool backwards) const;
    ggml_tensor* linear(Projection projection, ggml_tensor* in, DeviceTape& tape) const;
    ggml_tensor* linear_backward(Projection projection, ggml_tensor* in, ggml_tensor* slopes, DeviceTape const& tape,
                                 bool wants_input, DeviceGradients& out) const;
    ggml_tensor* attend(DeviceTape& tape) const;
    struct Three {
        ggml_tensor *q, *k, *v;
    };
    Three attend_backward(DeviceTape const& tape, ggml_tensor* slopes) const;
    Three attend_group_backward(DeviceTape const& tape, std::size_t group, ggml_tensor* slopes) const;
    ggml_tensor* rows_of(ggml_tensor* x, DeviceGroup const& group) const;
    ggml_tensor* sum_of_heads(ggml_tensor* x) const;
    float score_scale() const;

    ggml_context* ctx_;
    convert::LlamaShape const& s_;
    ggml_tensor* divisors_;
    DeviceLayer const& layer_;
    DeviceBatch const& batch_;
    float factor_;
};

} // namespace echollama::train
