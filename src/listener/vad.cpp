#include "listener/vad.h"

#include "listener/speech_level.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

std::int64_t samples_in(double seconds) {
    return std::llround(seconds * speech_rate);
}

// Pads every span, meeting the neighbour half-way where there is too little room.
void pad(std::vector<SampleSpan>& spans, std::int64_t padding, std::int64_t samples) {
    for (std::size_t i = 0; i < spans.size(); ++i) {
        auto& span = spans[i];
        span.begin = i == 0 ? std::max<std::int64_t>(0, span.begin - padding) : span.begin;
        if (i + 1 == spans.size()) {
            span.end = std::min(samples, span.end + padding);
        } else {
            auto& next = spans[i + 1];
            auto room = std::min(padding, (next.begin - span.end) / 2);
            span.end += room;
            next.begin -= room;
        }
    }
}

// Middle of the quietest 100 ms inside the span.
std::int64_t quietest(std::span<float const> samples, SampleSpan where) {
    constexpr std::int64_t window = speech_rate / 10;
    auto best = (where.begin + where.end) / 2;
    float least = 2;
    for (auto at = where.begin; at + window <= where.end; at += window / 2) {
        auto level = rms(samples.subspan(static_cast<std::size_t>(at), window));
        if (level < least) {
            least = level;
            best = at + window / 2;
        }
    }
    return best;
}

} // namespace

float rms(std::span<float const> samples) {
    double sum = 0;
    for (float sample : samples) {
        sum += static_cast<double>(sample) * sample;
    }
    return samples.empty() ? 0 : static_cast<float>(std::sqrt(sum / static_cast<double>(samples.size())));
}

std::vector<float> frame_levels(std::span<float const> samples) {
    std::vector<float> levels;
    for (std::size_t at = 0; at < samples.size(); at += vad_frame) {
        levels.push_back(rms(samples.subspan(at, std::min<std::size_t>(vad_frame, samples.size() - at))));
    }
    return levels;
}

float quantile(std::vector<float> values, double share) {
    auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

std::vector<SampleSpan> speech_spans(std::span<float const> probabilities, std::int64_t samples,
                                     SpeechSpanOptions const& options) {
    std::vector<SampleSpan> spans;
    constexpr std::int64_t none = -1;
    std::int64_t begin = none;   // of the speech under way
    std::int64_t silence = none; // of the silence inside it
    auto close = [&](std::int64_t end) {
        if (end - begin >= samples_in(options.min_speech_s)) {
            spans.push_back({begin, end});
        }
        begin = silence = none;
    };
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        auto const at = static_cast<std::int64_t>(i) * vad_frame;
        if (probabilities[i] >= options.threshold) {
            begin = begin == none ? at : begin;
            silence = none;
        } else if (begin != none && probabilities[i] < options.threshold - options.hysteresis) {
            silence = silence == none ? at : silence;
            if (at + vad_frame - silence >= samples_in(options.min_silence_s)) {
                close(silence);
            }
        }
    }
    if (begin != none) {
        close(silence == none ? samples : silence);
    }
    pad(spans, samples_in(options.pad_s), samples);
    return spans;
}

std::vector<float> energy_probabilities(std::span<float const> samples) {
    constexpr float audible = 0.001F; // -60 dB: quieter recordings hold nothing; see levelled_speech()
    constexpr float voice_hz = 200;   // fans and cars are loud below it, and speech needs nothing there
    constexpr float stands_out = 2;   // speech changes by far more than 6 dB, steady noise by less
    std::vector<float> voice(samples.begin(), samples.end());
    high_pass(voice, speech_rate, voice_hz);
    auto energies = frame_levels(voice);
    if (energies.empty()) {
        return {};
    }
    float const floor = quantile(energies, 0.1), loud = quantile(energies, 0.95);
    float const threshold = std::max(audible, std::min(3 * floor, loud / 3));
    bool const speech = loud > audible && loud > stands_out * floor;
    for (auto& energy : energies) {
        energy = speech && energy > threshold ? 1.0F : 0.0F;
    }
    return energies;
}

std::vector<SampleSpan> recognition_pieces(std::vector<SampleSpan> const& spans, std::span<float const> samples,
                                           double max_s, double lead_s, double tail_s) {
    auto const total = static_cast<std::int64_t>(samples.size());
    auto const longest = samples_in(max_s);
    if (!spans.empty() && total <= longest) {
        return {{0, total}}; // the recogniser hears quiet beginnings that the spans miss
    }
    std::vector<SampleSpan> pieces;
    std::int64_t taken = 0; // pieces never overlap
    for (auto span : spans) {
        span.begin = std::max(taken, span.begin - samples_in(lead_s));
        span.end = std::min(total, span.end + samples_in(tail_s));
        if (span.end <= span.begin) {
            continue;
        }
        if (!pieces.empty() && span.end - pieces.back().begin <= longest) {
            pieces.back().end = span.end;
            taken = span.end;
            continue;
        }
        while (span.end - span.begin > longest) {
            auto cut = quietest(samples, {span.begin + longest * 2 / 3, span.begin + longest});
            pieces.push_back({span.begin, cut});
            span.begin = cut;
        }
        pieces.push_back(span);
        taken = span.end;
    }
    return pieces;
}

void EnergyThreshold::adapt(float energy, double seconds) {
    auto const kept = static_cast<float>(std::pow(damping, seconds));
    value = value * kept + ratio * energy * (1 - kept);
}

FrameClassifier energy_classifier(EnergyThreshold threshold) {
    return [threshold](std::span<float const> frame, bool in_phrase) mutable {
        auto const energy = rms(frame);
        bool const speech = threshold.is_speech(energy);
        if (!speech && !in_phrase) {
            threshold.adapt(energy, static_cast<double>(frame.size()) / speech_rate);
        }
        return speech;
    };
}

Endpointer::Endpointer(FrameClassifier classifier, EndpointerOptions options)
    : classifier_(std::move(classifier)), options_(options) {}

std::vector<SpeechEvent> Endpointer::push(std::span<float const> samples) {
    std::vector<SpeechEvent> events;
    rest_.insert(rest_.end(), samples.begin(), samples.end());
    std::size_t used = 0;
    for (; rest_.size() - used >= vad_frame; used += vad_frame) {
        frame(std::span<float const>(rest_).subspan(used, vad_frame), events);
    }
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(used));
    return events;
}

std::vector<SpeechEvent> Endpointer::finish() {
    std::vector<SpeechEvent> events;
    if (!rest_.empty()) {
        auto last = std::move(rest_);
        rest_.clear();
        frame(last, events);
    }
    if (in_phrase_) {
        end_phrase(events);
    }
    reset();
    return events;
}

void Endpointer::reset() {
    position_ += static_cast<std::int64_t>(rest_.size());
    rest_.clear();
    kept_.clear();
    speech_frames_ = pause_frames_ = 0;
    in_phrase_ = false;
}

void Endpointer::frame(std::span<float const> samples, std::vector<SpeechEvent>& events) {
    bool const speech = classifier_(samples, in_phrase_);
    kept_.insert(kept_.end(), samples.begin(), samples.end());
    position_ += static_cast<std::int64_t>(samples.size());
    if (in_phrase_) {
        follow(speech, events);
    } else {
        wait(speech, events);
    }
}

void Endpointer::wait(bool speech, std::vector<SpeechEvent>& events) {
    speech_frames_ = speech ? speech_frames_ + 1 : 0;
    auto const wanted = static_cast<std::size_t>(samples_in(options_.keep_s) + speech_frames_ * vad_frame);
    if (kept_.size() > wanted) {
        drop_front(kept_.size() - wanted);
    }
    if (speech && speech_frames_ * vad_frame >= samples_in(options_.start_s)) {
        in_phrase_ = true;
        pause_frames_ = 0;
        events.push_back(
            {SpeechEvent::Kind::started, {position_ - static_cast<std::int64_t>(kept_.size()), position_}, {}});
    }
}

void Endpointer::follow(bool speech, std::vector<SpeechEvent>& events) {
    speech_frames_ += speech ? 1 : 0;
    pause_frames_ = speech ? 0 : pause_frames_ + 1;
    bool const paused = pause_frames_ * vad_frame > samples_in(options_.pause_s);
    bool const full = static_cast<std::int64_t>(kept_.size()) >= samples_in(options_.max_phrase_s);
    if (paused) {
        end_phrase(events);
    } else if (full) {
        cut_phrase(events);
    }
}

// Somebody speaks on and on: no sample is lost, and no word cut in two where there is any gap between words.
void Endpointer::cut_phrase(std::vector<SpeechEvent>& events) {
    std::vector<float> sound(kept_.begin(), kept_.end());
    auto const whole = static_cast<std::int64_t>(sound.size());
    auto const length = std::max<std::int64_t>(1, quietest(sound, {whole * 2 / 3, whole}));
    auto const begin = position_ - whole;
    sound.resize(static_cast<std::size_t>(length));
    drop_front(sound.size());
    events.push_back({SpeechEvent::Kind::ended, {begin, begin + length}, {speech_rate, std::move(sound)}});
    events.push_back({SpeechEvent::Kind::started, {begin + length, position_}, {}});
}

std::vector<SpeechEvent> Endpointer::close() {
    std::vector<SpeechEvent> events;
    if (in_phrase_) {
        end_phrase(events);
    }
    return events;
}

double Endpointer::pause_s() const {
    return in_phrase_ ? static_cast<double>(pause_frames_) * vad_frame / speech_rate : 0;
}

double Endpointer::speech_s() const {
    return in_phrase_ ? static_cast<double>(speech_frames_) * vad_frame / speech_rate : 0;
}

// Of what was kept, without most of the pause at its end.
std::size_t Endpointer::phrase_length() const {
    auto const surplus = std::max<std::int64_t>(0, pause_frames_ * vad_frame - samples_in(options_.keep_s));
    return static_cast<std::size_t>(std::max<std::int64_t>(0, static_cast<std::int64_t>(kept_.size()) - surplus));
}

AudioBuffer Endpointer::phrase() const {
    auto const length = static_cast<std::ptrdiff_t>(in_phrase_ ? phrase_length() : 0);
    return {speech_rate, std::vector<float>(kept_.begin(), kept_.begin() + length)};
}

void Endpointer::end_phrase(std::vector<SpeechEvent>& events) {
    auto const begin = position_ - static_cast<std::int64_t>(kept_.size());
    auto const length = static_cast<std::ptrdiff_t>(phrase_length());
    SpeechEvent event{SpeechEvent::Kind::dropped, {begin, begin + length}, {}};
    if (speech_frames_ * vad_frame >= samples_in(options_.min_phrase_s)) {
        event.kind = SpeechEvent::Kind::ended;
        event.audio = {speech_rate, std::vector<float>(kept_.begin(), kept_.begin() + length)};
    }
    events.push_back(std::move(event));
    in_phrase_ = false;
    speech_frames_ = pause_frames_ = 0;
    drop_front(static_cast<std::size_t>(length)); // what is left is the pre-roll of the next phrase
}

void Endpointer::drop_front(std::size_t samples) {
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(samples));
}

} // namespace echollama
