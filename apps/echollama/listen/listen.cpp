#include "app.h"
#include "base/error.h"
#include "base/timing.h"
#include "listen/sound_pieces.h"
#include "listen/transcript_output.h"
#include "listener/phrases.h"
#include "listener/vad_silero.h"
#include "listener/whisper_listener.h"
#include "media/device/microphone.h"
#include "models/choice.h"
#include "models/devices.h"
#include "models/ear.h"

#include <iostream>
#include <memory>
#include <optional>

namespace echollama {
namespace {

struct ListenOptions {
    std::string recording;
    bool microphone = false, follow = false;
    std::optional<SampleFormat> raw;
    RawInput samples;
    std::filesystem::path model, vad;
    std::string language = "en", hint;
    double pause_s = EndpointerOptions{}.pause_s;
    TranscriptForms forms;

    std::optional<RawInput> raw_input() const {
        return raw ? std::optional(RawInput{*raw, samples.rate, samples.channels}) : std::nullopt;
    }
    EndpointerOptions endpointing() const { return {.pause_s = pause_s}; }
};

FrameClassifier classifier_of(ListenOptions const& options) {
    return options.vad.empty() ? energy_classifier()
                               : at_usual_level(silero_classifier(std::make_shared<SileroVad>(options.vad)));
}

// Waits for one phrase and its end. Empty when stop was requested.
AudioBuffer record_phrase(AppContext const& context, ListenOptions const& options) {
    Microphone microphone(speech_rate);
    if (!context.quiet) {
        std::cerr << "listening; speak now\n";
    }
    Endpointer endpointer(classifier_of(options), options.endpointing());
    while (!context.stop.stop_requested()) {
        for (auto& event : endpointer.push(microphone.read(context.stop))) {
            if (event.kind == SpeechEvent::Kind::ended) {
                return std::move(event.audio);
            }
        }
    }
    return {speech_rate, {}};
}

void listen_once(AppContext const& context, ListenOptions const& options, Listener& listener, Timings& timings,
                 TranscriptOutput& output) {
    auto const audio = timings.measure("input", [&] {
        return options.microphone ? record_phrase(context, options)
                                  : read_recording(options.recording, options.raw_input(), context.stop);
    });
    auto const transcript = timings.measure("listen", [&] { return listener.hear(audio, options.hint, context.stop); });
    if (context.stop.stop_requested()) {
        throw Cancelled();
    }
    output.whole(transcript, audio.seconds(), timings.stages());
    if (transcript.text.empty() && !options.forms.json && !context.quiet) {
        std::cerr << "nothing was said\n";
    }
    output.finish();
}

SoundPieces pieces_of(AppContext const& context, ListenOptions const& options) {
    if (options.microphone) {
        return read_ahead(microphone_pieces(context), context.stop);
    }
    auto const raw = options.raw_input();
    return raw ? read_ahead(raw_pieces(*raw), context.stop) : recording_pieces(options.recording, context.stop);
}

// Until the sound ends. Ctrl-C is how somebody who listens to a microphone ends it: what was heard until then is kept.
void listen_on(AppContext const& context, ListenOptions const& options, Listener& listener, TranscriptOutput& output) {
    PhraseListener phrases(listener, classifier_of(options), options.endpointing());
    auto const next = pieces_of(context, options);
    while (auto const piece = next(context.stop)) {
        for (auto const& phrase : phrases.push(*piece, options.hint, context.stop)) {
            output.phrase(phrase);
        }
    }
    if (context.stop.stop_requested()) {
        if (options.microphone) {
            output.finish(); // now: after Ctrl-C there is little time
        }
        throw Cancelled();
    }
    for (auto const& phrase : phrases.finish(options.hint, {})) {
        output.phrase(phrase);
    }
    output.finish();
}

void run(AppContext const& context, ListenOptions options) {
    if (options.microphone == !options.recording.empty()) {
        throw UsageError("Name a recording, or use --mic to speak, not both.");
    }
    if (options.raw && options.recording != "-") {
        throw UsageError("Samples without a header come through standard input: listen - --raw s16le < FILE.");
    }
    options.vad = pauses_model(context, options.vad);
    options.model = ear_model(context, options.model);
    TranscriptOutput output(options.forms);
    Timings timings;
    auto const listener = timings.measure("load", [&] {
        return make_ear(options.model, {options.vad, context.threads, options.language, options.forms.words},
                        device_of(context, listener_files(options.model)));
    });
    options.follow ? listen_on(context, options, *listener, output)
                   : listen_once(context, options, *listener, timings, output);
}

} // namespace

void add_listen(Command& root, AppContext& context) {
    auto options = std::make_shared<ListenOptions>();
    auto& command = root.subcommand("listen", "Write down what is said in a recording or into the microphone");
    command.positional("recording", options->recording, "The recording, or - for standard input").file();
    auto& microphone =
        command.flag("--mic", options->microphone, "Listen to the microphone until one phrase is complete");
    command.flag("--follow", options->follow, "Write down each phrase as it ends, until the sound ends");
    command.option("--pause", options->pause_s, "Seconds of silence that end a phrase, with --mic and --follow")
        .range(0.2, 5)
        .otherwise("0.8");
    auto& raw = command.choice("--raw", options->raw,
                               {{"u8", SampleFormat::u8, {}},
                                {"s16le", SampleFormat::s16le, {"s16", "pcm", "S16_LE"}},
                                {"s16be", SampleFormat::s16be, {"S16_BE"}},
                                {"s24le", SampleFormat::s24le, {"s24", "S24_3LE"}},
                                {"s32le", SampleFormat::s32le, {"s32", "S32_LE"}},
                                {"f32le", SampleFormat::f32le, {"f32", "float", "FLOAT_LE"}}},
                               "Standard input is samples without a header, and how each is stored");
    raw.excludes(microphone);
    command.option("--rate", options->samples.rate, "Samples a second of --raw")
        .range(1000, 768000)
        .otherwise("16000")
        .needs(raw);
    command.option("--channels", options->samples.channels, "Channels of --raw, which become one")
        .range(1, 64)
        .otherwise("1")
        .needs(raw);
    command.option("--srt", options->forms.srt, "Subtitles as a SubRip file, or - for standard output");
    command.option("--vtt", options->forms.vtt, "Subtitles as a WebVTT file, or - for standard output");
    command.flag("--words", options->forms.words, "With the times of the words, in text, JSON and WebVTT");
    command.option("--hint", options->hint, "Words to expect, such as names");
    command.option("--language", options->language, "Language code such as en or de, or auto (multilingual models)");
    command.option("--ear,--model", options->model,
                   "Speech recognition model: a file of whisper.cpp, or a folder of CTranslate2");
    command.option("--vad", options->vad, "Voice activity model (Silero for whisper.cpp), by path or name");
    command.flag("--json", options->forms.json, "Print JSON; with --follow a line for each phrase");
    command.example = "echollama listen question.wav --hint \"cup, table\"\n"
                      "arecord -q -t raw -f S16_LE -r 16000 | echollama listen - --raw s16le --follow";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
