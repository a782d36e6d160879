// Where someone speaks in a recording, and when a phrase begins and ends in a stream. Pure functions and plain state;
// the Silero network that makes better decisions is in listener/vad_silero.h. All sound here is mono at 16 kHz.
#pragma once

#include "media/sound/audio.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

namespace echollama {

inline constexpr int speech_rate = 16000; // samples a second that whisper and Silero expect
inline constexpr int vad_frame = 512;     // samples that are judged together: 32 ms

// Samples [begin, end).
struct SampleSpan {
    std::int64_t begin = 0;
    std::int64_t end = 0;

    bool operator==(SampleSpan const&) const = default;
};

// Root of the mean square, [0, 1]; 0 for no samples.
float rms(std::span<float const> samples);

// The RMS of each frame; the last one may be shorter.
std::vector<float> frame_levels(std::span<float const> samples);

// Value below which the given share of the numbers lies; there must be at least one.
float quantile(std::vector<float> values, double share);

// Silero's rules for turning one probability per frame into spans of speech (whisper.cpp and silero-vad use the same
// defaults).
struct SpeechSpanOptions {
    float threshold = 0.5F;     // a frame at or above it starts speech
    float hysteresis = 0.15F;   // speech goes on while frames are above threshold - hysteresis
    double min_speech_s = 0.25; // shorter speech is dropped
    double min_silence_s = 0.1; // shorter silence does not end speech
    double pad_s = 0.03;        // added on both sides, never overlapping
};

// Spans in order, inside [0, samples).
std::vector<SampleSpan> speech_spans(std::span<float const> probabilities, std::int64_t samples,
                                     SpeechSpanOptions const& options = {});

// Without a network: one pseudo-probability (0 or 1) per frame. A frame counts as speech when it stands out from the
// recording's own noise floor. Silence, steady noise and hum give none.
std::vector<float> energy_probabilities(std::span<float const> samples);

// What the recogniser gets: the whole recording where anything is said in it and it fits one window of `max_s` seconds.
// Else the spans, joined into pieces of at most that length that begin `lead_s` before and end `tail_s` after speech.
// Speech longer than that is cut where it is quietest.
std::vector<SampleSpan> recognition_pieces(std::vector<SampleSpan> const& spans, std::span<float const> samples,
                                           double max_s = 28, double lead_s = 1, double tail_s = 0.6);

// Energy threshold that follows the room, as in Python's SpeechRecognition before 3.11: it adapts only while nobody
// speaks (adapting inside a phrase pulls the threshold above the voice and cuts sentences short).
struct EnergyThreshold {
    float value = 300.0F / 32768; // RMS above which a frame is speech
    float damping = 0.15F;        // share of the old value that is left after one second
    float ratio = 1.5F;           // the threshold aims at this many times the room's energy

    bool is_speech(float energy) const { return energy > value; }
    void adapt(float energy, double seconds);
};

// Says whether one frame is speech; `in_phrase` tells whether a phrase is under way. May keep state between frames.
using FrameClassifier = std::function<bool(std::span<float const> frame, bool in_phrase)>;

FrameClassifier energy_classifier(EnergyThreshold threshold = {});

struct EndpointerOptions {
    double start_s = 0.1;      // so much speech without a gap begins a phrase (a click does not)
    double pause_s = 0.8;      // a longer pause ends the phrase
    double keep_s = 0.5;       // kept before the first and after the last speech
    double min_phrase_s = 0.3; // phrases with less speech are dropped
    double max_phrase_s = 28;  // longer phrases are cut where they are quietest, and what follows is a phrase too
};

struct SpeechEvent {
    enum class Kind {
        started, // someone began to speak: the moment to fall silent; or goes on after a cut
        ended,   // a phrase is complete and in `audio`
        dropped, // what had started was too short to be a phrase
    };
    Kind kind = Kind::started;
    SampleSpan span;   // of the stream: from the first kept sample; for `started` the end is the newest sample
    AudioBuffer audio; // only for `ended`
};

// Finds phrases in a stream. Not thread-safe.
class Endpointer {
  public:
    explicit Endpointer(FrameClassifier classifier, EndpointerOptions options = {});

    // Any number of samples at 16 kHz; events in order. Samples are judged in frames of 512, so up to 511 wait.
    std::vector<SpeechEvent> push(std::span<float const> samples);
    // The stream ended: completes a phrase under way.
    std::vector<SpeechEvent> finish();
    // Whoever listens knows that the phrase under way is whole: it ends now. The stream goes on.
    std::vector<SpeechEvent> close();
    // Forgets everything but the position in the stream and the classifier's state.
    void reset();

    bool in_phrase() const { return in_phrase_; }
    // Of the phrase under way: how long nobody has spoken now, and what it would be if it ended here.
    double pause_s() const;
    // How long somebody has spoken in it, pauses left out.
    double speech_s() const;
    AudioBuffer phrase() const;

  private:
    std::size_t phrase_length() const;
    void frame(std::span<float const> samples, std::vector<SpeechEvent>& events);
    void wait(bool speech, std::vector<SpeechEvent>& events);
    void follow(bool speech, std::vector<SpeechEvent>& events);
    void end_phrase(std::vector<SpeechEvent>& events);
    void cut_phrase(std::vector<SpeechEvent>& events);
    void drop_front(std::size_t samples);

    FrameClassifier classifier_;
    EndpointerOptions options_;
    std::vector<float> rest_;   // less than one frame
    std::deque<float> kept_;    // pre-roll, or the phrase so far
    std::int64_t position_ = 0; // stream index after the newest sample in kept_
    int speech_frames_ = 0;     // waiting: without a gap; in a phrase: in all
    int pause_frames_ = 0;
    bool in_phrase_ = false;
};

} // namespace echollama
