#include "conversation/heard_words.h"

#include "voice/subtitles.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr double seconds_a_byte = 0.07; // of text, where a sentence is not finished and nothing better is known
constexpr float silent = 0.01F;         // of the loudest sample: quieter ones end the last word

double end_of_speech_s(AudioBuffer const& sound) {
    float loudest = 0;
    for (float const sample : sound.samples) {
        loudest = std::max(loudest, std::abs(sample));
    }
    auto end = sound.samples.size();
    while (end > 0 && std::abs(sound.samples[end - 1]) <= silent * loudest) {
        --end;
    }
    return static_cast<double>(end) / sound.rate;
}

// What is missing of the sound is still to be spoken: the words from `first` on share the time from the one before them
// to the sentence's end, which is returned. `made_s`: the end of the speech that was made.
double expect_rest(std::string const& text, std::size_t first, double made_s, std::vector<SubtitleWord>& words) {
    double const last_s = first > 0 ? words[first - 1].start_s : 0;
    auto const last = first > 0 ? words[first - 1].begin : 0;
    auto const bytes = static_cast<double>(std::max<std::size_t>(1, text.size() - last));
    double const end_s = std::max(made_s, last_s + bytes * seconds_a_byte);
    for (auto i = first; i < words.size(); ++i) {
        words[i].start_s = last_s + (end_s - last_s) * static_cast<double>(words[i].begin - last) / bytes;
    }
    return end_s;
}

} // namespace

void HeardWords::reset() {
    std::lock_guard lock(mutex_);
    sentences_.clear();
    speaking_ = 0;
    frames_ = 0;
}

void HeardWords::expect(std::string const& sentence) {
    std::lock_guard lock(mutex_);
    sentences_.push_back({.text = sentence});
}

void HeardWords::write(AudioChunk const& chunk) {
    std::lock_guard lock(mutex_);
    if (speaking_ < sentences_.size()) {
        auto& sentence = sentences_[speaking_];
        if (sentence.sound.samples.empty()) {
            sentence.first_frame = frames_;
        }
        sentence.sound.rate = chunk.rate;
        auto const channels = static_cast<std::size_t>(chunk.channels);
        for (std::size_t i = 0; i + channels <= chunk.samples.size(); i += channels) {
            float sum = 0;
            for (std::size_t c = 0; c < channels; ++c) {
                sum += chunk.samples[i + c];
            }
            sentence.sound.samples.push_back(sum / static_cast<float>(channels));
        }
        sentence.spoken.insert(sentence.spoken.end(), chunk.words.begin(), chunk.words.end());
        sentence.complete = chunk.end;
        speaking_ += chunk.end ? 1 : 0;
    }
    frames_ += chunk.frames();
}

std::string HeardWords::heard_of(Sentence const& sentence, std::int64_t frames) {
    auto const played = frames - sentence.first_frame;
    auto const made = static_cast<std::int64_t>(sentence.sound.samples.size());
    if (made == 0 || played <= 0) {
        return "";
    }
    if (sentence.complete && played >= made) {
        return sentence.text;
    }
    double const played_s = static_cast<double>(played) / sentence.sound.rate;
    double end_s = end_of_speech_s(sentence.sound);
    if (end_s == 0) {
        return ""; // silence so far
    }
    auto words = word_times(sentence.text, sentence.sound, sentence.spoken);
    if (!sentence.complete) {
        end_s = expect_rest(sentence.text, told_words(sentence.text, sentence.spoken), end_s, words);
    }
    std::size_t end = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        double const word_end_s = i + 1 < words.size() ? words[i + 1].start_s : end_s;
        if (word_end_s > played_s + 0.5 / sentence.sound.rate) {
            break;
        }
        end = words[i].end;
    }
    return sentence.text.substr(0, end);
}

std::string HeardWords::after(std::int64_t frames) const {
    std::lock_guard lock(mutex_);
    std::string heard;
    for (auto const& sentence : sentences_) {
        auto const part = heard_of(sentence, frames);
        heard += (heard.empty() || part.empty() ? "" : " ") + part;
        if (part.size() < sentence.text.size()) {
            break;
        }
    }
    return heard;
}

std::vector<float> HeardWords::sentence_until(std::int64_t frames) const {
    std::lock_guard lock(mutex_);
    for (auto const& sentence : sentences_) {
        auto const played = frames - sentence.first_frame;
        auto const made = static_cast<std::int64_t>(sentence.sound.samples.size());
        if (played > 0 && played < made + (sentence.complete ? 0 : 1)) {
            auto const& samples = sentence.sound.samples;
            return {samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(std::min(played, made))};
        }
    }
    return {};
}

std::string HeardWords::all() const {
    std::lock_guard lock(mutex_);
    std::string text;
    for (auto const& sentence : sentences_) {
        text += (text.empty() ? "" : " ") + sentence.text;
    }
    return text;
}

} // namespace echollama
