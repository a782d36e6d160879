#include "listener/phrases.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace echollama {
namespace {

constexpr float usual_rms = 0.1F; // -20 dBFS
constexpr float most_gain = 100;
constexpr double half_life_s = 5;

void move_by(Transcript& transcript, double seconds) {
    for (auto& segment : transcript.segments) {
        segment.start_s += seconds;
        segment.end_s += seconds;
        for (auto& word : segment.words) {
            word.start_s += seconds;
            word.end_s += seconds;
        }
    }
}

} // namespace

FrameClassifier at_usual_level(FrameClassifier judge) {
    return
        [judge = std::move(judge), loud = usual_rms / most_gain](std::span<float const> frame, bool in_phrase) mutable {
            auto const fades =
                static_cast<float>(std::exp2(-static_cast<double>(frame.size()) / speech_rate / half_life_s));
            loud = std::max({rms(frame), loud * fades, usual_rms / most_gain});
            float const gain = std::max(1.0F, usual_rms / loud);
            std::vector<float> raised(frame.begin(), frame.end());
            for (auto& sample : raised) {
                sample = std::clamp(sample * gain, -1.0F, 1.0F);
            }
            return judge(raised, in_phrase);
        };
}

PhraseListener::PhraseListener(Listener& listener, FrameClassifier classifier, EndpointerOptions const& options)
    : listener_(listener), endpointer_(std::move(classifier), options) {}

std::vector<Transcript> PhraseListener::push(std::span<float const> samples, std::string const& hint,
                                             std::stop_token stop) {
    return hear(endpointer_.push(samples), hint, stop);
}

std::vector<Transcript> PhraseListener::finish(std::string const& hint, std::stop_token stop) {
    return hear(endpointer_.finish(), hint, stop);
}

std::vector<Transcript> PhraseListener::hear(std::vector<SpeechEvent> const& events, std::string const& hint,
                                             std::stop_token const& stop) {
    std::vector<Transcript> heard;
    for (auto const& event : events) {
        if (event.kind != SpeechEvent::Kind::ended || stop.stop_requested()) {
            continue;
        }
        auto transcript = listener_.hear(event.audio, hint, stop);
        if (!transcript.text.empty()) {
            move_by(transcript, static_cast<double>(event.span.begin) / speech_rate);
            heard.push_back(std::move(transcript));
        }
    }
    return heard;
}

} // namespace echollama
