// Layers of networks over time (nn/cpu/sequence_layer.h): a transposed convolution by pairs of rows against the same
// one row after the other.
#include "nn/cpu/sequence_layer.h"
#include "nn/cpu_checks.h"

#include <gtest/gtest.h>

namespace echollama::nn::sequence {
namespace {

constexpr int channels = 32, outputs = 24, stride = 4;

Layer upsampling(bool by_pairs) {
    Layer layer;
    layer.channels = channels;
    layer.taps = 2;
    layer.pad = 1;
    layer.transposed = true;
    layer.phases = stride;
    layer.crop_front = std::int64_t{stride / 2} * outputs;
    layer.slope = 0.1F;
    constexpr std::size_t columns = outputs * stride;
    auto const rows = numbers("rows", 2 * channels * columns, 1);
    layer.weight = pack(rows, 2 * channels, columns);
    layer.bias = numbers("bias", columns, 1);
    if (by_pairs) {
        std::vector<float> sums;
        for (std::size_t i = 0; i < rows.size(); i += i % channels == channels - 1 ? channels + 1 : 1) {
            sums.push_back(rows[i] + rows[i + channels]);
        }
        layer.both_taps = pack(sums, channels, columns);
    }
    return layer;
}

std::vector<float> result(Layer const& layer, std::vector<float> const& x, int parts) {
    auto const steps = static_cast<std::int64_t>(x.size()) / channels;
    std::vector<float> y(static_cast<std::size_t>(layer.output_steps(steps) * layer.output_channels()), -1);
    std::vector<float> scratch(layer.scratch(steps, parts));
    Rows rows;
    rows.x = x.data();
    rows.steps = steps;
    rows.y = y.data();
    for (int part = 0; part < parts; ++part) {
        run(layer, rows, scratch.data(), part, parts);
    }
    return y;
}

TEST(CpuSequence, PairsOfRowsGiveWhatSingleRowsDo) {
    auto const single = upsampling(false), pairs = upsampling(true);
    for (std::size_t steps : {1U, 2U, 7U, 40U, 41U, 6200U}) {
        auto const x = numbers("x", steps * channels, 1);
        auto const wanted = result(single, x, 1), found = result(pairs, x, 1);
        ASSERT_EQ(found.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            ASSERT_NEAR(found[i], wanted[i], 2e-5) << steps << " " << i;
        }
        for (int parts : {2, 3, 5}) {
            ASSERT_EQ(result(pairs, x, parts), found) << steps << " " << parts;
            ASSERT_EQ(result(single, x, parts), wanted) << steps << " " << parts;
        }
    }
}

} // namespace
} // namespace echollama::nn::sequence
