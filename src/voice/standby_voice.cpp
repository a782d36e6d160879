#include "voice/standby_voice.h"

#include "base/bounded_queue.h"
#include "base/error.h"
#include "base/log.h"
#include "media/sound/chunk_rate.h"

#include <optional>
#include <string>

namespace echollama {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t chunks_ahead = 256; // a sentence and more
// espeak-ng speaks louder than Piper's voices: -20.3 against -25.3 LUFS (BS.1770) for the same sentences. In the place
// of another voice it must not make people start.
constexpr float standby_gain = 0.58F;
constexpr double shortest_measured_s = 1; // of sound; less says nothing about speed

class StandbyVoice : public Speaker {
  public:
    StandbyVoice(std::shared_future<std::shared_ptr<Speaker>> voice, std::unique_ptr<Speaker> fast,
                 StandbyOptions const& options)
        : voice_(std::move(voice)), fast_(std::move(fast)), options_(options) {}

    int sample_rate() const override {
        if (rate_ > 0) {
            return rate_;
        }
        auto const voice = is_loaded() ? voice_.get() : nullptr;
        return voice ? voice->sample_rate() : fast_->sample_rate();
    }

    void say(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
             std::stop_token stop) override {
        auto const begin = Clock::now();
        if (answer_ != options.answer) {
            answer_ = options.answer;
            use_fast_ = !is_usable(begin, stop);
        }
        rate_ = sample_rate();
        std::int64_t said = 0; // samples of a voice that failed on the way
        if (!use_fast_) {
            auto const counted = [&](AudioChunk&& chunk) {
                said += chunk.frames();
                sink(std::move(chunk));
            };
            use_fast_ = !(options_.patience.count() > 0 ? say_in_time(sentence, options, counted, stop, begin)
                                                        : say_now(sentence, options, counted, stop));
            if (!use_fast_) {
                return;
            }
        }
        auto const out = at_rate(rate_, [&](AudioChunk&& chunk) {
            chunk.first_sample += said;
            for (auto& word : chunk.words) {
                word.start_s += static_cast<double>(said) / rate_;
            }
            sink(std::move(chunk));
        });
        float const gain = is_loaded() && !voice_.get() ? 1 : standby_gain; // without another voice as loud as ever
        fast_->say(
            sentence, options,
            [&](AudioChunk&& chunk) {
                for (auto& sample : chunk.samples) {
                    sample *= gain;
                }
                out(std::move(chunk));
            },
            stop);
    }

  private:
    bool is_loaded() const { return voice_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

    // Waits for the voice, no longer than the patience lasts.
    bool is_usable(Clock::time_point begin, std::stop_token const& stop) {
        bool const patient = options_.patience.count() == 0;
        while (!is_loaded() && !stop.stop_requested() && (patient || Clock::now() - begin < options_.patience)) {
            voice_.wait_for(std::chrono::milliseconds(20));
        }
        if (!is_loaded()) {
            tell("The voice is still loading.");
            return false;
        }
        if (busy_.valid() && busy_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            return false; // still at the sentence that it was too late for; told then
        }
        if (slow_) {
            tell("The voice is slower than speech on this computer.");
            return false;
        }
        return voice_.get() != nullptr; // why it is not there was told when it was loaded
    }

    void tell(std::string const& why) {
        if (!told_) {
            told_ = true;
            log::warning(why + " The fast voice speaks instead.");
        }
    }

    // False: the voice failed and the fast one must say it.
    bool say_now(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
                 std::stop_token stop) {
        std::exception_ptr sink_failed; // which is no failure of the voice
        auto guarded = [&](AudioChunk&& chunk) {
            try {
                sink(std::move(chunk));
            } catch (...) {
                sink_failed = std::current_exception();
                throw;
            }
        };
        try {
            voice_.get()->say(sentence, options, at_rate(rate_, guarded), stop);
            return true;
        } catch (...) {
            if (sink_failed) {
                throw;
            }
            return !is_voice_failure(std::current_exception());
        }
    }

    // As say_now, with the voice on a thread of its own so that it can be left behind when it is late.
    bool say_in_time(std::string const& sentence, SpeechOptions const& options, AudioSink const& sink,
                     std::stop_token stop, Clock::time_point begin) {
        auto made = std::make_shared<BoundedQueue<AudioChunk>>(chunks_ahead);
        std::stop_source give_up;
        std::stop_callback forward(stop, [&] { give_up.request_stop(); });
        busy_ = std::async(std::launch::async, [=, voice = voice_.get(), token = give_up.get_token()] {
            std::exception_ptr failure;
            try {
                voice->say(
                    sentence, options, [&](AudioChunk&& chunk) { made->push(std::move(chunk), token); }, token);
            } catch (...) {
                failure = std::current_exception();
            }
            made->close();
            return std::pair(failure, Clock::now());
        });
        struct GiveUp { // also when the sink throws
            std::stop_source& source;
            ~GiveUp() { source.request_stop(); }
        } at_end{give_up};

        auto const deadline = begin + options_.patience;
        auto chunk = made->pop_until(deadline, stop);
        if (!chunk && !stop.stop_requested() && Clock::now() >= deadline) {
            tell("The voice is late.");
            return false;
        }
        auto const out = at_rate(rate_, sink);
        std::int64_t frames = 0;
        for (; chunk; chunk = made->pop(stop)) {
            frames += chunk->frames();
            out(std::move(*chunk));
        }
        if (stop.stop_requested()) {
            return true;
        }
        auto const [failure, done] = busy_.get();
        double const sound_s = static_cast<double>(frames) / voice_.get()->sample_rate();
        if (sound_s >= shortest_measured_s) {
            slow_ = std::chrono::duration<double>(done - begin).count() > sound_s;
        }
        return !failure || !is_voice_failure(failure);
    }

    // True for an Error of the voice, which the listener is told of; any other exception is thrown again.
    bool is_voice_failure(std::exception_ptr const& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (Cancelled const&) {
            throw;
        } catch (Error const& error) {
            tell(error.what());
            return true;
        }
    }

    std::shared_future<std::shared_ptr<Speaker>> voice_;
    std::unique_ptr<Speaker> fast_;
    StandbyOptions options_;
    int rate_ = 0; // of what was said first; 0: nothing yet
    std::optional<std::uint64_t> answer_;
    bool use_fast_ = false, slow_ = false, told_ = false;
    std::future<std::pair<std::exception_ptr, Clock::time_point>> busy_; // last: the voice ends before it goes
};

} // namespace

std::unique_ptr<Speaker> with_standby(std::shared_future<std::shared_ptr<Speaker>> voice, std::unique_ptr<Speaker> fast,
                                      StandbyOptions const& options) {
    return std::make_unique<StandbyVoice>(std::move(voice), std::move(fast), options);
}

} // namespace echollama
