// Which language model writes and which voice speaks, for describe, ask and chat; the voice for say as well.
#pragma once

#include "app.h"
#include "pipeline/tell.h"
#include "speech_sink.h"

#include <filesystem>
#include <string>

namespace echollama {

struct LanguageOptions {
    std::filesystem::path llm; // empty: the starter's
    bool none = false;         // only the scene's own words
};

void add_language_options(CLI::App& app, LanguageOptions& options);

// Not valid when no language model is wanted.
Loading<Describer> load_describer(AppContext const& context, LanguageOptions const& options, Timings& timings);

struct VoiceOptions {
    std::string voice = "natural";
    SpeechOptions speech;
    SpeechTarget target;
};

void add_voice_options(CLI::App& app, VoiceOptions& options);

// Not valid when no speech is wanted.
Loading<Speaker> load_speaker(AppContext const& context, VoiceOptions const& options, Timings& timings);

// To standard output; when the sound goes there, to standard error.
void print_sentence(SpeechTarget const& target, std::string const& sentence);

} // namespace echollama
