// Layers of nn/cpu/sequence_layer.h from the files of networks over time (convert/sequence_weights.h). A NAME is that
// of the layer, without .weight. Everything throws Error as nn::Weights does.
#pragma once

#include "nn/cpu/sequence_layer.h"
#include "nn/weights.h"

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace echollama::nn::sequence {

// All numbers of a tensor as floats.
std::vector<float> values(Weights const& weights, std::string const& name, std::initializer_list<std::int64_t> shape);

// The same where they lie, when they are floats in this processor's memory.
struct Floats {
    std::vector<float> copied;
    std::span<float const> all;
};
Floats floats(Weights const& weights, std::string const& name, std::initializer_list<std::int64_t> shape);

// `taps` are 3, 5 or 7.
void set_depthwise(Layer& layer, Weights const& weights, std::string const& name, int taps, int dilation);

// The product of a layer whose channels and taps are set.
void set_product(Layer& layer, Weights const& weights, std::string const& name, int outputs, bool bias);

// ConvTranspose1d(kernel 2 s, stride s, padding s / 2) without its numbers.
Layer transposed_shape(int in, int out, int stride);
Layer transposed(Weights const& weights, std::string const& name, int in, int out, int stride);

// The product of a layer whose channels and taps are set, from numbers that lie in the file as panels
// (nn/sequence_panels.h), where they stay; `weights` must outlive the layer.
void use_panels(Layer& layer, Weights const& weights, std::string const& name, int outputs, bool bias);

} // namespace echollama::nn::sequence
