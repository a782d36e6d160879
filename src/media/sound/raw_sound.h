// Samples without a header, as recorders write them to pipes ("arecord -t raw").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace echollama {

// How one sample is stored: unsigned, signed or floating-point, its bits, little or big endian.
enum class SampleFormat { u8, s16le, s16be, s24le, s32le, f32le };

std::size_t bytes_of(SampleFormat format);

// Bytes in pieces of any size become samples in [-1, 1]; how they are cut never changes one. A sample that is no number
// is silence, and one outside is clipped.
class RawSound {
  public:
    explicit RawSound(SampleFormat format) : format_(format) {}

    // The samples that are complete by now, channels interleaved as they come.
    std::vector<float> push(std::span<std::uint8_t const> bytes);
    // Bytes of a sample that is not complete.
    std::size_t left_over() const { return rest_.size(); }

  private:
    SampleFormat format_;
    std::vector<std::uint8_t> rest_;
};

// The average of the channels of whole frames.
std::vector<float> averaged(std::span<float const> interleaved, std::size_t channels);

} // namespace echollama
