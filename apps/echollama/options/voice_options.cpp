#include "options/voice_options.h"

#include "base/error.h"
#include "listener/whisper_listener.h"
#include "media/sound/time_stretch.h"
#include "models/choice.h"
#include "models/devices.h"
#include "models/ear.h"
#include "models/stages.h"
#include "text/sentences.h"
#include "voice/orpheus/orpheus_text.h"

#include <algorithm>
#include <string>

namespace echollama {
namespace {

// "1.5", or words a minute as "260wpm" or "260 wpm".
float parse_rate(std::string const& text) {
    std::size_t end = 0;
    float value = 0;
    try {
        value = std::stof(text, &end);
    } catch (std::exception const&) {
        end = 0;
    }
    auto const unit = trimmed(std::string_view(text).substr(end));
    if (end > 0 && unit == "wpm" && value >= 80 && value <= 900) {
        return value / normal_words_per_minute;
    }
    if (end > 0 && unit.empty() && value >= TimeStretch::slowest && value <= TimeStretch::fastest) {
        return value;
    }
    throw UsageError("--rate can be 0.5 to 4, or 80wpm to 900wpm, not '" + text + "'.");
}

// Voices that need no model to be named.
bool is_voice_name(std::string const& name) {
    return name.empty() || name == "natural" || name == "fast" || name == "joe" || name == "none" ||
           std::find(orpheus_voices.begin(), orpheus_voices.end(), name) != orpheus_voices.end();
}

} // namespace

VoiceChoice chosen_voice(AppContext const& context, VoiceChoice choice) {
    choice.model = chosen_model(context, voice_model_option, choice.model);
    choice.snac = chosen_model(context, codec_option, choice.snac);
    if (choice.model.empty() && !is_voice_name(choice.name)) {
        choice.model = chosen_model(context, voice_option, choice.name);
        choice.name.clear();
    }
    if (choice.name.empty() && choice.model.empty()) {
        auto const& set = model_set(context);
        choice.model = set.speaker;
        choice.adapters = set.speaker_adapters;
        choice.snac = choice.snac.empty() ? set.codec : choice.snac;
        choice.name = set.voice;
    } else if (auto const taught = choice.model.empty() ? std::nullopt : taught_voice(context, choice.model)) {
        choice.name = choice.name.empty() ? usual_voice(choice.model) : choice.name;
        choice.model = taught->base;
        choice.adapters = {taught->adapter};
    }
    choice.name = !choice.name.empty()   ? choice.name
                  : choice.model.empty() ? VoiceChoice().name
                                         : usual_voice(choice.model);
    return choice;
}

void add_voice_options(Command& command, VoiceOptions& options) {
    options.choice.name.clear(); // not named: that of the models
    command
        .option(
            "--voice", options.choice.name,
            "natural, fast, a voice of Orpheus, none (for a fine-tuned Orpheus without voice names), or the model of a "
            "voice, by path or name: Orpheus, or the folder of a Piper or Kokoro voice")
        .value_name("VOICE")
        .suggest({"natural", "fast", "tara", "leah", "jess", "leo", "dan", "mia", "zac", "zoe", "none"})
        .otherwise("natural");
    command.option("--voice-model", options.choice.model,
                   "Orpheus model (GGUF), or the folder of a Piper or Kokoro voice, by path or name");
    command.option("--snac", options.choice.snac,
                   "Sound codec of Orpheus (GGUF), by path or name, where it is not beside the model");
    command
        .option("--speaker", options.choice.speaker,
                "Speaker of a voice model with several: a name, or a number from 0")
        .value_name("SPEAKER");
    command.option("--language", options.choice.language, "Language of the fast voice, such as en-gb or de")
        .value_name("CODE");
    command
        .parsed(
            "--rate", [&options](std::string const& text) { options.speech.rate = parse_rate(text); },
            "Speed of speech: 0.5 to 4, or words per minute such as 300wpm")
        .value_name("RATE")
        .otherwise("1");
    command.option("--pitch", options.speech.pitch, "Pitch of the voice").range(0.5, 2).otherwise("1");
    command.option("--out,-o", options.target.out,
                   "File for the speech (.wav, .flac, .opus, .mp3, .raw), or - for standard output");
    command.choice("--format", options.target.format,
                   {{"wav", SoundFormat::wav},
                    {"flac", SoundFormat::flac},
                    {"opus", SoundFormat::opus, {"ogg"}},
                    {"mp3", SoundFormat::mp3},
                    {"raw", SoundFormat::raw, {"pcm"}}},
                   "Sound format, where the file's name does not say it; raw: 16-bit samples alone");
    command.flag("--play", options.target.play, "Play the speech on the sound device");
    command.flag("--verify", options.verify,
                 "Check every sentence by listening to it first; repeat it when key words are missing");
    command.option("--ear,--listener", options.listener,
                   "Speech recognition model, by path or name, for --verify and for listening");
    command.option("--vtt", options.subtitles, "Subtitles of the speech with the times of its words, as a WebVTT file");
}

namespace {

std::unique_ptr<Speaker> make_on(AppContext const& context, VoiceChoice choice, std::string const& device) {
    choice.device = device;
    return make_speaker(choice, context.models_dir, context.threads);
}

} // namespace

std::vector<StageFiles> speaker_stages(AppContext const& context, VoiceOptions const& options) {
    if (!options.target.wanted()) {
        return {};
    }
    std::vector<StageFiles> stages{voice_files(context, chosen_voice(context, options.choice))};
    if (options.verify) {
        stages.push_back(listener_files(ear_model(context, options.listener)));
    }
    return stages;
}

StageFiles voice_files(AppContext const& context, VoiceChoice const& choice) {
    return {speaker_stage, "speaker", speaker_files(choice, context.models_dir)};
}

Loading<Speaker> load_voice(AppContext const& context, VoiceChoice const& choice, Timings& timings) {
    return load_stage<Speaker>(
        context, voice_files(context, choice), LoadingTime::when_wanted, timings,
        [choice, context](std::string const& device) { return make_on(context, choice, device); });
}

Loading<Speaker> load_speaker(AppContext const& context, VoiceOptions const& options, Timings& timings) {
    if (!options.target.wanted()) {
        return {};
    }
    auto choice = chosen_voice(context, options.choice);
    choice.live = options.target.play && !options.verify;
    if (!options.verify) {
        return load_voice(context, choice, timings);
    }
    auto const listener = ear_model(context, options.listener);
    auto files = voice_files(context, choice);
    files.files.push_back(listener);
    auto const told = options.told;
    auto const ear_device = device_of(context, listener_files(listener));
    return load_stage<Speaker>(context, files, LoadingTime::when_wanted, timings,
                               [choice, listener, told, context, ear_device](std::string const& device) {
                                   return make_checked_voice(
                                       make_on(context, choice, device), make_fast_voice(fast_language(choice)),
                                       make_ear(listener, {{}, context.threads, "en"}, ear_device), told);
                               });
}

} // namespace echollama
