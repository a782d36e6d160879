// Where speech goes: a WAV file or pipe, the sound device, or both.
#pragma once

#include "media/audio_io.h"
#include "media/playback.h"
#include "stages/roles.h"

#include <filesystem>
#include <memory>
#include <stop_token>

namespace echollama {

struct SpeechTarget {
    std::filesystem::path out; // empty: no file; "-": standard output
    bool play = false;

    bool wanted() const { return play || !out.empty(); }
};

class SpeechSink {
  public:
    // Opens the targets, so that a place that cannot be written is told before any work.
    SpeechSink(SpeechTarget const& target, int rate, std::stop_token stop);
    void write(AudioChunk const& chunk);
    // Waits for the device and completes the file.
    void finish();

  private:
    std::unique_ptr<WavWriter> file_;
    std::unique_ptr<Player> player_;
    std::stop_token stop_;
};

} // namespace echollama
