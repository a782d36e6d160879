#include "media/sound/raw_sound.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace echollama {
namespace {

// The highest bits of a sample, so that the sign stands where the machine has it.
float whole(std::uint32_t highest_bits) {
    return static_cast<float>(static_cast<std::int32_t>(highest_bits)) / 2147483648.0F;
}

float sample_at(std::uint8_t const* b, SampleFormat format) {
    auto const byte = [&](std::size_t i, unsigned shift) { return static_cast<std::uint32_t>(b[i]) << shift; };
    switch (format) {
    case SampleFormat::u8:
        return (static_cast<float>(b[0]) - 128) / 128;
    case SampleFormat::s16le:
        return whole(byte(0, 16) | byte(1, 24));
    case SampleFormat::s16be:
        return whole(byte(1, 16) | byte(0, 24));
    case SampleFormat::s24le:
        return whole(byte(0, 8) | byte(1, 16) | byte(2, 24));
    case SampleFormat::s32le:
        return whole(byte(0, 0) | byte(1, 8) | byte(2, 16) | byte(3, 24));
    case SampleFormat::f32le:
        break;
    }
    float const value = std::bit_cast<float>(byte(0, 0) | byte(1, 8) | byte(2, 16) | byte(3, 24));
    return std::isfinite(value) ? std::clamp(value, -1.0F, 1.0F) : 0.0F;
}

} // namespace

std::size_t bytes_of(SampleFormat format) {
    switch (format) {
    case SampleFormat::u8:
        return 1;
    case SampleFormat::s16le:
    case SampleFormat::s16be:
        return 2;
    case SampleFormat::s24le:
        return 3;
    case SampleFormat::s32le:
    case SampleFormat::f32le:
        break;
    }
    return 4;
}

std::vector<float> RawSound::push(std::span<std::uint8_t const> bytes) {
    rest_.insert(rest_.end(), bytes.begin(), bytes.end());
    auto const size = bytes_of(format_);
    auto const count = rest_.size() / size;
    std::vector<float> samples(count);
    for (std::size_t i = 0; i < count; ++i) {
        samples[i] = sample_at(rest_.data() + i * size, format_);
    }
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count * size));
    return samples;
}

std::vector<float> averaged(std::span<float const> interleaved, std::size_t channels) {
    std::vector<float> mono(interleaved.size() / channels);
    for (std::size_t i = 0; i < mono.size(); ++i) {
        float sum = 0;
        for (std::size_t c = 0; c < channels; ++c) {
            sum += interleaved[i * channels + c];
        }
        mono[i] = sum / static_cast<float>(channels);
    }
    return mono;
}

} // namespace echollama
