#include "conversation/talk.h"

#include "base/error.h"
#include "media/sound/chunk_rate.h"
#include "media/sound/time_stretch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace echollama {
namespace {

// What the guard leaves of an echo is below this share of what was played; what was played counts for less, by this
// factor a step (60 dB in 0.7 s), as its echo fades.
constexpr float echo_left = 0.06F, echo_fades = 0.82F;
constexpr float audible = 1e-3F;
// Until it has heard so many blocks of echo, it leaves more.
constexpr int blocks_to_learn = 30;
constexpr float echo_left_at_first = 0.4F;
constexpr double longest_press_s = 28; // one window of the recogniser
constexpr float loudest = 4, quietest = 0.1F;
constexpr double frame_s = static_cast<double>(vad_frame) / speech_rate;
// Of a sound over the answer that is longer than a cough: with less speech in it, it is noise.
constexpr double least_voiced = 0.2;
constexpr double settling_s = 60; // after which the threshold of loudness has come to a steady noise

EndpointerOptions endpointing(TalkOptions const& options) {
    EndpointerOptions endpoint;
    endpoint.pause_s = options.pause_s;
    return endpoint;
}

bool is_audible(std::span<float const> samples) {
    return std::any_of(samples.begin(), samples.end(), [](float s) { return std::abs(s) > audible; });
}

} // namespace

char const* state_name(TalkState state) {
    static constexpr char const* names[] = {"idle", "listening", "thinking", "speaking", "interrupted"};
    return names[static_cast<int>(state)];
}

Talk::Talk(TalkOptions const& options, TalkWork work, FrameClassifier classifier)
    : options_(options), work_(std::move(work)),
      endpointer_([this, judge = std::move(classifier)](std::span<float const> frame,
                                                        bool in_phrase) { return stands_out(frame, in_phrase, judge); },
                  endpointing(options)),
      guard_(options.echo_guard ? std::make_unique<EchoGuard>() : nullptr), to_guard_(options.rate, EchoGuard::rate),
      speech_(options.rate, 1, options.waiting_s) {}

Talk::~Talk() {
    answer_stop_.request_stop();
    recognition_.stop.request_stop();
    speech_.silence();
}

double Talk::now_s() const {
    return static_cast<double>(steps_) * step_ms / 1000;
}

void Talk::log(std::string kind, std::string text) {
    std::lock_guard lock(mutex_);
    events_.push_back({now_s(), std::move(kind), std::move(text)});
}

std::vector<TalkEvent> Talk::take_events() {
    std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
}

void Talk::type(std::string const& line) {
    std::lock_guard lock(mutex_);
    request_.lines.push_back({line, false, false});
}

void Talk::describe() {
    std::lock_guard lock(mutex_);
    request_.lines.push_back({"", false, true});
}

void Talk::stop_speaking() {
    std::lock_guard lock(mutex_);
    request_.stop = true;
}

void Talk::talk_key() {
    std::lock_guard lock(mutex_);
    ++request_.keys;
}

bool Talk::is_quiet() const {
    std::lock_guard lock(mutex_);
    bool const asked = !request_.lines.empty() || request_.stop || request_.keys > 0;
    return state_ == TalkState::idle && !asked && worker_.is_idle() && ears_.is_idle() && earcon_.empty();
}

// The worker waits where the speech it makes has no room.
void Talk::settle() {
    worker_.wait([this] { return speech_.room() == 0; });
    ears_.wait([] { return false; });
}

void Talk::step(std::span<float const> heard, std::span<float> played, Pace pace) {
    ++steps_;
    if (state_ == TalkState::interrupted && worker_.is_idle()) { // before this step gives it more to do
        state_ = TalkState::idle;
    }
    take_requests();
    take_results();
    auto const sound = cleaned(heard);
    if (pressed_) {
        listen_by_key(sound);
    } else if (options_.hands_free) {
        listen(sound);
    }
    if (pace == Pace::settles) {
        settle();
    }
    play_speech(played);
    for (auto& sample : played) {
        sample = std::clamp(sample * volume_, -1.0F, 1.0F);
    }
    follow_speech(is_audible(played));
    add_earcons(played);
    remember_played(played);
}

void Talk::take_requests() {
    Request request;
    {
        std::lock_guard lock(mutex_);
        request = std::exchange(request_, {});
    }
    if (request.stop) {
        interrupt("key");
    }
    for (int i = 0; i < request.keys; ++i) {
        pressed_ = !pressed_;
        if (pressed_) {
            interrupt("key");
            endpointer_.reset();
            pressed_sound_.clear();
            state_ = TalkState::listening;
            play(Earcon::listening);
            log("listening");
        } else {
            phrase_ended({speech_rate, std::exchange(pressed_sound_, {})});
        }
    }
    for (auto const& line : request.lines) {
        log(line.describe ? "described" : "typed", line.text);
        answer(line);
    }
}

void Talk::take_results() {
    std::vector<Result> results;
    std::optional<LineDone> line_done;
    {
        std::lock_guard lock(mutex_);
        results = std::exchange(results_, {});
        line_done = std::exchange(line_done_, {});
    }
    for (auto& result : results) {
        if (result.number == recognition_.number) {
            recognition_.text = std::move(result.text);
        }
    }
    if (waiting_for_text_ && recognition_.text) {
        waiting_for_text_ = false;
        take_text(*std::exchange(recognition_.text, {}));
    }
    if (line_done) {
        done(*line_done);
    }
}

// --- listening ---

std::vector<float> Talk::cleaned(std::span<float const> heard) {
    std::vector<float> known(heard_samples);
    auto const count = std::min(played_.size(), known.size());
    std::copy_n(played_.begin(), count, known.begin());
    played_.erase(played_.begin(), played_.begin() + static_cast<std::ptrdiff_t>(count));
    auto sound = guard_ ? guard_->clean(heard, known) : std::vector<float>(heard.begin(), heard.end());
    learned_ += rms(known) > audible ? 1 : 0;
    recently_played_ = std::max(rms(known), recently_played_ * echo_fades);
    return sound;
}

void Talk::remember_played(std::span<float const> played) {
    auto const sound = to_guard_.push(played);
    played_.insert(played_.end(), sound.begin(), sound.end());
}

// Somebody who speaks over the program is dimmed together with its echo, and a detector of speech is then late or
// misses them: any sound above what is left of the echo makes it pause, and what it was is judged while it pauses.
bool Talk::stands_out(std::span<float const> frame, bool in_phrase, FrameClassifier const& is_speech) {
    float const level = rms(frame);
    float const left = learned_ < blocks_to_learn ? echo_left_at_first : echo_left;
    if (guard_ && level < left * recently_played_) {
        return false; // and nothing to adapt to
    }
    bool const speech = is_speech(frame, in_phrase);
    bool const loud = loud_.is_speech(level);
    if (!speech && !loud && !in_phrase) {
        loud_.adapt(level, frame_s);
    }
    voiced_s_ += speech ? frame_s : 0;
    loudest_heard_ = std::max(loudest_heard_, level);
    bool const over_answer = held_ || (guard_ && recently_played_ > audible);
    return speech || (loud && over_answer);
}

void Talk::listen(std::vector<float> const& sound) {
    for (auto& event : endpointer_.push(sound)) {
        if (event.kind == SpeechEvent::Kind::started) {
            speech_started();
        } else if (event.kind == SpeechEvent::Kind::ended) {
            phrase_ended(event.audio);
        } else {
            log("too short");
            state_ = TalkState::idle;
            go_on();
        }
    }
    if (!endpointer_.in_phrase()) {
        return;
    }
    if (held_ && endpointer_.speech_s() > options_.cough_s) {
        if (voiced_s_ < least_voiced * options_.cough_s) { // a fan or a car; from now on it belongs to the room
            endpointer_.reset();
            loud_.adapt(loudest_heard_, settling_s);
            state_ = TalkState::idle;
            go_on();
            return;
        }
        interrupt("speech");
        state_ = TalkState::listening;
    }
    double const pause_s = endpointer_.pause_s();
    if (pause_s < options_.look_s) {
        if (recognition_.number != 0 && pause_s == 0) { // it goes on: what was recognised is not all
            recognition_.stop.request_stop();
            recognition_ = {};
        }
    } else if (recognition_.number == 0) {
        recognise(endpointer_.phrase());
    } else if (recognition_.text && pause_s >= options_.short_pause_s && work_.is_whole(*recognition_.text)) {
        for (auto const& event : endpointer_.close()) {
            phrase_ended(event.audio);
        }
    }
}

void Talk::listen_by_key(std::vector<float> const& sound) {
    pressed_sound_.insert(pressed_sound_.end(), sound.begin(), sound.end());
    if (static_cast<double>(pressed_sound_.size()) > longest_press_s * speech_rate) {
        pressed_ = false;
        phrase_ended({speech_rate, std::exchange(pressed_sound_, {})});
    }
}

void Talk::speech_started() {
    voiced_s_ = 0;
    loudest_heard_ = 0;
    hold();
    recognition_.stop.request_stop();
    recognition_ = {};
    waiting_for_text_ = false;
    state_ = TalkState::listening;
    log("speech started");
}

void Talk::phrase_ended(AudioBuffer const& phrase) {
    log("question ended");
    play(Earcon::thinking);
    state_ = TalkState::thinking;
    if (recognition_.number == 0) {
        recognise(phrase);
    }
    if (recognition_.text) {
        take_text(*std::exchange(recognition_.text, {}));
    } else {
        waiting_for_text_ = true;
    }
}

void Talk::recognise(AudioBuffer const& phrase) {
    recognition_ = {};
    recognition_.number = ++number_;
    auto work = [this, phrase, number = recognition_.number, stop = recognition_.stop.get_token()] {
        std::string text;
        try {
            text = stop.stop_requested() ? "" : work_.hear(phrase, stop);
        } catch (std::exception const& error) {
            log("fault", error.what());
        }
        std::lock_guard lock(mutex_);
        results_.push_back({number, stop.stop_requested() ? "" : std::move(text)});
    };
    if (!ears_.post(std::move(work))) {
        log("fault", "There is too much to do; say it again.");
        recognition_.text = "";
    }
}

void Talk::take_text(std::string const& text) {
    recognition_ = {};
    if (held_ && !text.empty()) {
        interrupt("speech");
    }
    log("heard", text);
    if (text.empty()) {
        state_ = TalkState::idle;
        if (!held_) {
            log("turn ended");
        }
        go_on();
    } else {
        answer({text, true, false});
    }
}

// --- speaking ---

void Talk::answer(ConversationLine const& line) {
    interrupt("line");
    answer_stop_ = {};
    {
        std::lock_guard lock(mutex_);
        begin_frame_.reset();
    }
    making_ = true;
    sounding_ = ending_ = false;
    state_ = TalkState::thinking;
    auto work = [this, line, stop = answer_stop_.get_token()] {
        {
            std::lock_guard lock(mutex_);
            if (stop.stop_requested()) {
                return;
            }
            words_.reset();
            speech_.resume();
            begin_frame_ = speech_.frames_accepted();
        }
        TalkOutput const output{[this](std::string const& sentence) {
                                    words_.expect(sentence);
                                    log("says", sentence);
                                },
                                at_rate(options_.rate, [this, stop](AudioChunk&& chunk) {
                                    words_.write(chunk);
                                    speech_.push(chunk.samples, stop);
                                })};
        LineDone done;
        try {
            done = work_.respond(line, output, stop);
        } catch (std::exception const& error) {
            log("fault", error.what());
        }
        std::lock_guard lock(mutex_);
        if (!stop.stop_requested()) {
            line_done_ = done;
        }
    };
    if (!worker_.post(std::move(work))) {
        log("fault", "There is too much to do; say it again.");
        making_ = false;
        state_ = TalkState::idle;
    }
}

void Talk::interrupt(char const* why) {
    if (waiting_for_text_) { // what was said is not wanted any more
        recognition_.stop.request_stop();
        recognition_ = {};
        waiting_for_text_ = false;
    }
    if (!making_) {
        return;
    }
    std::optional<std::string> heard;
    {
        std::lock_guard lock(mutex_);
        answer_stop_.request_stop();
        speech_.silence();
        line_done_.reset();
        if (begin_frame_) {
            heard = words_.after(speech_.frames_heard() - *begin_frame_);
        }
    }
    if (heard) {
        worker_.post([this, words = *heard] { work_.heard(words); });
    }
    making_ = false;
    state_ = TalkState::interrupted;
    log("interrupted", why);
    log("played", heard.value_or(""));
    replay_.clear();
    if (!std::exchange(held_, false)) { // else it was told when it paused
        play(Earcon::interrupted);
    }
}

// Somebody makes a sound: silence at once, and nothing is lost yet.
void Talk::hold() {
    if (!making_ || held_) {
        return;
    }
    held_ = true;
    replay_.clear();
    speech_.pause(true);
    log("paused", "speech");
    play(Earcon::interrupted);
}

// It was a cough: on with the answer, from the beginning of the sentence it was in.
void Talk::go_on() {
    if (!std::exchange(held_, false)) {
        return;
    }
    {
        std::lock_guard lock(mutex_);
        replay_ = begin_frame_ ? words_.sentence_until(speech_.frames_heard() - *begin_frame_) : std::vector<float>();
    }
    if (speed_ != 1 && !replay_.empty()) {
        TimeStretch stretch(options_.rate, speed_);
        auto again = stretch.push(replay_);
        auto const rest = stretch.finish();
        again.insert(again.end(), rest.begin(), rest.end());
        replay_ = std::move(again);
    }
    state_ = sounding_ ? TalkState::speaking : TalkState::thinking;
    log("resumed");
}

// What was heard already counts once: the buffer waits while a sentence is heard again.
void Talk::play_speech(std::span<float> played) {
    speech_.pause(held_ || !replay_.empty());
    speech_.pull(played);
    if (!held_) {
        auto const count = std::min(played.size(), replay_.size());
        std::copy_n(replay_.begin(), count, played.begin());
        replay_.erase(replay_.begin(), replay_.begin() + static_cast<std::ptrdiff_t>(count));
    }
}

void Talk::done(LineDone const& done) {
    ending_ = true;
    speech_.end();
    switch (done.act) {
    case LineDone::Act::speed:
    case LineDone::Act::rate:
        speed_ = std::clamp((done.act == LineDone::Act::rate ? 1 : speed_) * done.factor, TimeStretch::slowest,
                            TimeStretch::fastest);
        speech_.set_speed(speed_);
        break;
    case LineDone::Act::volume:
        volume_ = std::clamp(volume_ * done.factor, quietest, loudest);
        break;
    case LineDone::Act::end:
        ended_ = true;
        break;
    case LineDone::Act::answered:
    case LineDone::Act::stop:
        break;
    }
}

void Talk::follow_speech(bool sounding) {
    if (making_ && sounding && !sounding_) {
        sounding_ = true;
        state_ = TalkState::speaking;
        log("sound begins");
    }
    if (making_ && ending_ && !held_ && replay_.empty() && !sounding &&
        speech_.frames_heard() >= speech_.frames_accepted()) {
        end_turn();
    }
}

void Talk::end_turn() {
    auto const heard = words_.all();
    worker_.post([this, heard] { work_.heard(heard); });
    making_ = false;
    if (state_ != TalkState::listening) {
        state_ = TalkState::idle;
    }
    log("played", heard);
    log("turn ended");
}

void Talk::play(Earcon kind) {
    if (options_.earcons) {
        earcon_ = earcon(kind, options_.rate);
    }
}

void Talk::add_earcons(std::span<float> played) {
    auto const count = std::min(played.size(), earcon_.size());
    for (std::size_t i = 0; i < count; ++i) {
        played[i] = std::clamp(played[i] + earcon_[i], -1.0F, 1.0F);
    }
    earcon_.erase(earcon_.begin(), earcon_.begin() + static_cast<std::ptrdiff_t>(count));
}

} // namespace echollama
