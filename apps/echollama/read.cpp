#include "app.h"
#include "base/error.h"
#include "options/seeing_options.h"
#include "options/voice_options.h"
#include "options/wording_options.h"
#include "output/speech_output.h"
#include "pipeline/json.h"
#include "reader/paddle_reader.h"
#include "wording/reading_order.h"
#include "wording/text_wording.h"

#include <memory>
#include <string>

namespace echollama {
namespace {

struct ReadOptions {
    InputOptions input;
    std::filesystem::path model;
    VoiceOptions voice;
    WordingOptions wording;
    bool json = false;
};

std::filesystem::path model_folder(AppContext const& context, ReadOptions const& options) {
    auto folder = reader_folder(context, options.model);
    if (folder.empty()) {
        throw Error("The model for reading is not installed in " + context.models_dir.string() +
                    "; run ./run once, or name one with --model.");
    }
    return folder;
}

// Each line as it stands in the picture; a question mark behind words that are not sure, an empty line between blocks.
void print_lines(SpeechOutput const& out, std::vector<TextLine> const& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0 && lines[i].block != lines[i - 1].block) {
            out.print("");
        }
        std::string text;
        for (auto const& word : lines[i].words) {
            text += (text.empty() ? "" : " ") + word.text + (word.confidence < sure_word ? "(?)" : "");
        }
        out.print(text);
    }
}

void speak(AppContext const& context, ReadOptions const& options, Loading<Speaker> const& speaker, Scene const& scene,
           SpeechOutput& out, Timings& timings) {
    auto sentences = read_all_text(scene, options.wording);
    if (sentences.empty()) {
        sentences = {no_text_found};
    }
    TellingRequest request;
    request.speech = options.voice.speech;
    TellingModels models;
    models.speaker = speaker;
    say_again(sentences, models, request, out.telling(false), timings, context.stop);
}

void run(AppContext const& context, ReadOptions const& options) {
    auto const& target = options.voice.target;
    check_standard_output({{options.json ? "JSON" : "the text", options.json || target.out != "-"},
                           {"the speech", target.out == "-"},
                           {"the subtitles", options.voice.subtitles == "-"}});
    Timings timings;
    SpeechOutput out(options.voice, context.stop);
    auto const speaker = load_speaker(context, options.voice, timings);
    auto const speaker_loading = begin_in_order(speaker);
    auto const view = load_input(options.input);
    auto const reader = make_paddle_reader(model_folder(context, options), context.threads);
    Scene scene;
    scene.width = view.image.width;
    scene.height = view.image.height;
    scene.camera = view.camera;
    scene.text = timings.measure("read", [&] { return reader->read(view.image, context.stop); });
    if (context.stop.stop_requested()) {
        throw Cancelled();
    }
    if (options.json) {
        Json json;
        json["image"] = image_json(scene.width, scene.height);
        json["text"] = text_json(*scene.text);
        json["timings"] = to_json(timings.stages());
        print_line(dump(json));
    } else if (scene.text->empty()) {
        out.print(no_text_found);
    } else {
        print_lines(out, *scene.text);
    }
    if (target.wanted()) {
        speak(context, options, speaker, scene, out, timings);
        out.finish();
    }
}

} // namespace

void add_read(Command& root, AppContext& context) {
    auto options = std::make_shared<ReadOptions>();
    auto& command = root.subcommand("read", "Read the printed words in a picture");
    add_input_options(command, options->input);
    command.option("--model", options->model, "Folder of the model that reads")
        .value_name("FOLDER")
        .otherwise("the starter's");
    command.flag("--json", options->json, "Print JSON: lines, words, how sure they are, corners");
    add_voice_options(command, options->voice);
    add_wording_options(command, options->wording);
    command.example = "echollama read letter.jpg --play";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
