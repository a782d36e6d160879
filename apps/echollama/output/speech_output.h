// Where what describe, ask, chat and say tell goes: sentences to standard output, speech to a file or the sound device,
// subtitles beside it.
#pragma once

#include "options/voice_options.h"
#include "output/speech_sink.h"
#include "output/subtitle_file.h"
#include "pipeline/tell.h"

#include <optional>
#include <stop_token>
#include <string>

namespace echollama {

class SpeechOutput {
  public:
    // Throws UsageError for subtitles without speech, Error at once when a place cannot be written.
    SpeechOutput(VoiceOptions const& voice, std::stop_token stop);

    // A sentence to standard output, or to standard error when the sound goes there.
    void print(std::string const& sentence) const;
    // The next sentence that is spoken; without speech nothing happens.
    void expect(std::string const& sentence) { subtitles_.expect(sentence); }
    // When nobody reads the sound on standard output any more: goes on while it is played or subtitled, else throws
    // ReaderGone.
    void write(AudioChunk const& chunk);
    // What was being said was ended early.
    void cut() { subtitles_.cut(); }
    // Nothing more goes to the file of speech, and there will be none.
    void give_up_file();
    // Completes the files.
    void finish();

    // For tell(): sentences that are `printed` and spoken.
    TellingOutput telling(bool printed);
    // Null without speech.
    SpeechSink* sink() { return sink_ ? &*sink_ : nullptr; }

  private:
    bool sound_on_standard_output_;
    SubtitleFile subtitles_;
    std::optional<SpeechSink> sink_;
};

} // namespace echollama
