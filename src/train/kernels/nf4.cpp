#include "train/kernels/nf4.h"

#include <algorithm>
#include <cmath>

namespace echollama::train {
namespace {

// The thresholds of the kernel: decimal literals, of which four are one unit in the last place off the midpoints.
constexpr std::array<float, 15> thresholds = {
    -0.8480964004993439F,  -0.6106329262256622F,   -0.4599952697753906F, -0.33967943489551544F, -0.23460740596055984F,
    -0.13791173323988914F, -0.045525018125772476F, 0.03979014977812767F, 0.1202552504837513F,   0.2035212516784668F,
    0.2920137718319893F,   0.3893125355243683F,    0.5016634166240692F,  0.6427869200706482F,   0.8614784181118011F};

// How many thresholds lie below; a value on one gets the lower code, and what is not a number 0.
std::uint8_t code_of(float x) {
    std::uint8_t code = 0;
    for (float threshold : thresholds) {
        code = static_cast<std::uint8_t>(code + (x > threshold ? 1 : 0));
    }
    return code;
}

float largest_magnitude(std::span<float const> values) {
    float largest = 0;
    for (float value : values) {
        largest = std::max(largest, std::abs(value));
    }
    return largest;
}

// Sums in float64: bitsandbytes' mean is of float32 sums, whose order is not ours.
float mean(std::vector<float> const& values) {
    double sum = 0;
    for (float value : values) {
        sum += value;
    }
    return values.empty() ? 0 : static_cast<float>(sum / static_cast<double>(values.size()));
}

} // namespace

std::size_t Nf4::bytes() const {
    return packed.size() + scale_codes.size() + (scales.size() + nested_scales.size()) * sizeof(float);
}

float Nf4::scale(std::int64_t block) const {
    auto const i = static_cast<std::size_t>(block);
    if (!nested()) {
        return scales[i];
    }
    float const product = map.values[scale_codes[i]] * nested_scales[i / nf4_nested_block];
    return product + offset;
}

void nest_scales(Nf4& matrix, DynamicMap const& map, float offset) {
    matrix.map = map;
    matrix.offset = offset;
    auto const count = matrix.scales.size();
    matrix.scale_codes.resize(count);
    matrix.nested_scales.clear();
    for (std::size_t begin = 0; begin < count; begin += nf4_nested_block) {
        auto const end = std::min<std::size_t>(begin + nf4_nested_block, count);
        std::vector<float> differences;
        for (std::size_t i = begin; i < end; ++i) {
            differences.push_back(matrix.scales[i] - offset);
        }
        float const largest = largest_magnitude(differences);
        matrix.nested_scales.push_back(largest);
        for (std::size_t i = begin; i < end; ++i) {
            matrix.scale_codes[i] = map.nearest(differences[i - begin] * (1 / largest));
        }
    }
    matrix.scales.clear();
    matrix.scales.shrink_to_fit();
}

void nest_scales(Nf4& matrix) {
    nest_scales(matrix, DynamicMap::make(true), mean(matrix.scales));
}

Nf4 quantise_nf4(std::span<float const> values) {
    Nf4 matrix;
    matrix.count = static_cast<std::int64_t>(values.size());
    matrix.packed.assign((values.size() + 1) / 2, 7); // an odd last number is followed by zero
    for (std::size_t begin = 0; begin < values.size(); begin += nf4_block) {
        auto const block = values.subspan(begin, std::min<std::size_t>(nf4_block, values.size() - begin));
        float const largest = largest_magnitude(block);
        matrix.scales.push_back(largest);
        float const inverse = 1 / largest;
        for (std::size_t i = 0; i < block.size(); ++i) {
            auto const code = code_of(block[i] * inverse);
            auto& byte = matrix.packed[(begin + i) / 2];
            byte = static_cast<std::uint8_t>((begin + i) % 2 == 0 ? code << 4 | (byte & 0x0F) : (byte & 0xF0) | code);
        }
    }
    return matrix;
}

void dequantise(Nf4 const& matrix, std::int64_t begin, std::int64_t count, float* out) {
    for (std::int64_t i = begin; i < begin + count;) {
        std::int64_t const block = i / nf4_block, end = std::min((block + 1) * nf4_block, begin + count);
        float const scale = matrix.scale(block);
        for (; i < end; ++i) {
            int const byte = matrix.packed[static_cast<std::size_t>(i / 2)];
            out[i - begin] = nf4_values[static_cast<std::size_t>(i % 2 == 0 ? byte >> 4 : byte & 15)] * scale;
        }
    }
}

} // namespace echollama::train
