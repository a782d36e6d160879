// Headers of recordings whose recorder was interrupted before it wrote how long they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace echollama::codecs {

// A WAV or AIFF file whose sound has length 0 although sound follows, with the length that the file has. Empty: the
// header is in order, or the file is of another kind.
std::vector<std::uint8_t> completed_header(std::span<std::uint8_t const> bytes);

} // namespace echollama::codecs
