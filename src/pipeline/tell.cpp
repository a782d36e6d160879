#include "pipeline/tell.h"

#include "base/bounded_queue.h"
#include "base/error.h"
#include "base/log.h"
#include "describer/grounded_stream.h"
#include "questions/answers.h"
#include "questions/text_answers.h"
#include "wording/text_wording.h"
#include "wording/wording.h"

#include <algorithm>
#include <thread>

namespace echollama {
namespace {

// Speaks sentences from a queue on a thread of its own, so that writing goes on meanwhile.
class SpeechThread {
  public:
    SpeechThread(TellingModels const& models, SpeechOptions const& options, AudioSink sink, Timings& timings,
                 std::stop_token stop)
        : speaker_(models.speaker), waits_(models.voice_waits), options_(options), sink_(std::move(sink)),
          timings_(timings), stop_(std::move(stop)) {
        if (speaker_.valid() && sink_) {
            thread_ = std::jthread([this] { run(); });
        }
    }

    void say(std::string const& sentence) {
        if (thread_.joinable()) {
            sentences_.push(sentence, stop_);
        }
    }

    // Until the first sentence is made, or will not be; false: nothing of this telling sounds before all is written.
    bool wait_for_first() {
        if (!thread_.joinable() || waits_) {
            return false;
        }
        first_.get_future().wait();
        return true;
    }

    // Waits for the last sentence; throws what writing the sound threw.
    void finish() {
        sentences_.close();
        if (thread_.joinable()) {
            thread_.join();
        }
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

    ~SpeechThread() { sentences_.close(); }
    SpeechThread(SpeechThread const&) = delete;
    SpeechThread& operator=(SpeechThread const&) = delete;

  private:
    void run() {
        try {
            std::vector<std::string> written;
            while (auto sentence = waits_ ? sentences_.pop(stop_) : std::nullopt) {
                written.push_back(std::move(*sentence));
            }
            auto speaker = speaker_.get();
            auto const one = [&](std::string const& sentence) {
                timings_.measure("speak", [&] { speak(*speaker, sentence); });
            };
            std::for_each(written.begin(), written.end(), one);
            while (auto sentence = sentences_.pop(stop_)) {
                one(*sentence);
            }
        } catch (...) {
            failure_ = std::current_exception();
            sentences_.close(); // the writer must not wait for a dead speaker
        }
        first_done();
    }

    void first_done() {
        if (!done_) {
            done_ = true;
            first_.set_value();
        }
    }

    void speak(Speaker& speaker, std::string const& sentence) {
        options_.soon = spoken_ == 0;
        speaker.say(
            sentence, options_,
            [&](AudioChunk&& chunk) {
                if (spoken_ == 0 && !chunk.samples.empty()) {
                    timings_.mark("first audio");
                }
                chunk.first_sample = spoken_;
                spoken_ += chunk.frames();
                sink_(std::move(chunk));
            },
            stop_);
        first_done();
    }

    Loading<Speaker> speaker_;
    bool waits_;
    SpeechOptions options_;
    AudioSink sink_;
    Timings& timings_;
    std::stop_token stop_;
    BoundedQueue<std::string> sentences_{64};
    std::int64_t spoken_ = 0;
    bool done_ = false; // with the first sentence; of the speaking thread alone
    std::promise<void> first_;
    std::exception_ptr failure_;
    std::jthread thread_; // last: it uses everything above
};

// A language model that cannot be loaded is worth a warning, not the whole description.
std::shared_ptr<Describer> describer_or_null(Loading<Describer> const& loading) {
    if (!loading.valid()) {
        return nullptr;
    }
    try {
        return loading.get();
    } catch (Error const& error) {
        log::warning(std::string(error.what()) + " The scene's own words are used instead.");
        return nullptr;
    }
}

bool contains(std::vector<std::string> const& sentences, std::string const& sentence) {
    return std::find(sentences.begin(), sentences.end(), sentence) != sentences.end();
}

// What follows the headline: facts measured from the picture, then the language model's checked sentences when it has
// any, else the scene's other sentences.
void say_details(Scene const& scene, Telling const& done, TellingModels const& models, WordingOptions const& wording,
                 std::function<void(std::string const&)> const& say, Timings& timings, std::stop_token stop) {
    GroundedStream checked(scene, say, wording);
    for (auto const& sentence : surroundings_first(scene, wording)) {
        if (!contains(done.sentences, sentence)) {
            say(sentence);
        }
    }
    if (wording.level == Level::full) {
        for (auto const& fact : scene.measured) {
            say(fact);
        }
    }
    if (auto const gist = gist_sentence(scene); gist && wording.level == Level::full) {
        say(*gist);
    }
    for (auto const& sentence : done.sentences) {
        checked.mark_said(sentence);
    }
    if (wording.level != Level::brief) { // what the captioner said, as far as the scene supports it
        checked.push(scene.caption);
        checked.finish();
    }
    auto describer = wording.level == Level::brief ? nullptr : describer_or_null(models.describer);
    if (describer && !stop.stop_requested()) {
        timings.measure("write", [&] { write_checked(*describer, done.prompt, checked, stop); });
    }
    if (checked.spoken() > 0) {
        checked.say_what_was_left_out();
        if (auto const unit = unit_sentence(scene); !unit.empty() && wording.level == Level::full) {
            say(unit);
        }
        return;
    }
    for (auto const& sentence : describe_scene(scene, wording)) {
        if (!contains(done.sentences, sentence)) { // the headline, which for a single object is all, and facts
            say(sentence);
        }
    }
}

// The scene with what was read meanwhile, which is waited for.
Scene with_text(Scene const& scene, Reading const& text) {
    auto whole = scene;
    if (text.valid() && text.get()) {
        whole.text = *text.get();
    }
    return whole;
}

// What the scene, or what is kept of earlier ones, knows of the question; what is written in the picture is read first
// when the question is about it.
std::optional<Answer> own_answer(Scene const& scene, TellingModels const& models, TellingRequest const& request,
                                 WordingOptions const& wording) {
    if (auto const earlier = models.remembered ? models.remembered(request.question) : std::nullopt) {
        return Answer{*earlier};
    }
    if (auto const about_text = read_text_question(request.question)) {
        return Answer{answer_text_question(with_text(scene, models.text), *about_text, wording)};
    }
    return answer_question(scene, request.question, wording, request.history);
}

// Nothing was found that has a name: then what is written is all that can be told of.
void say_without_objects(Scene const& scene, WordingOptions const& wording,
                         std::function<void(std::string const&)> const& say) {
    auto const text = describe_text(scene, wording);
    auto const around = surroundings_first(scene, wording);
    for (auto const& sentence : text.empty() ? std::vector<std::string>() : around) { // dangers before what is written
        say(sentence);
    }
    auto const sentences = text.empty() ? describe_scene(scene, wording) : text;
    for (auto const& sentence : sentences) {
        say(sentence);
    }
    if (!text.empty()) {
        for (auto const& fact : scene.measured) {
            say(fact);
        }
    }
}

} // namespace

Telling tell(Scene const& scene, TellingModels const& models, TellingRequest const& request,
             TellingOutput const& output, Timings& timings, std::stop_token stop) {
    Telling done;
    auto const& wording = request.prompts.wording;
    bool const asked = !request.question.empty();
    auto const known = asked ? own_answer(scene, models, request, wording) : std::nullopt;
    bool const open = asked && !(known && known->complete);
    if (open && models.look) {
        done.seen = timings.measure("look", [&] { return models.look(request.question, stop); });
    }
    done.prompt = scene_prompt(scene, request.question, request.prompts, request.history, done.seen);
    auto speech_options = request.speech;
    speech_options.answer = request.history.size(); // another one every turn
    SpeechThread speech(models, speech_options, output.audio, timings, stop);
    auto say = [&](std::string const& sentence) {
        if (stop.stop_requested()) {
            return;
        }
        if (done.sentences.empty()) {
            timings.mark("first text");
        }
        done.sentences.push_back(sentence);
        output.sentence(sentence);
        speech.say(sentence);
    };
    std::for_each(request.first.begin(), request.first.end(), say);
    if (known && (known->complete || done.seen.empty())) { // does not wait for a language model that is still loading
        say(known->text);
    } else if (asked) {
        auto describer = describer_or_null(models.describer);
        auto const own = known ? known->text : "";
        timings.measure("answer", [&] {
            speak_reply(describer.get(), done.prompt, scene, request.question, wording, say, stop, done.seen, own);
        });
    } else if (scene.objects.empty()) {
        say_without_objects(with_text(scene, models.text), wording, say);
    } else {
        WordingOptions headline = wording;
        headline.level = Level::headline;
        say(describe_scene(scene, headline).front());
        if (models.voice_first && speech.wait_for_first() && models.first_said) {
            models.first_said();
        }
        if (wording.level != Level::headline) {
            for (auto const& sentence : describe_text(with_text(scene, models.text), wording)) {
                say(sentence);
            }
            say_details(scene, done, models, wording, say, timings, stop);
        }
    }
    speech.finish();
    timings.mark("done");
    return done;
}

void say_again(std::vector<std::string> const& sentences, TellingModels const& models, TellingRequest const& request,
               TellingOutput const& output, Timings& timings, std::stop_token stop) {
    SpeechThread speech(models, request.speech, output.audio, timings, stop);
    for (auto const& sentence : sentences) {
        if (!stop.stop_requested()) {
            output.sentence(sentence);
            speech.say(sentence);
        }
    }
    speech.finish();
}

Telling tell_turn(Scene const& scene, TellingModels const& models, TellingRequest& request, TellingOutput const& output,
                  Timings& timings, std::stop_token stop) {
    auto told = tell(scene, models, request, output, timings, stop);
    std::string whole;
    for (auto const& sentence : told.sentences) {
        whole += (whole.empty() ? "" : " ") + sentence;
    }
    request.history.push_back({Turn::Role::user, request.question});
    request.history.push_back({Turn::Role::assistant, whole});
    return told;
}

} // namespace echollama
