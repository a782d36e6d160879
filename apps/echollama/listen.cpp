#include "app.h"
#include "base/error.h"
#include "base/timing.h"
#include "listener/vad_silero.h"
#include "listener/whisper_listener.h"
#include "media/device/microphone.h"
#include "media/sound/audio_io.h"
#include "models/choice.h"
#include "pipeline/json.h"

#include <cmath>
#include <iostream>
#include <memory>

namespace echollama {
namespace {

struct ListenOptions {
    std::string recording;
    bool microphone = false;
    std::filesystem::path model;
    std::filesystem::path vad;
    std::string language = "en";
    std::string hint;
    bool json = false;
};

constexpr std::size_t max_input_bytes = std::size_t{1} << 30;

AudioBuffer read_standard_input() {
    std::vector<std::uint8_t> bytes;
    std::vector<char> block(1 << 16);
    while (std::cin.read(block.data(), static_cast<std::streamsize>(block.size())), std::cin.gcount() > 0) {
        bytes.insert(bytes.end(), block.data(), block.data() + std::cin.gcount());
        if (bytes.size() > max_input_bytes) {
            throw Error("The recording on standard input is larger than 1 GiB; cut it into parts.");
        }
    }
    return decode_audio(bytes, "The recording on standard input");
}

// Waits for one phrase and its end. Empty when stop was requested.
AudioBuffer record_phrase(FrameClassifier classifier, AppContext const& context) {
    Microphone microphone(speech_rate);
    if (!context.quiet) {
        std::cerr << "listening; speak now\n";
    }
    Endpointer endpointer(std::move(classifier));
    while (!context.stop.stop_requested()) {
        for (auto& event : endpointer.push(microphone.read(context.stop))) {
            if (event.kind == SpeechEvent::Kind::ended) {
                return std::move(event.audio);
            }
        }
    }
    return {speech_rate, {}};
}

AudioBuffer obtain(AppContext const& context, ListenOptions const& options) {
    if (!options.microphone) {
        return options.recording == "-" ? read_standard_input() : load_audio(options.recording);
    }
    auto classifier =
        options.vad.empty() ? energy_classifier() : silero_classifier(std::make_shared<SileroVad>(options.vad));
    return record_phrase(std::move(classifier), context);
}

void run(AppContext const& context, ListenOptions options) {
    if (options.microphone == !options.recording.empty()) {
        throw UsageError("Name a recording, or use --mic to speak, not both.");
    }
    options.vad = pauses_model(context, options.vad);
    options.model = chosen_model(context, ear_option, options.model);
    options.model = model_or_starter(context, options.model.empty() ? model_set(context).listener : options.model,
                                     "whisper-tiny.en.bin");
    Timings timings;
    auto const listener = timings.measure("load", [&] {
        return make_whisper_listener(options.model, {options.vad, context.threads, options.language});
    });
    auto const audio = timings.measure("input", [&] { return obtain(context, options); });
    auto const transcript =
        timings.measure("listen", [&] { return listener->hear(audio, options.hint, context.stop); });
    if (context.stop.stop_requested()) {
        throw Cancelled();
    }
    if (options.json) {
        auto json = to_json(transcript);
        json["seconds"] = std::round(audio.seconds() * 1000) / 1000;
        json["timings"] = to_json(timings.stages());
        print_line(dump(json));
    } else if (!transcript.text.empty()) {
        print_line(transcript.text);
    } else if (!context.quiet) {
        std::cerr << "nothing was said\n";
    }
}

} // namespace

void add_listen(Command& root, AppContext& context) {
    auto options = std::make_shared<ListenOptions>();
    auto& command = root.subcommand("listen", "Write down what is said in a recording or into the microphone");
    command.positional("recording", options->recording, "The recording, or - for standard input").file();
    command.flag("--mic", options->microphone, "Listen to the microphone until one phrase is complete");
    command.option("--hint", options->hint, "Words to expect, such as names");
    command.option("--language", options->language, "Language code such as en or de, or auto (multilingual models)");
    command.option("--ear,--model", options->model, "Speech recognition model (whisper.cpp)");
    command.option("--vad", options->vad, "Voice activity model (Silero for whisper.cpp)");
    command.flag("--json", options->json, "Print JSON");
    command.example = "echollama listen question.wav --hint \"cup, table\"";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
