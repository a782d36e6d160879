// The sound of films and phone recordings: MP4, M4A, 3GP, AAC, WebM, Matroska, WMA; by FFmpeg's libraries.
#pragma once

#include "media/sound/mono.h"

#include <cstdint>
#include <span>
#include <string>

namespace echollama::codecs {

bool looks_like_container(std::span<std::uint8_t const> bytes);

// Decodes the best sound track, piece by piece. What comes before damage is given; nothing outside of `bytes` is
// opened, whatever the file refers to. Throws Error naming the file when it is damaged, holds no sound, or in a coding
// that is not known here.
void decode_container(std::span<std::uint8_t const> bytes, std::string const& name, FrameSink const& take);

} // namespace echollama::codecs
