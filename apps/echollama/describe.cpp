#include "pipeline/describe.h"

#include "app.h"
#include "base/error.h"
#include "media/image_io.h"
#include "pipeline/annotate.h"
#include "pipeline/json.h"
#include "speech_sink.h"
#include "stages/describer_local.h"
#include "stages/detectors.h"
#include "stages/voices.h"
#include "wording_options.h"

#include <iostream>
#include <memory>
#include <optional>

namespace echollama {
namespace {

struct DescribeOptions {
    std::filesystem::path image, annotate, detector, llm;
    std::string voice = "natural";
    SpeechTarget target;
    DescribeRequest request;
    bool json = false, no_llm = false;
};

DescribeModels load_models(AppContext const& context, DescribeOptions const& options, Timings& timings) {
    DescribeModels models;
    int threads = context.threads;
    auto detector = options.detector.empty() ? context.models_dir / "centernet.gguf" : options.detector;
    models.detector =
        load_in_background<Detector>(timings, "detector", [=] { return make_detector(detector, threads); });
    auto const level = options.request.prompts.wording.level;
    if (!options.no_llm && (level == Level::full || !options.request.question.empty())) {
        auto llm = options.llm.empty() ? context.models_dir / "smollm2-135m-instruct-q4_1.gguf" : options.llm;
        models.describer = load_in_background<Describer>(
            timings, "language model", [=] { return make_local_describer(llm, {.model = {.threads = threads}}); });
    }
    if (options.target.wanted()) {
        models.speaker =
            load_in_background<Speaker>(timings, "voice", [voice = options.voice, dir = context.models_dir, threads] {
                return make_speaker(voice, dir, threads);
            });
    }
    return models;
}

// When the WAV takes standard output, the words go to standard error.
void print_sentence(DescribeOptions const& options, std::string const& sentence) {
    if (options.json) {
        return;
    }
    if (options.target.out == "-") {
        std::cerr << sentence << std::endl;
    } else {
        print_line(sentence);
    }
}

Json result_json(Description const& done, DescribeOptions const& options, Timings const& timings) {
    Json json;
    json["image"] = image_json(done.scene.width, done.scene.height);
    json["detections"] = detections_json(done.scene.width, done.scene.height, done.detections)["detections"];
    json["scene"] = to_json(done.scene);
    json["prompt"] = to_json(done.prompt);
    json["sentences"] = done.sentences;
    json["speech"] = options.target.out.empty() ? Json(nullptr) : Json(options.target.out.string());
    json["timings"] = to_json(timings.stages());
    return json;
}

void run(AppContext const& context, DescribeOptions const& options) {
    if (options.json && options.target.out == "-") {
        throw UsageError("JSON and speech cannot both go to standard output; give --out a file.");
    }
    Timings timings;
    auto picture = timings.measure("picture", [&] { return load_image(options.image); });
    auto models = load_models(context, options, timings);
    std::optional<SpeechSink> sink;
    if (options.target.wanted()) {
        sink.emplace(options.target, context.stop);
    }
    DescribeOutput output{[&](std::string const& sentence) { print_sentence(options, sentence); },
                          [&](AudioChunk&& chunk) { sink->write(chunk); }};
    auto done = describe(picture, models, options.request, output, timings, context.stop);
    if (sink) {
        sink->finish();
    }
    if (!options.annotate.empty()) {
        save_png(options.annotate, annotate(picture.image, done.scene));
    }
    if (options.json) {
        print_line(dump(result_json(done, options, timings)));
    }
    if (context.verbose) {
        std::cerr << dump(to_json(timings.stages())) << "\n";
    }
}

} // namespace

void add_describe(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<DescribeOptions>();
    auto* app = root.add_subcommand("describe", "Describe a picture, aloud if wanted");
    app->add_option("image", options->image, "The picture")->required();
    app->add_option("--question", options->request.question, "Answer this instead of describing");
    app->add_option("--out,-o", options->target.out, "Speech as a WAV file, or - for standard output");
    app->add_flag("--play", options->target.play, "Play the speech on the sound device");
    app->add_option("--annotate", options->annotate, "Write the picture with boxes, distances and grid as PNG");
    app->add_flag("--json", options->json, "Print JSON: detections, scene, prompt, sentences, timings");
    app->add_flag("--no-llm", options->no_llm, "Use only the scene's own words");
    app->add_option("--voice", options->voice, "natural, fast, or the folder of a Piper voice");
    app->add_option("--rate", options->request.speech.rate, "Speed of speech, 0.5 to 4")->check(CLI::Range(0.5, 4.0));
    app->add_option("--threshold", options->request.threshold, "Least score of an object, 0 to 1")
        ->check(CLI::Range(0.0, 1.0));
    app->add_option("--model", options->detector, "Detector model (GGUF)");
    app->add_option("--llm", options->llm, "Language model (GGUF)");
    add_wording_options(*app, options->request.prompts.wording);
    app->footer("Example: echollama describe photo.jpg --out speech.wav");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
