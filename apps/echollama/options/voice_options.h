// Which voice speaks, where to and how: for describe, ask, chat and say.
#pragma once

#include "app.h"
#include "output/speech_sink.h"
#include "pipeline/loading.h"
#include "verify/checked_voice.h"
#include "voice/voices.h"

#include <filesystem>
#include <functional>

namespace echollama {

struct VoiceOptions {
    VoiceChoice choice;
    SpeechOptions speech;
    SpeechTarget target;
    std::filesystem::path subtitles;              // empty: none
    bool verify = false;                          // listen to every sentence before it is given out
    std::filesystem::path listener;               // model that verifies; empty: the starter's
    std::function<void(SpeechCheck const&)> told; // of every check
};

void add_voice_options(Command& command, VoiceOptions& options);

// Not valid when no speech is wanted; loaded when it is asked for or begun.
Loading<Speaker> load_speaker(AppContext const& context, VoiceOptions const& options, Timings& timings);

} // namespace echollama
