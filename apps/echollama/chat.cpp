#include "app.h"
#include "caption_file.h"
#include "scene/mentions.h"
#include "seeing_options.h"
#include "spatial_options.h"
#include "stages/sentences.h"
#include "telling_options.h"
#include "wording_options.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

enum class Wish { answer, repeat, help, end };

// What a line of the conversation wants; the words one would say anyway.
Wish wish_of(std::string const& line) {
    std::string words;
    for (auto const& word : split_words(line)) {
        words += (words.empty() ? "" : " ") + word.text;
    }
    auto is = [&](std::initializer_list<char const*> wishes) {
        return std::find(wishes.begin(), wishes.end(), words) != wishes.end();
    };
    if (words.empty() || is({"again", "repeat", "say that again", "what", "pardon"})) {
        return Wish::repeat;
    }
    if (is({"quit", "exit", "bye", "goodbye", "stop", "end"})) {
        return Wish::end;
    }
    return is({"help", "what can i ask", "what can i say"}) ? Wish::help : Wish::answer;
}

constexpr char const* help_text =
    "Ask where something is, how far, how many, or what is left, right or ahead. "
    "Enter alone repeats the last answer; faster, slower and rate 1.5 change the speech; quit ends.";

// "faster", "slower" and "rate 1.5" (of the speed that was begun with): the speed the line asks for.
std::optional<float> asked_speed(std::string const& line, float now) {
    if (line == "faster") {
        return now * 1.25F;
    }
    if (line == "slower") {
        return now / 1.25F;
    }
    float speed = 0;
    char rest = 0;
    bool const rate = std::sscanf(line.c_str(), "rate %f%c", &speed, &rest) == 1;
    return rate && speed >= TimeStretch::slowest && speed <= TimeStretch::fastest ? std::optional(speed) : std::nullopt;
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
    request.prompts.style = prompt_style_of(options.language);
    request.speech = options.voice.speech;
    TellingOutput output{[&](std::string const& sentence) {
                             print_sentence(options.voice.target, sentence);
                             captions.expect(sentence);
                         },
                         [&](AudioChunk&& chunk) {
                             captions.write(chunk);
                             sink->write(chunk);
                         }};
    auto told = tell_turn(sight.scene, models, request, output, timings, context.stop);
    if (isatty(STDIN_FILENO) && !context.quiet) {
        std::cerr << help_text << std::endl;
    }
    std::vector<std::string> last = told.sentences;
    float speed = 1;
    for (std::string line; !context.stop.stop_requested() && std::getline(std::cin, line);) {
        if (auto const asked = asked_speed(trimmed(line), speed); asked && sink) {
            speed = std::clamp(*asked, TimeStretch::slowest, TimeStretch::fastest);
            sink->set_speed(speed); // heard at once, also by what is still being spoken
            continue;
        }
        auto wish = wish_of(line);
        if (wish == Wish::end) {
            break;
        }
        if (wish != Wish::answer) {
            say_again(wish == Wish::help ? std::vector<std::string>{help_text} : last, models, request, output, timings,
                      context.stop);
            continue;
        }
        request.question = trimmed(line);
        last = tell_turn(sight.scene, models, request, output, timings, context.stop).sentences;
    }
    if (sink) {
        sink->finish();
        captions.finish();
    }
}

} // namespace

void add_chat(CLI::App& root, AppContext& context, Subcommands& all) {
    auto options = std::make_shared<ChatOptions>();
    auto* app = root.add_subcommand(
        "chat", "Talk about a picture: one question a line; Enter repeats, help explains, quit ends");
    add_seeing_options(*app, options->seeing);
    add_language_options(*app, options->language);
    add_voice_options(*app, options->voice);
    add_spatial_options(*app, options->spatial);
    add_caption_option(*app, options->captions);
    add_wording_options(*app, options->request.prompts.wording);
    app->footer(
        "Example: echollama chat photo.jpg --play\nThe lines faster, slower and rate 1.5 change the speech at once.");
    all.push_back({app, [&context, options] { run(context, *options); }});
}

} // namespace echollama
