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
    // Tells at once when the place cannot be written; the targets open with the first sound, whose rate they take.
    SpeechSink(SpeechTarget const& target, std::stop_token stop);
    void write(AudioChunk const& chunk);
    // Waits for the device and completes the file.
    void finish();

  private:
    void open(int rate);

    SpeechTarget target_;
    std::unique_ptr<WavWriter> file_;
    std::unique_ptr<Player> player_;
    std::stop_token stop_;
};

} // namespace echollama
