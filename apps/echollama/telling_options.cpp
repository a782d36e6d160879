#include "telling_options.h"

#include "stages/describer_local.h"
#include "stages/voices.h"

#include <iostream>

namespace echollama {

void add_language_options(CLI::App& app, LanguageOptions& options) {
    app.add_option("--llm", options.llm, "Language model (GGUF)");
    app.add_flag("--no-llm", options.none, "Use only the scene's own words");
}

Loading<Describer> load_describer(AppContext const& context, LanguageOptions const& options, Timings& timings) {
    if (options.none) {
        return {};
    }
    auto model = options.llm.empty() ? context.models_dir / "smollm2-135m-instruct-q4_1.gguf" : options.llm;
    return load_in_background<Describer>(timings, "language model", [=, threads = context.threads] {
        return make_local_describer(model, {.model = {.threads = threads}});
    });
}

void add_voice_options(CLI::App& app, VoiceOptions& options) {
    app.add_option("--voice", options.voice, "natural, fast, or the folder of a Piper voice");
    app.add_option("--rate", options.speech.rate, "Speed of speech, 0.5 to 4")->check(CLI::Range(0.5, 4.0));
    app.add_option("--pitch", options.speech.pitch, "Pitch, 0.5 to 2")->check(CLI::Range(0.5, 2.0));
    app.add_option("--out,-o", options.target.out,
                   "File for the speech (.wav, .flac, .opus, .mp3, .raw), or - for standard output");
    app.add_option_function<std::string>(
        "--format", [&options](std::string const& name) { options.target.format = parse_sound_format(name); },
        "wav, flac, opus, mp3 or raw (16-bit samples), where the file's name does not say it");
    app.add_flag("--play", options.target.play, "Play the speech on the sound device");
}

Loading<Speaker> load_speaker(AppContext const& context, VoiceOptions const& options, Timings& timings) {
    if (!options.target.wanted()) {
        return {};
    }
    return load_in_background<Speaker>(timings, "voice",
                                       [voice = options.voice, dir = context.models_dir, threads = context.threads] {
                                           return make_speaker(voice, dir, threads);
                                       });
}

void print_sentence(SpeechTarget const& target, std::string const& sentence) {
    if (target.out == "-") {
        std::cerr << sentence << std::endl;
    } else {
        print_line(sentence);
    }
}

} // namespace echollama
