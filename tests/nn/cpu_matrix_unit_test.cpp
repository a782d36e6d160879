#include "base/processor.h"
#include "nn/cpu/panels.h"
#include "nn/cpu/product.h"
#include "nn/cpu_checks.h"

#include <gtest/gtest.h>

#include <array>

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace echollama::nn {
namespace {

// Whole numbers of at most eight bits; each row and each output holds the largest, so that bytes get a scale of one.
float weight_at(std::size_t i, std::int64_t output) {
    return i == 0 ? 127.0F : static_cast<float>((static_cast<std::int64_t>(i) * 37 + output * 11) % 255 - 127);
}
float pixel_at(std::size_t i, std::int64_t pixel) {
    return i == 0 ? 255.0F : static_cast<float>((static_cast<std::int64_t>(i) * 53 + pixel * 19) % 256);
}

std::vector<float> multiplied(PanelType type, std::int64_t inputs, std::int64_t outputs, std::int64_t pixels) {
    auto const row = [](std::int64_t output, std::span<float> values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = weight_at(i, output);
        }
    };
    auto const matrix = pack(type, inputs, outputs, row, nullptr);
    std::vector<float> x, y(static_cast<std::size_t>(pixels * outputs));
    for (std::int64_t p = 0; p < pixels; ++p) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(inputs); ++i) {
            x.push_back(pixel_at(i, p));
        }
    }
    auto const scratch = aligned_memory(product_scratch(matrix, pixels));
    product(matrix, {{}, inputs, pixels, 1, 1, pixels, 1}, x.data(), nullptr, y.data(), scratch.get(), 0, 1);
    return y;
}

// Few enough inputs for floats to hold every sum exactly, and every number of them that is left behind whole tiles.
TEST(CpuMatrixUnit, WholeNumbersComeOutExact) {
    for (auto weights : {GGML_TYPE_F32, GGML_TYPE_BF16, GGML_TYPE_Q8_0}) {
        auto const type = panel_type(weights);
        if (type == PanelType::int16) {
            continue; // its scale is no whole number
        }
        for (std::int64_t inputs : {1, 3, 31, 32, 63, 64, 65, 130, 147, 400, 514}) {
            for (std::int64_t outputs : {5, 32, 70}) {
                for (std::int64_t pixels : {1, 2, 13, 15, 31, 45, 97}) {
                    auto const y = multiplied(type, inputs, outputs, pixels);
                    for (std::int64_t at = 0; at < pixels * outputs; ++at) {
                        float sum = 0;
                        for (std::size_t i = 0; i < static_cast<std::size_t>(inputs); ++i) {
                            sum += weight_at(i, at % outputs) * pixel_at(i, at / outputs);
                        }
                        ASSERT_EQ(y[static_cast<std::size_t>(at)], sum)
                            << ggml_type_name(weights) << ", " << inputs << " inputs, output " << at % outputs
                            << ", pixel " << at / outputs << " of " << pixels;
                    }
                }
            }
        }
    }
}

#if defined(__x86_64__) && defined(__linux__)
// ggml sets the unit up once for each of its threads.
TEST(CpuMatrixUnit, IsGivenBackAsItWasFound) {
    auto const levels = processor_levels();
    if (levels.empty() || levels.back() != "amx") {
        GTEST_SKIP() << "this processor has no AMX";
    }
    constexpr int request_permission = 0x1023, tile_data = 18;
    ASSERT_EQ(syscall(SYS_arch_prctl, request_permission, tile_data), 0);
    alignas(64) std::array<unsigned char, 64> somebodys{}, found{};
    somebodys[0] = 1;                      // the layout of tiles
    somebodys[16] = 32, somebodys[48] = 7; // the first has 7 rows of 32 bytes
    asm volatile("ldtilecfg %0" : : "m"(somebodys));
    for (auto weights : {GGML_TYPE_F32, GGML_TYPE_BF16, GGML_TYPE_Q8_0}) {
        multiplied(panel_type(weights), 100, 70, 20);
        asm volatile("sttilecfg %0" : "=m"(found));
        EXPECT_EQ(found, somebodys);
    }
    asm volatile("tilerelease");
}
#endif

} // namespace
} // namespace echollama::nn
