#include "verify/checked_voice.h"

#include "base/error.h"
#include "base/log.h"
#include "media/sound/chunk_rate.h"
#include "verify/key_words.h"

#include <optional>

namespace echollama {
namespace {

constexpr int voice_attempts = 2;

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
                attempt.check.heard = listener_->hear(with_silence_around(std::move(sound)), "", stop).text;
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
