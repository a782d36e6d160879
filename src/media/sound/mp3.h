// MP3 files in memory.
#pragma once

#include "media/sound/audio.h"

#include <cstdint>
#include <functional>
#include <span>

namespace echollama::codecs {

// Whether an MPEG frame begins at the start, behind an ID3 tag if there is one.
bool looks_like_mp3(std::span<std::uint8_t const> bytes);

// libsndfile's MP3 reader prints every oddity of a file on stderr, so miniaudio's is used. Interleaved samples go to
// `take` piece by piece until it answers false. The rate and the number of channels are those of the first frame; rate
// 0: not a single frame could be read.
struct Mp3Format {
    int rate = 0, channels = 0;
};
Mp3Format decode_mp3(std::span<std::uint8_t const> bytes,
                     std::function<bool(Mp3Format const&, std::span<float const>)> const& take);

} // namespace echollama::codecs
