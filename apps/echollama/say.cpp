#include "app.h"
#include "base/error.h"
#include "speech_sink.h"
#include "stages/grounded_stream.h"
#include "stages/sentences.h"
#include "stages/voices.h"

#include <iostream>
#include <memory>

namespace echollama {
namespace {

struct SayOptions {
    std::string text;
    std::string voice = "natural";
    SpeechTarget target;
    SpeechOptions speech;
};

void run(AppContext const& context, SayOptions const& options) {
    if (!options.target.wanted()) {
        throw UsageError("Say where the speech should go: --out speech.wav, --out - or --play.");
    }
    auto speaker = make_speaker(options.voice, context.models_dir, context.threads);
    SpeechSink sink(options.target, context.stop);
    SentenceCutter cutter;
    auto speak = [&](std::vector<std::string> const& sentences) {
        for (auto const& raw : sentences) {
            auto sentence = without_markup(raw);
            if (!sentence.empty() && !context.stop.stop_requested()) {
                speaker->say(
                    sentence, options.speech, [&](AudioChunk&& chunk) { sink.write(chunk); }, context.stop);
            }
        }
    };
    if (!options.text.empty() && options.text != "-") {
        speak(cutter.push(options.text));
    } else {
        for (std::string line; !context.stop.stop_requested() && std::getline(std::cin, line);) {
            speak(cutter.push(line + "\n"));
        }
    }
    speak(cutter.finish());
    sink.finish();
}

} // namespace

void add_say(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<SayOptions>();
    auto* app = root.add_subcommand("say", "Speak a text");
    app->add_option("text", options->text,
                    "The text; without it, or with -, it is read from standard input as it arrives");
    app->add_option("--voice", options->voice, "natural, fast, or the folder of a Piper voice");
    app->add_option("--rate", options->speech.rate, "Speed, 0.5 to 4")->check(CLI::Range(0.5, 4.0));
    app->add_option("--pitch", options->speech.pitch, "Pitch, 0.5 to 2")->check(CLI::Range(0.5, 2.0));
    app->add_option("--out,-o", options->target.out, "WAV file, or - for standard output");
    app->add_flag("--play", options->target.play, "Play it on the sound device");
    app->footer("Example: echollama say \"Mind the step.\" --play");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
