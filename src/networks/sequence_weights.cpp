#include "networks/sequence_weights.h"

#include <ggml-backend.h>
#include <ggml.h>

#include <algorithm>
#include <functional>
#include <iterator>

namespace echollama::nn::sequence {

namespace {

// Of rows of 2 `length` numbers.
std::vector<float> sum_of_halves(std::span<float const> rows, int length) {
    std::size_t const half = static_cast<std::size_t>(length);
    std::vector<float> sums;
    for (; !rows.empty(); rows = rows.subspan(2 * half)) {
        auto const first = rows.first(half), second = rows.subspan(half, half);
        std::transform(first.begin(), first.end(), second.begin(), std::back_inserter(sums), std::plus());
    }
    return sums;
}

} // namespace

Floats floats(Weights const& weights, std::string const& name, std::initializer_list<std::int64_t> shape) {
    ggml_tensor const* tensor = weights.tensor(name, shape);
    auto const count = static_cast<std::size_t>(ggml_nelements(tensor));
    if (tensor->type == GGML_TYPE_F32 && ggml_backend_buffer_is_host(tensor->buffer)) {
        return {{}, {static_cast<float const*>(tensor->data), count}};
    }
    Floats floats{std::vector<float>(count), {}};
    if (tensor->type == GGML_TYPE_F32) {
        ggml_backend_tensor_get(tensor, floats.copied.data(), 0, ggml_nbytes(tensor));
    } else {
        std::vector<char> raw(ggml_nbytes(tensor));
        ggml_backend_tensor_get(tensor, raw.data(), 0, raw.size());
        ggml_get_type_traits(tensor->type)->to_float(raw.data(), floats.copied.data(), ggml_nelements(tensor));
    }
    floats.all = floats.copied;
    return floats;
}

std::vector<float> values(Weights const& weights, std::string const& name, std::initializer_list<std::int64_t> shape) {
    auto found = floats(weights, name, shape);
    return found.copied.empty() ? std::vector(found.all.begin(), found.all.end()) : std::move(found.copied);
}

void set_depthwise(Layer& layer, Weights const& weights, std::string const& name, int taps, int dilation) {
    constexpr int most_taps = 7;
    auto const channels = static_cast<std::size_t>(layer.channels);
    auto const kernel = values(weights, name + ".weight", {layer.channels, taps});
    layer.depthwise.assign(most_taps * channels, 0.0F); // fewer taps lie in the middle
    std::copy(kernel.begin(), kernel.end(),
              layer.depthwise.begin() +
                  static_cast<std::ptrdiff_t>(static_cast<std::size_t>(most_taps - taps) / 2 * channels));
    layer.depthwise_bias = values(weights, name + ".bias", {layer.channels});
    layer.dilation = dilation;
}

void set_product(Layer& layer, Weights const& weights, std::string const& name, int outputs, bool bias) {
    layer.weight = pack(floats(weights, name + ".weight", {layer.channels, layer.taps, outputs}).all,
                        layer.channels * layer.taps, outputs);
    if (bias) {
        layer.bias = values(weights, name + ".bias", {outputs});
    }
}

Layer transposed_shape(int in, int out, int stride) {
    Layer layer;
    layer.channels = in;
    layer.taps = 2;
    layer.pad = 1;
    layer.transposed = true;
    layer.phases = stride;
    layer.crop_front = static_cast<std::int64_t>((stride + 1) / 2) * out;
    return layer;
}

Layer transposed(Weights const& weights, std::string const& name, int in, int out, int stride) {
    Layer layer = transposed_shape(in, out, stride);
    auto const kernel = floats(weights, name + ".weight", {in, out, 2 * stride});
    auto const rows = transposed_rows(kernel.all, in, out, stride);
    layer.weight = pack(rows, 2 * in, out * stride);
    layer.both_taps = pack(sum_of_halves(rows, in), in, out * stride);
    auto const bias = values(weights, name + ".bias", {out});
    for (int phase = 0; phase < stride; ++phase) {
        layer.bias.insert(layer.bias.end(), bias.begin(), bias.end());
    }
    return layer;
}

void use_panels(Layer& layer, Weights const& weights, std::string const& name, int outputs, bool bias) {
    int const inputs = layer.channels * layer.taps, panels = (outputs + panel_columns - 1) / panel_columns;
    auto const* tensor = weights.floats(name + ".weight", {panel_columns, inputs, panels});
    layer.weight = {inputs, outputs, {static_cast<float const*>(tensor->data), panel_floats(inputs, outputs)}, nullptr};
    if (bias) {
        layer.bias = values(weights, name + ".bias", {outputs});
    }
}

} // namespace echollama::nn::sequence
