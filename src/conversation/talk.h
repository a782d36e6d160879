// Whose turn it is: a spoken conversation as a state machine that is stepped by blocks of sound. It knows neither
// devices nor clocks: who has them gives it what the microphone heard and plays what it gives back. Time is the
// sound's.
#pragma once

#include "base/worker.h"
#include "conversation/dialogue.h"
#include "conversation/earcons.h"
#include "conversation/heard_words.h"
#include "listener/vad.h"
#include "media/device/jitter_buffer.h"
#include "media/sound/echo_guard.h"
#include "media/sound/resample.h"
#include "roles/roles.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

enum class TalkState {
    idle,        // nobody speaks
    listening,   // somebody speaks
    thinking,    // what was said is being recognised, or the answer is being made
    speaking,    // the answer is heard
    interrupted, // it was stopped, and what was being made is ending
};
char const* state_name(TalkState state);

// What happened, and when: seconds of sound since the beginning.
struct TalkEvent {
    double at_s = 0;
    std::string kind;      // "question ended", "heard", "sound begins", "interrupted", "turn ended", … (talk.cpp)
    std::string text = {}; // what was recognised, said or heard
};

// Where an answer goes while it is made; called on the worker's thread or threads of its own.
struct TalkOutput {
    std::function<void(std::string const& sentence)> sentence;
    AudioSink audio; // mono, at the talk's rate
};

// What was done about a line; speed and volume are the talk's own to change.
struct LineDone {
    enum class Act { answered, speed, rate, volume, stop, end };
    Act act = Act::answered;
    float factor = 1;
};

// The work that a conversation needs done, one piece after the other on a thread of its own. Returns early when stop is
// requested; what it throws is told as an event, and the conversation goes on.
struct TalkWork {
    std::function<std::string(AudioBuffer const& phrase, std::stop_token stop)> hear;
    std::function<LineDone(ConversationLine const& line, TalkOutput const& output, std::stop_token stop)> respond;
    // What was played of the answer that respond() gave last, to the word.
    std::function<void(std::string const& words)> heard;
    // Is this all of a question or a wish, as far as one can tell? Then a shorter pause ends it.
    std::function<bool(std::string const& text)> is_whole;
};

struct TalkOptions {
    int rate = 22050;           // samples a second of what is played
    double pause_s = 0.8;       // so long a silence ends a question,
    double short_pause_s = 0.4; // and so long a one where it is whole
    double look_s = 0.2;        // recognition begins after so short a pause already
    bool hands_free = true;     // else only what is said between talk_key() and talk_key()
    bool earcons = true;
    bool echo_guard = true;
    double cough_s = 1;   // who speaks longer means to interrupt; until then the answer only pauses
    double waiting_s = 4; // of speech that is made ahead of what is heard
};

// Somebody who makes a sound while an answer is spoken makes it pause at once. When it was speech, the answer is
// cancelled with everything that was to follow; when it was a cough or a noise, it goes on with the sentence that it
// was in. step() is called by one thread, the others by any. Bounded: at most 28 seconds of a phrase, `waiting_s` of
// speech, a few pieces of work.
class Talk {
  public:
    // `classifier`: what is speech (listener/vad.h).
    Talk(TalkOptions const& options, TalkWork work, FrameClassifier classifier);
    ~Talk();
    Talk(Talk const&) = delete;
    Talk& operator=(Talk const&) = delete;

    static constexpr int step_ms = 20;
    static constexpr std::size_t heard_samples = EchoGuard::block; // at 16 kHz
    std::size_t played_samples() const { return static_cast<std::size_t>(options_.rate) * step_ms / 1000; }

    // Whether a step waits until the work that it begins is done or waits itself, before it takes sound: on a simulated
    // clock, where nothing may depend on how fast the machine is.
    enum class Pace { never_waits, settles };

    // 20 milliseconds pass: what was heard in them, and what is to be played next.
    void step(std::span<float const> heard, std::span<float> played, Pace pace = Pace::never_waits);
    // Waits until the work is done or waits itself: then no step depends on how fast the machine is.
    void settle();

    // A typed line: ends what is being said, and is answered.
    void type(std::string const& line);
    // The picture is described, as if somebody had asked.
    void describe();
    // Ends what is being said.
    void stop_speaking();
    // Begins to listen, and ends it: a key that is pressed twice or held.
    void talk_key();

    TalkState state() const { return state_; }
    bool ended() const { return ended_; }
    // Nothing is being said, made or waited for.
    bool is_quiet() const;
    double now_s() const;
    std::vector<TalkEvent> take_events();

  private:
    struct Request { // what other threads asked for since the last step
        std::vector<ConversationLine> lines;
        bool stop = false;
        int keys = 0;
    };
    struct Result { // what the worker found
        std::uint64_t number = 0;
        std::string text;
    };
    struct Recognition { // of the phrase under way or just ended
        std::uint64_t number = 0;
        std::stop_source stop;
        std::optional<std::string> text;
    };

    void take_requests();
    void take_results();
    bool stands_out(std::span<float const> frame, bool in_phrase, FrameClassifier const& is_speech);
    void listen(std::vector<float> const& sound);
    void listen_by_key(std::vector<float> const& sound);
    void speech_started();
    void phrase_ended(AudioBuffer const& phrase);
    void recognise(AudioBuffer const& phrase);
    void take_text(std::string const& text);
    void answer(ConversationLine const& line);
    void interrupt(char const* why);
    void hold();
    void go_on();
    void play_speech(std::span<float> played);
    void follow_speech(bool sounding);
    void end_turn();
    void done(LineDone const& done);
    void play(Earcon kind);
    void add_earcons(std::span<float> played);
    void log(std::string kind, std::string text = {});
    std::vector<float> cleaned(std::span<float const> heard);
    void remember_played(std::span<float const> played);

    TalkOptions options_;
    TalkWork work_;
    Endpointer endpointer_;
    std::unique_ptr<EchoGuard> guard_;
    Resampler to_guard_;
    std::vector<float> played_; // at the guard's rate, not yet compared with what is heard
    float recently_played_ = 0; // RMS
    int learned_ = 0;           // blocks of sound that the guard knows the echo of
    EnergyThreshold loud_;      // of the room
    float loudest_heard_ = 0;   // in the phrase under way, RMS of a frame
    double voiced_s_ = 0;       // of it: judged as speech
    JitterBuffer speech_;
    HeardWords words_;
    std::vector<float> earcon_; // what is left of the one that sounds
    TalkState state_ = TalkState::idle;
    std::atomic<std::int64_t> steps_ = 0;
    float speed_ = 1, volume_ = 1;

    // The turn under way.
    std::stop_source answer_stop_;
    bool making_ = false;       // respond() runs or waits
    bool sounding_ = false;     // its first sound was heard
    bool ending_ = false;       // nothing more is to come
    bool held_ = false;         // it pauses: somebody makes a sound, and whether that is speech is not known yet
    std::vector<float> replay_; // what is heard again of a sentence that was held
    Recognition recognition_;
    bool waiting_for_text_ = false; // the question ended and is not recognised yet
    bool pressed_ = false;
    std::vector<float> pressed_sound_;
    bool ended_ = false;

    mutable std::mutex mutex_;                // over what follows, which other threads change
    std::optional<std::int64_t> begin_frame_; // of speech_, where the turn's sound begins; none: it was not begun
    Request request_;
    std::vector<Result> results_;
    std::optional<LineDone> line_done_;
    std::vector<TalkEvent> events_;
    std::uint64_t number_ = 0;
    Worker worker_; // answers
    Worker ears_; // recognises, also while an answer is held. Last, with the other: their threads use everything above
};

} // namespace echollama
