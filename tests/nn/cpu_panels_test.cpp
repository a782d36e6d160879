// Weights come into their panels with the bits that ggml gives them one by one.
#include "nn/cpu/panels.h"
#include "nn/cpu/product.h"
#include "nn/cpu/winograd.h"
#include "nn/cpu_checks.h"

#include <array>
#include <bit>
#include <cstring>

namespace echollama::nn {
namespace {

ggml_context_ptr room_for(std::int64_t numbers) {
    return ggml_context_ptr(ggml_init({static_cast<std::size_t>(numbers) * sizeof(float) + 100'000, nullptr, false}));
}

// [input][output]: products with pictures of which each pixel is one input alone. Zeros lose their sign.
std::vector<float> weights_in(PackedMatrix const& matrix) {
    auto const inputs = static_cast<std::size_t>(matrix.inputs);
    std::vector<float> x(inputs * inputs), y(inputs * static_cast<std::size_t>(matrix.outputs));
    for (std::size_t i = 0; i < inputs; ++i) {
        x[i * inputs + i] = 1;
    }
    auto const scratch = aligned_memory(product_scratch(matrix, matrix.inputs));
    product(matrix, {{}, matrix.inputs, matrix.inputs, 1, 1, matrix.inputs, 1}, x.data(), nullptr, y.data(),
            scratch.get(), 0, 1);
    return y;
}

float as_half(float value) {
    return ggml_fp16_to_fp32(ggml_fp32_to_fp16(value));
}

TEST(CpuPanels, EveryHalfIsWidenedToItsNumber) {
    constexpr std::int64_t inputs = 4099, outputs = 16; // no multiple of any vector
    auto const ctx = room_for(inputs * outputs);
    auto* const matrix = ggml_new_tensor_2d(ctx.get(), GGML_TYPE_F16, inputs, outputs);
    auto* const halves = static_cast<ggml_fp16_t*>(matrix->data);
    for (std::int64_t i = 0; i < inputs * outputs; ++i) {
        halves[i] = static_cast<ggml_fp16_t>(i);
    }
    std::vector<float> row(inputs);
    for (std::int64_t output = 0; output < outputs; ++output) {
        row_as_floats(matrix, output, row);
        for (std::int64_t i = 0; i < inputs; ++i) {
            auto const found = row[static_cast<std::size_t>(i)];
            auto const wanted = ggml_fp16_to_fp32(halves[output * inputs + i]);
            ASSERT_TRUE(std::bit_cast<std::uint32_t>(found) == std::bit_cast<std::uint32_t>(wanted) ||
                        (std::isnan(found) && std::isnan(wanted)))
                << output * inputs + i;
        }
    }
}

// Numbers in the middle between two halves, too small ones and whole ranges of others.
TEST(CpuPanels, NumbersAreRoundedToTheHalvesThatGgmlTakes) {
    if (panel_type(GGML_TYPE_F16) != PanelType::f16) {
        GTEST_SKIP() << "halves are floats at this level";
    }
    constexpr std::int64_t inputs = 77, outputs = 140;
    auto const value = [&](std::size_t i, std::int64_t output) {
        auto const random = splitmix64(static_cast<std::uint64_t>(output), i);
        auto const tie = static_cast<std::uint32_t>(random % 2) << 12; // the first bit that a half has not
        auto const exponent = 127U - 26 + static_cast<std::uint32_t>(random >> 8) % 41;
        auto const bits = (static_cast<std::uint32_t>(random >> 40) & 0x7FE000U) | tie |
                          (static_cast<std::uint32_t>(random >> 20) % 3 == 0 ? 1U : 0U);
        return std::bit_cast<float>((random & 4 ? 0x80000000U : 0U) | exponent << 23 | bits);
    };
    auto const matrix = pack(
        PanelType::f16, inputs, outputs,
        [&](std::int64_t output, std::span<float> values) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i] = value(i, output);
            }
        },
        nullptr);
    auto const found = weights_in(matrix);
    for (std::int64_t at = 0; at < inputs * outputs; ++at) {
        auto const wanted = value(static_cast<std::size_t>(at / outputs), at % outputs);
        ASSERT_EQ(found[static_cast<std::size_t>(at)], as_half(wanted)) << wanted;
    }
}

// G g G^T in double, tap by tap.
double transformed(std::vector<std::array<double, 3>> const& lines, std::size_t point, auto const& tap) {
    double sum = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        sum += lines[point / lines.size()][i / 3] * lines[point % lines.size()][i % 3] * static_cast<double>(tap(i));
    }
    return sum;
}

TEST(CpuPanels, SmallPicturesTakeSmallSquaresOrNone) {
    Matrix const matrix(GGML_TYPE_F32, 9 * 64, 64);
    auto const square = [&](std::int64_t width, std::int64_t height) {
        return winograd_square(matrix.weight, {3, 1, all_sides(1)}, width, height);
    };
    EXPECT_EQ(square(32, 24), 4);
    EXPECT_EQ(square(16, 12), 2);
    EXPECT_EQ(square(8, 6), 2);
    EXPECT_EQ(square(7, 5), 2); // squares at the edge count, too
    EXPECT_EQ(square(4, 4), 0);
}

TEST(CpuPanels, WinogradsWeightsAreTheTransformOfTheTaps) {
    std::vector<std::array<double, 3>> const two{{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
    std::vector<std::array<double, 3>> const four{{1. / 4, 0, 0},
                                                  {-1. / 6, -1. / 6, -1. / 6},
                                                  {-1. / 6, 1. / 6, -1. / 6},
                                                  {1. / 24, 1. / 12, 1. / 6},
                                                  {1. / 24, -1. / 12, 1. / 6},
                                                  {0, 0, 1}};
    constexpr std::int64_t channels = 64, outputs = 96;
    for (auto [type, width] :
         {std::pair(GGML_TYPE_F16, 64), std::pair(GGML_TYPE_F32, 64), std::pair(GGML_TYPE_F32, 8)}) {
        Matrix const matrix(type, 9 * channels, outputs);
        int const square = winograd_square(matrix.weight, {3, 1, all_sides(1)}, width, 6);
        ASSERT_GT(square, 0);
        auto const& lines = square == 2 ? two : four;
        auto const packed = pack_winograd(square, matrix.weight, matrix.bias);
        ASSERT_EQ(packed.points.size(), lines.size() * lines.size());
        for (std::size_t point = 0; point < packed.points.size(); ++point) {
            auto const found = weights_in(packed.points[point]);
            for (std::int64_t output = 0; output < outputs; ++output) {
                std::vector<float> row(9 * channels);
                row_as_floats(matrix.weight, output, row);
                for (std::size_t c = 0; c < channels; ++c) {
                    auto const wanted = static_cast<float>(
                        transformed(lines, point, [&](std::size_t tap) { return row[tap * channels + c]; }));
                    auto const value = found[c * outputs + static_cast<std::size_t>(output)];
                    if (packed.points[point].type == PanelType::f16) { // whose sums are exact
                        ASSERT_EQ(value, as_half(wanted)) << point << " " << output << " " << c;
                    } else {
                        ASSERT_NEAR(value, wanted, 1e-8) << point << " " << output << " " << c;
                    }
                }
            }
        }
    }
}

} // namespace
} // namespace echollama::nn
