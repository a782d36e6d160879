#include "media/sound/g711.h"

#include "media/sound/audio_io.h"

#include <algorithm>
#include <array>
#include <bit>

namespace echollama {
namespace {

constexpr int bias = 132; // of the mu-law, so that its segments are powers of two
constexpr int loudest_u = 32635;
constexpr std::uint8_t a_law_mask = 0x55; // every second bit is inverted on the line

// Table 2 of the recommendation: sign, three bits for the segment, four for the step in it; all bits inverted.
std::uint8_t to_u_law(int sample) {
    int const sign = sample < 0 ? 0x80 : 0;
    int const size = std::min(std::abs(sample), loudest_u) + bias;
    int const segment = std::bit_width(static_cast<unsigned>(size)) - 8;
    return static_cast<std::uint8_t>(~(sign | segment << 4 | (size >> (segment + 3) & 0xF)));
}

int from_u_law(std::uint8_t byte) {
    int const bits = static_cast<std::uint8_t>(~byte);
    int const segment = bits >> 4 & 7;
    int const size = ((((bits & 0xF) << 3) + bias) << segment) - bias;
    return (bits & 0x80) != 0 ? -size : size;
}

// Table 1 of the recommendation, from 13 bits with sign.
std::uint8_t to_a_law(int sample) {
    int const sign = sample < 0 ? 0 : 0x80;
    int const size = (sample < 0 ? -sample - 1 : sample) >> 4; // 0..2047
    int const segment = size < 32 ? size / 16 : std::bit_width(static_cast<unsigned>(size)) - 4;
    int const step = size >> std::max(0, segment - 1) & 0xF;
    return static_cast<std::uint8_t>((sign | segment << 4 | step) ^ a_law_mask);
}

int from_a_law(std::uint8_t byte) {
    int const bits = byte ^ a_law_mask;
    int const segment = bits >> 4 & 7;
    int const step = (bits & 0xF) << 4;
    int const size = segment == 0 ? step + 8 : (step + 0x108) << (segment - 1);
    return (bits & 0x80) != 0 ? size : -size;
}

} // namespace

std::vector<std::uint8_t> to_g711(std::span<float const> samples, G711 law) {
    std::vector<std::uint8_t> bytes(samples.size());
    std::transform(samples.begin(), samples.end(), bytes.begin(), [law](float sample) {
        int const pcm = to_pcm16(sample);
        return law == G711::u_law ? to_u_law(pcm) : to_a_law(pcm);
    });
    return bytes;
}

std::vector<float> from_g711(std::span<std::uint8_t const> bytes, G711 law) {
    std::vector<float> samples(bytes.size());
    std::transform(bytes.begin(), bytes.end(), samples.begin(), [law](std::uint8_t byte) {
        return static_cast<float>(law == G711::u_law ? from_u_law(byte) : from_a_law(byte)) / 32768.0F;
    });
    return samples;
}

} // namespace echollama
