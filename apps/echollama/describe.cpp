#include "app.h"
#include "live/remembered.h"
#include "media/picture/image_io.h"
#include "models/devices.h"
#include "models/stages.h"
#include "options/language_options.h"
#include "options/seeing_options.h"
#include "options/spatial_options.h"
#include "options/voice_options.h"
#include "options/wording_options.h"
#include "output/speech_output.h"
#include "pipeline/annotate.h"
#include "pipeline/json.h"
#include "questions/text_answers.h"

#include <algorithm>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace echollama {
namespace {

struct DescribeOptions {
    SeeingOptions seeing;
    LanguageOptions language;
    VoiceOptions voice;
    SpatialOptions spatial;
    TellingRequest request;
    std::vector<std::string> questions; // of ask: one after the other, each knowing the ones before
    std::filesystem::path annotate;
    bool json = false;
};

// What was said to each question, or to none.
struct Answer {
    std::string question;
    Telling told;
};

std::vector<Answer> tell_all(Scene const& scene, TellingModels const& models, DescribeOptions& options,
                             TellingOutput const& output, Timings& timings, std::stop_token stop) {
    if (options.questions.empty()) {
        return {{options.request.question, tell(scene, models, options.request, output, timings, stop)}};
    }
    std::vector<Answer> answers;
    for (auto const& question : options.questions) {
        if (!stop.stop_requested()) {
            options.request.question = question;
            answers.push_back({question, tell_turn(scene, models, options.request, output, timings, stop)});
        }
    }
    return answers;
}

Json result_json(Observation const& observation, std::vector<Answer> const& answers, SpeechTarget const& target,
                 Timings const& timings) {
    Json json;
    json["image"] = image_json(observation.scene.width, observation.scene.height);
    json["detections"] =
        detections_json(observation.scene.width, observation.scene.height, observation.detections)["detections"];
    json["scene"] = to_json(observation.scene);
    json["prompt"] = answers.empty() ? Json(nullptr) : to_json(answers.back().told.prompt);
    json["sentences"] = Json::array();
    json["answers"] = Json::array();
    for (auto const& answer : answers) {
        for (auto const& sentence : answer.told.sentences) {
            json["sentences"].push_back(sentence);
        }
        if (!answer.question.empty()) {
            json["answers"].push_back({{"question", answer.question}, {"sentences", answer.told.sentences}});
            if (!answer.told.seen.empty()) {
                json["answers"].back()["seen"] = answer.told.seen;
            }
        }
    }
    json["speech"] = target.out.empty() ? Json(nullptr) : Json(target.out.string());
    json["timings"] = to_json(timings.stages());
    return json;
}

bool asks(DescribeOptions const& options) {
    return !options.request.question.empty() || !options.questions.empty();
}

// A description in few words is the scene's own.
bool needs_language_model(DescribeOptions const& options) {
    return options.request.prompts.wording.level == Level::full || asks(options);
}

// A headline tells of objects; questions about them need no words.
bool needs_text(DescribeOptions const& options) {
    auto about_text = [](std::string const& question) { return read_text_question(question).has_value(); };
    if (!asks(options)) {
        return options.json || options.request.prompts.wording.level != Level::headline;
    }
    return options.json || about_text(options.request.question) ||
           std::any_of(options.questions.begin(), options.questions.end(), about_text);
}

void run(AppContext const& context, DescribeOptions options) {
    auto const& target = options.voice.target;
    check_standard_output({{options.json ? "JSON" : "the text", options.json || target.out != "-"},
                           {"the speech", target.out == "-"},
                           {"the subtitles", options.voice.subtitles == "-"},
                           {"the picture", options.annotate == "-"}});
    check_writable(options.annotate, "the picture");
    Timings timings;
    SpeechOutput out(options.voice, context.stop);
    auto view = timings.measure("picture", [&] { return load_input(options.seeing.input); });
    bool const words = needs_language_model(options);
    decide_devices(context, {seeing_stages(context, options.seeing),
                             words ? describer_stages(context, options.language) : std::vector<StageFiles>(),
                             speaker_stages(context, options.voice)});
    auto seeing = load_seeing_models(context, options.seeing, timings);
    TellingModels telling;
    telling.speaker = load_speaker(context, options.voice, timings);
    if (words) {
        telling.describer = load_describer(context, options.language, timings);
    }
    telling.voice_waits = voice_waits(context);
    telling.remembered = remembered_sightings(options.request.prompts.wording);
    telling.look = visual_questions(seeing, view.image);
    auto described = seeing;
    if (asks(options)) { // the captioner is asked the question instead
        described.captioner = {};
    }
    if (!needs_text(options)) {
        described.reader = {};
    }
    std::future<void> loading, later;
    described.found = [&] { loading = begin_in_order(telling.speaker, telling.describer); };
    if (has_cores_to_spare()) {
        described.found();
        described.found = {};
    } else if (telling.speaker.valid() && !telling.voice_waits &&
               !asks(options)) { // nothing beside the first sentence's sound
        described.reads_when_wanted = true;
        described.found = [&] { loading = begin_in_order(telling.speaker); };
        telling.first_said = [&] { later = begin_in_order(telling.describer); };
    }
    auto observation = see(view, described, options.seeing.threshold, timings, context.stop);
    telling.text = observation.text;
    telling.speaker = placed_at_objects(telling.speaker, options.spatial, observation.scene, timings);
    options.request.prompts.wording.sure_score = observation.sure_score;
    options.request.prompts.style = options.language.style;
    options.request.speech = options.voice.speech;
    if (!options.annotate.empty()) { // before what may take long, or be ended by whoever reads it
        save_png(options.annotate, annotate(view.image, observation.scene));
    }
    auto answers = tell_all(observation.scene, telling, options, out.telling(!options.json), timings, context.stop);
    out.finish();
    if (options.json) {
        if (observation.text.valid()) {
            observation.scene.text = observation.text.get();
        }
        print_line(dump(result_json(observation, answers, target, timings)));
    }
    if (context.verbose) {
        std::cerr << dump(to_json(timings.stages())) << "\n";
    }
}

Command& add_command(Command& root, AppContext& context, std::string const& name, std::string const& summary,
                     std::shared_ptr<DescribeOptions> const& options) {
    auto& command = root.subcommand(name, summary);
    add_seeing_options(command, options->seeing);
    command.run = [&context, options] { run(context, *options); };
    return command;
}

void add_common_options(Command& command, DescribeOptions& options) {
    command.option("--annotate", options.annotate, "Write the picture with boxes, distances and grid as PNG");
    command.flag("--json", options.json, "Print JSON: detections, scene, prompt, sentences, timings");
    add_language_options(command, options.language);
    add_voice_options(command, options.voice);
    add_spatial_options(command, options.spatial);
    add_wording_options(command, options.request.prompts.wording);
}

} // namespace

void add_describe(Command& root, AppContext& context) {
    auto options = std::make_shared<DescribeOptions>();
    auto& command = add_command(root, context, "describe", "Describe a picture, aloud if wanted", options);
    command.option("--question", options->request.question, "Answer this instead of describing");
    add_common_options(command, *options);
    command.example = "echollama describe photo.jpg --out speech.wav";
}

void add_ask(Command& root, AppContext& context) {
    auto options = std::make_shared<DescribeOptions>();
    auto& command = add_command(root, context, "ask", "Answer questions about a picture", options);
    command.list("questions", options->questions, "The question; more of them are answered in turn").required();
    add_common_options(command, *options);
    command.example = "echollama ask photo.jpg \"Where is the cup?\"";
}

} // namespace echollama
