#include "app.h"
#include "base/error.h"
#include "spatial_options.h"
#include "stages/grounded_stream.h"
#include "stages/sentences.h"
#include "telling_options.h"

#include <iostream>
#include <memory>

namespace echollama {
namespace {

struct SayOptions {
    std::string text;
    VoiceOptions voice;
    SpatialOptions spatial;
};

void run(AppContext const& context, SayOptions const& options) {
    auto const& target = options.voice.target;
    if (!target.wanted()) {
        throw UsageError("Say where the speech should go: --out speech.wav, --out - or --play.");
    }
    SpeechSink sink(target, context.stop);
    Timings timings;
    auto speaker = placed_at_bearing(load_speaker(context, options.voice, timings), options.spatial, timings).get();
    SentenceCutter cutter;
    auto speak = [&](std::vector<std::string> const& sentences) {
        for (auto const& raw : sentences) {
            auto sentence = without_markup(raw);
            if (!sentence.empty() && !context.stop.stop_requested()) {
                speaker->say(
                    sentence, options.voice.speech, [&](AudioChunk&& chunk) { sink.write(chunk); }, context.stop);
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
    add_voice_options(*app, options->voice);
    add_place_options(*app, options->spatial);
    app->footer("Example: echollama say \"Mind the step.\" --play");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
