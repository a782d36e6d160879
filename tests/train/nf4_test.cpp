// NF4 against bitsandbytes (shared/golden/nf4).
#include "base/counter_rng.h"
#include "golden_training.h"
#include "train/kernels/nf4.h"

#include <ggml.h>

#include <cstring>

namespace echollama::test {
namespace {

using namespace train;

constexpr char const* matrices[] = {"w256x512", "w1000x64", "w256x80",      "odd37x27",
                                    "odd50x33", "tail3x27", "constant4x64", "special"};

// Rounded to the dtype of the matrix.
float rounded(float value, std::string const& dtype) {
    if (dtype == "BF16") {
        return ggml_bf16_to_fp32(ggml_fp32_to_bf16(value));
    }
    return dtype == "F16" ? ggml_fp16_to_fp32(ggml_fp32_to_fp16(value)) : value;
}

std::vector<float> input_of(std::string const& name, convert::Safetensors const& file) {
    if (file.has("input")) {
        return file.floats("input");
    }
    auto const shape = parse_shape(file.metadata().at("shape"));
    auto values = values_from_name("nf4." + name, static_cast<std::size_t>(shape[0] * shape[1]), 0.05F);
    auto const rows = values_from_name("nf4." + name + ".row", static_cast<std::size_t>(shape[0]), 0.5F, 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
        float const product = values[i] * rows[i / static_cast<std::size_t>(shape[1])];
        values[i] = rounded(product, file.metadata().at("dtype"));
    }
    return values;
}

std::vector<std::uint8_t> bytes_of(convert::Safetensors const& file, std::string const& name) {
    std::vector<std::uint8_t> bytes;
    for (auto value : file.integers(name)) {
        bytes.push_back(static_cast<std::uint8_t>(value));
    }
    return bytes;
}

// The stored elements, every stride-th, in the type that they were dequantised to.
void compare_values(convert::Safetensors const& file, std::string const& tap, Nf4 const& matrix) {
    std::vector<float> all(static_cast<std::size_t>(matrix.count));
    dequantise(matrix, 0, matrix.count, all.data());
    auto const facts = file.metadata().at("tap." + tap);
    auto const stride = std::stoul(facts.substr(facts.find("stride=") + 7));
    auto const expected = file.floats(tap);
    auto const dtype = tap.ends_with("bf16") ? "BF16" : tap.ends_with("f16") ? "F16" : "F32";
    for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(rounded(all.at(i * stride), dtype), expected[i]) << tap << " " << i * stride;
    }
}

TEST(Nf4, CodesScalesAndValuesAreExact) {
    SKIP_WITHOUT(golden("nf4/special.safetensors"));
    for (std::string name : matrices) {
        SCOPED_TRACE(name);
        convert::Safetensors const file(golden("nf4/" + name + ".safetensors"));
        auto matrix = quantise_nf4(input_of(name, file));
        EXPECT_EQ(matrix.packed, bytes_of(file, file.has("packed_kernel") ? "packed_kernel" : "packed"));
        EXPECT_EQ(matrix.scales, file.floats("absmax"));
        matrix.packed = bytes_of(file, "packed"); // the values are those of these codes
        for (std::string type : {"f32", "bf16", "f16"}) {
            if (name != "special" || type != "f16") { // whose 1e30 are infinite there
                compare_values(file, "dequant." + type, matrix);
            }
        }
    }
}

TEST(Nf4, DoublyQuantisedScalesAreExact) {
    SKIP_WITHOUT(golden("nf4/checkpoint-nested.safetensors"));
    auto const stored = convert::Safetensors(golden("nf4/checkpoint-nested.safetensors"))
                            .floats("model.layers.0.self_attn.q_proj.weight.nested_quant_map");
    std::array<float, 256> map{};
    std::copy(stored.begin(), stored.end(), map.begin());
    for (std::string name : {"w256x512", "w1000x64", "w256x80"}) {
        SCOPED_TRACE(name);
        convert::Safetensors const file(golden("nf4/" + name + ".safetensors"));
        auto matrix = quantise_nf4(input_of(name, file));
        nest_scales(matrix, DynamicMap::of(map), file.floats("nested.offset")[0]);
        EXPECT_EQ(matrix.scale_codes, bytes_of(file, "nested.qabsmax"));
        EXPECT_EQ(matrix.nested_scales, file.floats("nested.absmax"));
        auto const scales = file.floats("nested.absmax_dequant");
        for (std::size_t i = 0; i < scales.size(); ++i) {
            ASSERT_EQ(matrix.scale(static_cast<std::int64_t>(i)), scales[i]) << i;
        }
        compare_values(file, "nested_dequant.f32", matrix);
        compare_values(file, "nested_dequant.bf16", matrix);
    }
}

TEST(Nf4, OwnOffsetAndMapMoveFewCodes) {
    SKIP_WITHOUT(golden("nf4/w256x512.safetensors"));
    convert::Safetensors const file(golden("nf4/w256x512.safetensors"));
    auto matrix = quantise_nf4(input_of("w256x512", file));
    nest_scales(matrix);
    auto const expected = file.integers("nested.qabsmax");
    int different = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_LE(std::abs(matrix.scale_codes[i] - expected[i]), 1);
        different += matrix.scale_codes[i] != expected[i] ? 1 : 0;
    }
    EXPECT_LE(different, static_cast<int>(expected.size() / 200));
}

} // namespace
} // namespace echollama::test
