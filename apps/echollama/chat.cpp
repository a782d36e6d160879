#include "app.h"
#include "base/error.h"
#include "base/input_file.h"
#include "language_options.h"
#include "scene/mentions.h"
#include "seeing_options.h"
#include "spatial_options.h"
#include "speech_output.h"
#include "text/sentences.h"
#include "text_input.h"
#include "voice_options.h"
#include "wording_options.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <mutex>
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
    TellingRequest request;
};

enum class Wish { answer, repeat, help, stop, end };

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
    if (is({"stop", "quiet", "be quiet", "silence", "enough", "shut up"})) {
        return Wish::stop;
    }
    if (is({"quit", "exit", "bye", "goodbye", "end"})) {
        return Wish::end;
    }
    return is({"help", "what can i ask", "what can i say"}) ? Wish::help : Wish::answer;
}

constexpr char const* help_text =
    "Ask where something is, how far, how many, or what is left, right or ahead. "
    "Enter alone repeats the last answer; stop ends an answer; faster, slower and rate 1.5 change the speech; quit "
    "ends.";

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

// The answer that is being made or spoken, which another thread may end.
class CurrentAnswer {
  public:
    CurrentAnswer(std::stop_token program, SpeechSink* sink) : program_(std::move(program)), sink_(sink) {}

    // Another one begins, and may be heard. The token asks it to end.
    std::stop_token begin() {
        std::lock_guard lock(mutex_);
        source_ = std::stop_source();
        program_stops_.emplace(program_, [source = source_]() mutable { source.request_stop(); });
        if (sink_) {
            sink_->resume();
        }
        return source_.get_token();
    }

    void end() {
        std::lock_guard lock(mutex_);
        source_.request_stop();
        if (sink_) {
            sink_->drop();
        }
    }

  private:
    std::stop_token program_;
    SpeechSink* sink_;
    std::mutex mutex_;
    std::stop_source source_;
    std::optional<std::stop_callback<std::function<void()>>> program_stops_;
};

// What is done with a line at once, while an answer may be made or spoken. True: that was all.
class Interruptions {
  public:
    Interruptions(CurrentAnswer& answer, SpeechSink* sink) : answer_(answer), sink_(sink) {}

    bool operator()(std::string const& line) {
        if (auto const asked = asked_speed(trimmed(line), speed_); asked && sink_) {
            speed_ = std::clamp(*asked, TimeStretch::slowest, TimeStretch::fastest);
            sink_->set_speed(speed_); // heard at once, also by what is still being spoken
            return true;
        }
        bool const stop = wish_of(line) == Wish::stop;
        if (stop || typed_by_hand_) { // who types the next question has heard enough; a program may send all at once
            answer_.end();
        }
        return stop;
    }

  private:
    CurrentAnswer& answer_;
    SpeechSink* sink_;
    float speed_ = 1;
    bool typed_by_hand_ = isatty(STDIN_FILENO) != 0;
};

void run(AppContext const& context, ChatOptions const& options) {
    auto const& target = options.voice.target;
    check_standard_output({{"the text", target.out != "-"},
                           {"the speech", target.out == "-"},
                           {"the subtitles", options.voice.subtitles == "-"}});
    Timings timings;
    for (auto const& file : {options.seeing.input.picture, options.seeing.input.depth_picture,
                             options.seeing.input.right, options.seeing.input.camera.file}) {
        if (is_standard_input(file)) {
            throw UsageError("In a conversation the questions come through standard input; name the picture's file, or "
                             "ask with 'echollama ask - QUESTION'.");
        }
    }
    SpeechOutput out(options.voice, context.stop); // one for the whole conversation
    auto view = load_input(options.seeing.input);
    auto seeing = load_seeing_models(context, options.seeing, timings);
    TellingModels models{load_describer(context, options.language, timings),
                         load_speaker(context, options.voice, timings)};
    models.look = visual_questions(seeing, view.image);
    auto observation = see(view, seeing, options.seeing.threshold, timings, context.stop);
    models.text = observation.text;
    models.speaker = placed_at_objects(models.speaker, options.spatial, observation.scene, timings);
    TellingRequest request = options.request;
    request.prompts.wording.sure_score = observation.sure_score;
    request.prompts.style = options.language.style;
    request.speech = options.voice.speech;
    auto const output = out.telling(true);
    auto* const speech = out.sink();
    CurrentAnswer answer(context.stop, speech);
    std::vector<std::string> last;
    auto say = [&](auto const& make) {
        auto const stop = answer.begin();
        try {
            make(stop);
        } catch (Cancelled const&) { // this answer; the conversation goes on
            if (context.stop.stop_requested()) {
                throw;
            }
        }
        if (stop.stop_requested()) {
            out.cut();
        }
        if (speech) {
            speech->pause();
        }
    };
    auto tell_more = [&](std::stop_token stop) {
        last = tell_turn(observation.scene, models, request, output, timings, stop).sentences;
    };
    TypedLines lines(Interruptions(answer, speech), context.stop);
    say(tell_more);
    if (isatty(STDIN_FILENO) && !context.quiet) {
        std::cerr << help_text << std::endl;
    }
    while (auto const line = lines.next()) {
        auto const wish = wish_of(*line);
        if (wish == Wish::end) {
            break;
        }
        if (wish == Wish::answer) {
            request.question = trimmed(*line);
            say(tell_more);
        } else {
            say([&](std::stop_token stop) {
                say_again(wish == Wish::help ? std::vector<std::string>{help_text} : last, models, request, output,
                          timings, stop);
            });
        }
    }
    out.finish();
}

} // namespace

void add_chat(Command& root, AppContext& context) {
    auto options = std::make_shared<ChatOptions>();
    auto& command =
        root.subcommand("chat", "Talk about a picture: one question a line; Enter repeats, help explains, quit ends");
    add_seeing_options(command, options->seeing);
    add_language_options(command, options->language);
    add_voice_options(command, options->voice);
    add_spatial_options(command, options->spatial);
    add_wording_options(command, options->request.prompts.wording);
    command.example = "echollama chat photo.jpg --play";
    command.notes =
        "The lines stop, faster, slower and rate 1.5 take effect at once, also while an answer is spoken. Other "
        "lines wait for the answer before them; typed on a terminal, they end it.";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
