// Which voice speaks, where to and how: for describe, ask, chat and say.
#pragma once

#include "app.h"
#include "models/stage_files.h"
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

// The model of the voice that is named: by --voice-model, or by --voice where that is no voice of a model but a model's
// path or name; else that of the set of models, else the natural one.
VoiceChoice chosen_voice(AppContext const& context, VoiceChoice choice);

// The files of that voice.
StageFiles voice_files(AppContext const& context, VoiceChoice const& choice);

// What load_speaker() loads, for decide_devices(): nothing where no speech is wanted.
std::vector<StageFiles> speaker_stages(AppContext const& context, VoiceOptions const& options);

// That voice, loaded when it is asked for or begun.
Loading<Speaker> load_voice(AppContext const& context, VoiceChoice const& choice, Timings& timings);

// Not valid when no speech is wanted; loaded when it is asked for or begun.
Loading<Speaker> load_speaker(AppContext const& context, VoiceOptions const& options, Timings& timings);

} // namespace echollama
