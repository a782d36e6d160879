#include "convert/sequence_weights.h"

#include "base/error.h"

#include <cmath>

namespace echollama::convert {

namespace {

using Shape = std::vector<std::int64_t>;

std::string text(Shape const& shape) {
    std::string out;
    for (auto n : shape) {
        out += (out.empty() ? "" : "x") + std::to_string(n);
    }
    return out;
}

SourceTensor expect(SourceTensor tensor, std::string const& name, Shape const& shape, std::string const& hint) {
    std::size_t count = 1;
    for (auto n : shape) {
        count *= static_cast<std::size_t>(n);
    }
    if (tensor.shape != shape || tensor.values.size() != count) {
        throw Error("The tensor '" + name + "' is " + text(tensor.shape) + " instead of " + text(shape) + "; " + hint +
                    ".");
    }
    return tensor;
}

// One dimension of a tensor: how many there are and how far apart they lie.
struct Axis {
    std::int64_t count, distance;
};

// The values with other dimensions outermost and innermost.
std::vector<float> reordered(std::vector<float> const& values, Axis outer, Axis middle, Axis inner) {
    std::vector<float> out;
    out.reserve(values.size());
    for (std::int64_t o = 0; o < outer.count; ++o) {
        for (std::int64_t m = 0; m < middle.count; ++m) {
            for (std::int64_t i = 0; i < inner.count; ++i) {
                out.push_back(
                    values[static_cast<std::size_t>(o * outer.distance + m * middle.distance + i * inner.distance)]);
            }
        }
    }
    return out;
}

} // namespace

SourceTensor folded_weight(TensorLookup const& find, std::string const& layer, std::string const& hint) {
    if (auto plain = find(layer + ".weight")) {
        return std::move(*plain);
    }
    auto g = find(layer + ".parametrizations.weight.original0");
    auto v = find(layer + ".parametrizations.weight.original1");
    if (!g || !v) {
        g = find(layer + ".weight_g");
        v = find(layer + ".weight_v");
    }
    if (!g || !v || v->shape.empty()) {
        throw Error("The checkpoint has no weight for '" + layer + "'; " + hint + ".");
    }
    auto const rows = static_cast<std::size_t>(v->shape[0]);
    if (g->values.size() != rows || rows == 0 || v->values.size() % rows != 0) {
        throw Error("The two parts of the weight '" + layer + "' do not belong together; download the model again.");
    }
    std::size_t const length = v->values.size() / rows;
    for (std::size_t r = 0; r < rows; ++r) {
        double square = 0;
        for (std::size_t i = 0; i < length; ++i) {
            square += static_cast<double>(v->values[r * length + i]) * v->values[r * length + i];
        }
        double scale = g->values[r] / std::sqrt(square);
        for (std::size_t i = 0; i < length; ++i) {
            v->values[r * length + i] = static_cast<float>(v->values[r * length + i] * scale);
        }
    }
    return std::move(*v);
}

SourceTensor SequenceWeights::require(std::string const& name, Shape const& shape) const {
    auto found = find(name);
    if (!found) {
        throw Error("The checkpoint has no tensor '" + name + "'; " + hint + ".");
    }
    return expect(std::move(*found), name, shape, hint);
}

void SequenceWeights::vector(std::string const& name, std::int64_t n) const {
    flat(name, {n});
}

void SequenceWeights::flat(std::string const& name, Shape const& shape) const {
    auto const values = require(name, shape).values;
    out.add(name, {static_cast<std::int64_t>(values.size())}, values, WeightType::f32);
}

std::vector<float> SequenceWeights::rows(std::string const& name, std::int64_t in, std::int64_t n_out,
                                         std::int64_t taps) const {
    auto const w = expect(folded_weight(find, name, hint), name + ".weight", {n_out, in, taps}, hint);
    return reordered(w.values, {n_out, in * taps}, {taps, 1}, {in, taps});
}

void SequenceWeights::conv(std::string const& name, std::int64_t in, std::int64_t n_out, std::int64_t taps,
                           bool bias) const {
    out.add(name + ".weight", {in, taps, n_out}, rows(name, in, n_out, taps), type);
    if (bias) {
        vector(name + ".bias", n_out);
    }
}

void SequenceWeights::depthwise(std::string const& name, std::int64_t channels, std::int64_t taps) const {
    auto const w = expect(folded_weight(find, name, hint), name + ".weight", {channels, 1, taps}, hint);
    auto const rows = reordered(w.values, {1, 0}, {taps, 1}, {channels, taps});
    out.add(name + ".weight", {channels, taps}, rows, WeightType::f32);
    vector(name + ".bias", channels);
}

std::vector<float> SequenceWeights::kernel(std::string const& name, std::int64_t in, std::int64_t n_out,
                                           std::int64_t taps) const {
    auto const w = expect(folded_weight(find, name, hint), name + ".weight", {in, n_out, taps}, hint);
    return reordered(w.values, {taps, 1}, {n_out, taps}, {in, n_out * taps});
}

void SequenceWeights::transposed(std::string const& name, std::int64_t in, std::int64_t n_out,
                                 std::int64_t taps) const {
    out.add(name + ".weight", {in, n_out, taps}, kernel(name, in, n_out, taps), type);
    vector(name + ".bias", n_out);
}

} // namespace echollama::convert
