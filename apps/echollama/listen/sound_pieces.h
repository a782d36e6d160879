// Sound to be written down, as it comes: from the microphone, from a recording, or as samples from a pipe.
#pragma once

#include "app.h"
#include "media/sound/audio.h"
#include "media/sound/raw_sound.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// What `--raw` says of the samples on standard input.
struct RawInput {
    SampleFormat format = SampleFormat::s16le;
    int rate = 16000, channels = 1;
};

// Samples at speech_rate; none: the end.
using SoundPieces = std::function<std::optional<std::vector<float>>(std::stop_token stop)>;

// The whole recording: a file, or "-" for standard input, whose samples have no header where `raw` is given. Throws
// Error.
AudioBuffer read_recording(std::string const& recording, std::optional<RawInput> const& raw, std::stop_token stop);

SoundPieces microphone_pieces(AppContext const& context);
SoundPieces raw_pieces(RawInput const& raw);
SoundPieces recording_pieces(std::string const& recording, std::stop_token stop);

// The same pieces, read ahead on a thread of its own, so that nothing is lost while what came before is being
// recognised: up to ten minutes wait, and then the source. What reading throws is thrown here.
SoundPieces read_ahead(SoundPieces source, std::stop_token stop);

} // namespace echollama
