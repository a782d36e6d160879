#include "app.h"
#include "base/error.h"
#include "base/input_file.h"
#include "base/log.h"
#include "chat/live.h"
#include "chat/partner.h"
#include "chat/script.h"
#include "conversation/heard_words.h"
#include "media/sound/time_stretch.h"
#include "options/text_input.h"
#include "options/wording_options.h"
#include "output/speech_output.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace echollama {
namespace {

using Act = Response::Act;

// The answer that is being made or spoken, which another thread may end.
class CurrentAnswer {
  public:
    CurrentAnswer(std::stop_token program, SpeechSink* sink) : program_(std::move(program)), sink_(sink) {}

    // Another one begins, and may be heard. The token asks it to end.
    std::stop_token begin() {
        std::lock_guard lock(mutex_);
        source_ = std::stop_source();
        program_stops_.emplace(program_, [source = source_]() mutable { source.request_stop(); });
        heard_.reset();
        begin_ = 0;
        if (sink_) {
            sink_->resume();
            begin_ = sink_->frames();
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

    HeardWords& words() { return heard_; }
    // What was heard of it; without sound, all that was written.
    std::string heard() {
        std::lock_guard lock(mutex_);
        return sink_ && source_.stop_requested() ? heard_.after(sink_->frames_heard() - begin_) : heard_.all();
    }

  private:
    std::stop_token program_;
    SpeechSink* sink_;
    std::mutex mutex_;
    std::stop_source source_;
    std::optional<std::stop_callback<std::function<void()>>> program_stops_;
    HeardWords heard_;
    std::int64_t begin_ = 0; // frame of the sink
};

// What is done with a line at once, while an answer may be made or spoken. True: that was all.
class Interruptions {
  public:
    Interruptions(CurrentAnswer& answer, SpeechSink* sink) : answer_(answer), sink_(sink) {}

    bool operator()(std::string const& line) {
        auto const wish = read_wish(line, [](auto const&) { return false; });
        if ((wish.kind == Wish::Kind::speed || wish.kind == Wish::Kind::rate) && sink_) {
            float const asked = wish.kind == Wish::Kind::rate ? wish.factor : speed_ * wish.factor;
            speed_ = std::clamp(asked, TimeStretch::slowest, TimeStretch::fastest);
            sink_->set_speed(speed_); // heard at once, also by what is still being spoken
            return true;
        }
        bool const stop = wish.kind == Wish::Kind::stop;
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

void check_inputs(ChatOptions const& options) {
    check_standard_output({{"the text", options.voice.target.out != "-"},
                           {"the speech", options.voice.target.out == "-"},
                           {"the subtitles", options.voice.subtitles == "-"}});
    auto const& input = options.seeing.input;
    for (auto const& file : {input.picture, input.depth_picture, input.right, input.camera.file}) {
        if (is_standard_input(file)) {
            throw UsageError("In a conversation the questions come through standard input; name the picture's file, or "
                             "ask with 'echollama ask - QUESTION'.");
        }
    }
}

// A conversation by typed lines.
class TypedChat {
  public:
    TypedChat(AppContext const& context, ChatOptions const& options)
        : context_(context), out_(options.voice, context.stop),
          partner_(context, options, load_speaker(with_devices(context, options), options.voice, timings_), timings_),
          answer_(context.stop, out_.sink()) {}

    void run(bool has_picture) {
        if (has_picture) {
            partner_.look(context_.stop);
        }
        TypedLines lines(Interruptions(answer_, out_.sink()), context_.stop);
        if (has_picture) {
            say([&](auto const& output, auto const& stop) { partner_.describe(output, stop); });
        }
        if (isatty(STDIN_FILENO) && !context_.quiet) {
            std::cerr << conversation_help << std::endl;
        }
        while (auto const line = lines.next()) {
            remember();
            auto const response = partner_.dialogue().hear({*line, false, false});
            if (response.act == Act::end) {
                break;
            }
            act(response);
        }
        out_.finish();
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

  private:
    void act(Response const& response) {
        if (response.act == Act::answer || response.act == Act::say) {
            say([&](auto const& output, auto const& stop) { partner_.answer(response, output, stop); }, response.again);
        } else if (response.act == Act::look_at) {
            look_at(response.words);
        }
        // speed and rate were heard at once, without sound they mean nothing; the volume is the device's
    }

    void look_at(std::string const& file) {
        try {
            partner_.look_at(file, context_.stop);
        } catch (UsageError const& error) {
            return tell_fault(error.what());
        } catch (Cancelled const&) {
            throw;
        } catch (Error const& error) {
            return tell_fault(error.what());
        }
        say([&](auto const& output, auto const& stop) { partner_.describe(output, stop); });
    }

    // A picture that cannot be opened is said; the conversation goes on.
    void tell_fault(std::string const& fault) {
        Response const told{.act = Act::say, .sentences = {fault}, .again = true};
        say([&](auto const& output, auto const& stop) { partner_.answer(told, output, stop); }, true);
    }

    // Makes and speaks something. `again`: it is no turn of its own.
    template <class Make>
    void say(Make const& make, bool again = false) {
        auto const stop = answer_.begin();
        turn_open_ = !again;
        auto output = out_.telling(true);
        auto const sentence = output.sentence;
        auto const audio = output.audio;
        output.sentence = [&, sentence](std::string const& text) {
            sentence(text);
            answer_.words().expect(text);
            if (!again) {
                partner_.dialogue().memory().say(text);
            }
        };
        output.audio = [&, audio](AudioChunk&& chunk) {
            answer_.words().write(chunk);
            audio(std::move(chunk));
        };
        try {
            make(output, stop);
        } catch (Cancelled const&) { // this answer; the conversation goes on
            if (context_.stop.stop_requested()) {
                throw;
            }
        } catch (ReaderGone const&) {
            throw;
        } catch (Error const& error) { // a full disk, a device that went: told now, and at the end by the exit code
            log::error(error.what());
            failure_ = std::current_exception();
            out_.give_up_file();
        }
        if (stop.stop_requested()) {
            out_.cut();
        }
        if (out_.sink()) {
            out_.sink()->pause();
        }
    }

    // What was heard of the last turn is known when the next line comes.
    void remember() {
        if (turn_open_) {
            partner_.dialogue().memory().heard(answer_.heard());
            turn_open_ = false;
        }
    }

    AppContext const& context_;
    Timings timings_;
    SpeechOutput out_; // one for the whole conversation
    ChatPartner partner_;
    CurrentAnswer answer_;
    bool turn_open_ = false;
    std::exception_ptr failure_;
};

struct AllOptions {
    ChatOptions chat;
    ListeningOptions listening;
    ScriptOptions script;
    bool microphone = false;
    bool no_earcons = false, no_echo_guard = false;
};

void run(AppContext const& context, AllOptions options) {
    auto& chat = options.chat;
    options.listening.listener = chat.voice.listener;
    options.listening.earcons = !options.no_earcons;
    options.listening.echo_guard = !options.no_echo_guard;
    if (options.script.script.empty() && !options.microphone) {
        check_inputs(chat);
        return TypedChat(context, chat).run(!chat.seeing.input.picture.empty());
    }
    if (chat.spatial.at_objects) {
        throw UsageError("--spatial is for typed conversations; leave it out, or leave out --mic and --script.");
    }
    if (chat.voice.target.out == "-") {
        throw UsageError("In a spoken conversation the sound cannot go to standard output; name a file with --out.");
    }
    if (options.script.script.empty()) {
        return run_live(context, chat, options.listening);
    }
    if (chat.voice.target.out.empty()) {
        throw UsageError("Name the folder for what comes of the script with --out.");
    }
    options.script.folder = chat.voice.target.out;
    run_script(context, chat, options.listening, options.script);
}

void add_listening_options(Command& command, AllOptions& options) {
    auto& microphone =
        command.flag("--mic", options.microphone, "Speak and listen: the microphone and the sound device");
    command.flag("--push-to-talk", options.listening.push_to_talk,
                 "Listen only between two presses of the space key, instead of always");
    command
        .option("--pause", options.listening.pause_s,
                "Seconds of silence that end a question; a whole question needs at most 0.4")
        .range(0.2, 5)
        .otherwise("0.8");
    command.option("--vad", options.listening.vad, "Voice activity model (Silero for whisper.cpp), by path or name");
    command.flag("--no-earcons", options.no_earcons, "No short sounds for listening, thinking and interrupted");
    command.flag("--no-echo-guard", options.no_echo_guard,
                 "Do not take the program's own voice out of what the microphone hears (headphones)");
    command
        .option("--script", options.script.script,
                "Play a conversation through, a JSON line for each thing said, typed or pressed; --out names the "
                "folder for what comes of it")
        .excludes(microphone);
    command.choice("--clock", options.script.real_clock, {{"simulated", false}, {"real", true}},
                   "Whether a script waits for time to pass");
}

} // namespace

void add_chat(Command& root, AppContext& context) {
    auto options = std::make_shared<AllOptions>();
    auto& command =
        root.subcommand("chat", "Talk about pictures: one question a line; Enter repeats, help explains, quit ends");
    add_seeing_options(command, options->chat.seeing, ImageNeed::optional);
    add_language_options(command, options->chat.language);
    add_voice_options(command, options->chat.voice);
    add_spatial_options(command, options->chat.spatial);
    add_wording_options(command, options->chat.request.prompts.wording);
    add_listening_options(command, *options);
    command.example = "echollama chat photo.jpg --mic\nechollama chat photo.jpg --play";
    command.notes =
        "Without IMAGE, or for another picture: look at photo.jpg, or the file's name alone. The lines stop, faster, "
        "slower and rate 1.5 take effect at once, also while an answer is spoken. Other lines wait for the answer "
        "before them; typed on a terminal, they end it.";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
