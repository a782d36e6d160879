#include "stages/checked_voice.h"

#include "base/error.h"
#include "base/log.h"
#include "media/chunk_rate.h"
#include "scene/mentions.h"
#include "stages/speech_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>

namespace echollama {
namespace {

constexpr int voice_attempts = 2;

constexpr std::string_view numbers[] = {
    "zero",     "one",      "two",      "three",   "four",     "five",     "six",     "seven",   "eight",
    "nine",     "ten",      "eleven",   "twelve",  "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen", "twenty",   "thirty",  "forty",    "fifty",    "sixty",   "seventy", "eighty",
    "ninety",   "hundred",  "thousand", "million", "half",     "quarter",  "first",   "second",  "third"};
constexpr std::string_view negations[] = {"no", "not", "never", "nothing", "none", "nobody", "without"};
constexpr std::string_view directions[] = {"left",  "right", "ahead", "behind", "front", "above",
                                           "below", "under", "near",  "far",    "up",    "down"};
// Heard → what it may stand for.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> sounds_like{{{"to", "two"},
                                                                                    {"too", "two"},
                                                                                    {"for", "four"},
                                                                                    {"won", "one"},
                                                                                    {"ate", "eight"},
                                                                                    {"know", "no"},
                                                                                    {"knot", "not"},
                                                                                    {"write", "right"},
                                                                                    {"hole", "whole"}}};

bool one_of(std::string_view word, std::span<std::string_view const> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Words without what spelling leaves open: hyphens and contractions of "not".
std::vector<Word> plain_words(std::string_view text) {
    auto spoken = normalise_for_speech(text);
    std::replace(spoken.begin(), spoken.end(), '-', ' ');
    auto words = split_words(spoken);
    for (auto& word : words) {
        if (word.text == "cannot" || word.text.ends_with("n't")) {
            word.text = "not";
        }
    }
    return words;
}

std::string singular(std::string word) {
    if (word.size() > 3 && word.ends_with('s') && !word.ends_with("ss")) {
        word.pop_back();
    }
    return word;
}

// A listener's spelling of the same sounds: "cop" for "cup". One letter may differ, not the first.
bool nearly_same(std::string_view a, std::string_view b) {
    if (a.size() < 3 || a.size() != b.size() || a[0] != b[0]) {
        return false;
    }
    int different = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        different += a[i] != b[i] ? 1 : 0;
    }
    return different <= 1;
}

std::map<std::string, int> key_words(std::vector<Word> const& words) {
    std::map<std::string, int> keys;
    for (auto const& word : words) {
        if (one_of(word.text, numbers) || one_of(word.text, negations) || one_of(word.text, directions)) {
            ++keys[word.text];
        }
    }
    for (auto const& mention : find_mentions(words)) {
        ++keys[singular(mention.words)];
    }
    return keys;
}

} // namespace

std::vector<std::string> missing_key_words(std::string_view sentence, std::string_view heard) {
    auto const heard_words = plain_words(heard);
    auto present = key_words(heard_words);
    for (auto const& word : heard_words) {
        for (auto const& [sound, meaning] : sounds_like) {
            present[std::string(meaning)] += word.text == sound ? 1 : 0;
        }
    }
    auto const wanted_words = plain_words(sentence);
    auto const things = find_mentions(wanted_words);
    std::vector<std::string> missing;
    for (auto const& [word, count] : key_words(wanted_words)) {
        int found = present[word];
        bool const thing = std::any_of(things.begin(), things.end(),
                                       [&, &name = word](Mention const& m) { return singular(m.words) == name; });
        if (thing && found < count) {
            found += static_cast<int>(
                std::count_if(heard_words.begin(), heard_words.end(), [&, &name = word](Word const& w) {
                    return singular(w.text) != name && nearly_same(singular(w.text), name);
                }));
        }
        if (found < count) {
            missing.push_back(word);
        }
    }
    return missing;
}

namespace {

class CheckedVoice : public Speaker {
  public:
    CheckedVoice(std::unique_ptr<Speaker> voice, std::unique_ptr<Speaker> fast, std::shared_ptr<Listener> listener,
                 std::function<void(SpeechCheck const&)> told)
        : voice_(std::move(voice)), fast_(std::move(fast)), listener_(std::move(listener)), told_(std::move(told)) {}

    int sample_rate() const override { return voice_->sample_rate(); }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        if (answer_ != options.answer) {
            answer_ = options.answer;
            use_fast_ = false;
        }
        std::optional<Attempt> best;
        int attempts = 0;
        int const most = use_fast_ ? 1 : voice_attempts + 1;
        while (!stop.stop_requested() && attempts < most && !(best && best->check.missing.empty())) {
            bool const fast = attempts == most - 1;
            auto attempt = try_once(fast ? *fast_ : *voice_, sentence, options, stop);
            attempt.check.fast = fast;
            ++attempts;
            if (!best || attempt.check.missing.size() < best->check.missing.size()) {
                best = std::move(attempt);
            }
        }
        if (best && !stop.stop_requested()) {
            best->check.attempts = attempts;
            use_fast_ = best->check.fast;
            if (told_) {
                told_(best->check);
            }
            for (auto& chunk : best->chunks) {
                sink(std::move(chunk));
            }
        } else {
            sink({{}, sample_rate(), 0, true});
        }
    }

  private:
    struct Attempt {
        std::vector<AudioChunk> chunks;
        SpeechCheck check;
    };

    Attempt try_once(Speaker& speaker, std::string const& sentence, SpeechOptions const& options,
                     std::stop_token const& stop) {
        Attempt attempt;
        attempt.check.sentence = sentence;
        AudioBuffer sound;
        auto keep = [&](AudioChunk&& chunk) {
            sound.rate = chunk.rate;
            sound.samples.insert(sound.samples.end(), chunk.samples.begin(), chunk.samples.end());
            attempt.chunks.push_back(std::move(chunk));
        };
        speaker.say(sentence, options, at_rate(voice_->sample_rate(), keep), stop);
        if (!stop.stop_requested() && !sound.samples.empty()) {
            try {
                attempt.check.heard = listener_->hear(sound, "", stop).text;
                attempt.check.missing = missing_key_words(sentence, attempt.check.heard);
            } catch (Cancelled const&) {
                throw;
            } catch (Error const& error) {
                if (!listener_failed_) {
                    log::warning(std::string(error.what()) + " The speech is not checked.");
                }
                listener_failed_ = true;
            }
        }
        return attempt;
    }

    std::unique_ptr<Speaker> voice_, fast_;
    std::shared_ptr<Listener> listener_;
    std::function<void(SpeechCheck const&)> told_;
    std::optional<std::uint64_t> answer_;
    bool use_fast_ = false; // to the answer's end: one answer does not change back and forth
    bool listener_failed_ = false;
};

} // namespace

std::unique_ptr<Speaker> make_checked_voice(std::unique_ptr<Speaker> voice, std::unique_ptr<Speaker> fast,
                                            std::shared_ptr<Listener> listener,
                                            std::function<void(SpeechCheck const&)> told) {
    return std::make_unique<CheckedVoice>(std::move(voice), std::move(fast), std::move(listener), std::move(told));
}

} // namespace echollama
