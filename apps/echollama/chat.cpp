#include "app.h"
#include "caption_file.h"
#include "seeing_options.h"
#include "spatial_options.h"
#include "stages/sentences.h"
#include "telling_options.h"
#include "wording_options.h"

#include <iostream>
#include <memory>
#include <optional>

namespace echollama {
namespace {

struct ChatOptions {
    SeeingOptions seeing;
    LanguageOptions language;
    VoiceOptions voice;
    SpatialOptions spatial;
    std::filesystem::path captions;
    TellingRequest request;
};

// One turn: the answer is printed, spoken where that is wanted, and remembered.
void answer(Scene const& scene, TellingModels const& models, TellingRequest& request, TellingOutput const& output,
            Timings& timings, std::stop_token stop) {
    auto told = tell(scene, models, request, output, timings, stop);
    std::string whole;
    for (auto const& sentence : told.sentences) {
        whole += (whole.empty() ? "" : " ") + sentence;
    }
    request.history.push_back({Turn::Role::user, request.question});
    request.history.push_back({Turn::Role::assistant, whole});
}

void run(AppContext const& context, ChatOptions const& options) {
    check_captions(options.captions, options.voice.target.wanted(), true);
    Timings timings;
    CaptionFile captions(options.captions);
    std::optional<SpeechSink> sink; // one for the whole conversation
    if (options.voice.target.wanted()) {
        sink.emplace(options.voice.target, context.stop);
    }
    auto view = load_input(options.seeing.input);
    auto seeing = load_seeing_models(context, options.seeing, timings);
    TellingModels models{load_describer(context, options.language, timings),
                         load_speaker(context, options.voice, timings)};
    auto sight = see(view, seeing, options.seeing.threshold, timings, context.stop);
    models.speaker = placed_at_objects(models.speaker, options.spatial, sight.scene, timings);
    TellingRequest request = options.request;
    request.prompts.wording.sure_score = sight.sure_score;
    request.speech = options.voice.speech;
    TellingOutput output{[&](std::string const& sentence) {
                             print_sentence(options.voice.target, sentence);
                             captions.expect(sentence);
                         },
                         [&](AudioChunk&& chunk) {
                             captions.write(chunk);
                             sink->write(chunk);
                         }};
    answer(sight.scene, models, request, output, timings, context.stop);
    for (std::string line; !context.stop.stop_requested() && std::getline(std::cin, line);) {
        request.question = trimmed(line);
        if (!request.question.empty()) {
            answer(sight.scene, models, request, output, timings, context.stop);
        }
    }
    if (sink) {
        sink->finish();
        captions.finish();
    }
}

} // namespace

void add_chat(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<ChatOptions>();
    auto* app = root.add_subcommand("chat", "Talk about a picture: one question a line");
    add_seeing_options(*app, options->seeing);
    add_language_options(*app, options->language);
    add_voice_options(*app, options->voice);
    add_spatial_options(*app, options->spatial);
    add_caption_option(*app, options->captions);
    add_wording_options(*app, options->request.prompts.wording);
    app->footer("Example: echollama chat photo.jpg --play");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
