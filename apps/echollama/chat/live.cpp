#include "chat/live.h"

#include "base/error.h"
#include "base/log.h"
#include "chat/keys.h"
#include "media/device/microphone.h"
#include "media/device/playback.h"
#include "media/sound/sound_file.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>

namespace echollama {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto try_again = std::chrono::seconds(2);
constexpr std::size_t most_waiting = speech_rate; // samples of the microphone: one second

// Reads the microphone on a thread of its own, so that one that falls silent holds nothing up.
class Ear {
  public:
    explicit Ear(std::stop_token stop)
        : stop_(std::move(stop)), thread_([this](std::stop_token const& own) { run(own); }) {}

    // One step's samples, when they are there.
    std::optional<std::vector<float>> take() {
        std::lock_guard lock(mutex_);
        if (waiting_.size() < Talk::heard_samples) {
            return std::nullopt;
        }
        std::vector<float> samples(waiting_.begin(), waiting_.begin() + Talk::heard_samples);
        waiting_.erase(waiting_.begin(), waiting_.begin() + Talk::heard_samples);
        return samples;
    }

  private:
    void run(std::stop_token const& own) {
        std::stop_source either;
        std::stop_callback const program(stop_, [&] { either.request_stop(); });
        std::stop_callback const owner(own, [&] { either.request_stop(); });
        auto const stop = either.get_token();
        bool told = false;
        while (!stop.stop_requested()) {
            try {
                Microphone microphone(speech_rate);
                if (told) {
                    log::warning("The microphone is back.");
                }
                told = false;
                while (!stop.stop_requested()) {
                    add(microphone.read(stop));
                }
            } catch (Error const& error) {
                if (!told) {
                    log::warning(std::string(error.what()) + " Lines can be typed meanwhile.");
                }
                told = true;
                std::mutex waiting;
                std::unique_lock lock(waiting);
                std::condition_variable_any().wait_for(lock, stop, try_again, [] { return false; });
            }
        }
    }

    void add(std::vector<float> const& samples) {
        std::lock_guard lock(mutex_);
        waiting_.insert(waiting_.end(), samples.begin(), samples.end());
        if (waiting_.size() > most_waiting) {
            waiting_.erase(waiting_.begin(), waiting_.end() - most_waiting);
        }
    }

    std::stop_token stop_;
    std::mutex mutex_;
    std::deque<float> waiting_;
    std::jthread thread_; // last: it uses everything above
};

// The sound device, else a file, or both.
class Mouth {
  public:
    Mouth(int rate, std::filesystem::path const& file, std::stop_token stop) : rate_(rate), stop_(std::move(stop)) {
        open_player(true);
        auto const place = !file.empty() ? file : player_ ? std::filesystem::path() : "conversation.wav";
        if (!place.empty()) {
            file_ = std::make_unique<SoundFile>(place, rate);
        }
        if (!player_) {
            log::warning("There is no sound device; the speech is written to " + place.string() + ".");
        }
    }

    void play(std::span<float const> samples) {
        bool const sounds = std::any_of(samples.begin(), samples.end(), [](float s) { return std::abs(s) > 1e-5F; });
        quiet_steps_ = sounds ? 0 : quiet_steps_ + 1;
        if (!player_ && had_player_ && Clock::now() > next_try_) {
            open_player(false);
        }
        try {
            if (player_ && quiet_steps_ < 5) { // the end of a word is quiet too
                player_->push(samples, stop_);
            } else if (player_ && quiet_steps_ == 5) {
                player_->end();
            }
        } catch (Error const& error) {
            log::warning(error.what());
            player_.reset();
            next_try_ = Clock::now() + try_again;
        }
        write(samples);
    }

    // What the device has not played yet is dropped.
    void cut() {
        if (player_) {
            player_->silence();
            player_->resume();
        }
    }

    void finish() {
        if (player_) {
            player_->drain(stop_);
        }
        if (file_) {
            file_->finish();
        }
    }

  private:
    void open_player(bool first) {
        next_try_ = Clock::now() + try_again;
        try {
            player_ = std::make_unique<Player>(rate_, PlayerOptions{.buffer_seconds = 0.5});
            had_player_ = true;
            if (!first) {
                log::warning("The sound device is back.");
            }
        } catch (Error const&) {
            player_.reset();
        }
    }

    void write(std::span<float const> samples) {
        try {
            if (file_) {
                file_->write(samples);
            }
        } catch (Error const& error) { // a full disk costs the file, not the conversation
            log::error(error.what());
            file_.reset();
        }
    }

    int rate_;
    std::stop_token stop_;
    std::unique_ptr<Player> player_;
    std::unique_ptr<SoundFile> file_;
    bool had_player_ = false;
    int quiet_steps_ = 0;
    Clock::time_point next_try_;
};

void tell(TalkEvent const& event, bool quiet) {
    if (event.kind == "says") {
        print_line(event.text);
    } else if (event.kind == "fault") {
        log::warning(event.text);
    } else if (event.kind == "heard" && !quiet && !event.text.empty()) {
        std::cerr << "> " << event.text << std::endl;
    }
}

} // namespace

void run_live(AppContext const& context, ChatOptions options, ListeningOptions const& listening) {
    auto const file = options.voice.target.out;
    options.voice.target.play = true; // a voice that is late is replaced
    SpokenChat chat(context, options, listening);
    auto& talk = chat.talk();
    chat.begin();
    Mouth mouth(chat.rate(), file, context.stop);
    Ear ear(context.stop);
    ChatKeys keys(talk, context);
    std::vector<float> played(talk.played_samples());
    auto next = Clock::now();
    while (!context.stop.stop_requested() && !(talk.ended() && talk.is_quiet())) {
        auto heard = ear.take();
        if (!heard && Clock::now() < next + std::chrono::milliseconds(3 * Talk::step_ms)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2)); // the microphone's clock leads while it runs
            continue;
        }
        next = heard ? Clock::now() : next + std::chrono::milliseconds(Talk::step_ms);
        talk.step(heard ? *heard : std::vector<float>(Talk::heard_samples), played);
        for (auto const& event : talk.take_events()) {
            tell(event, context.quiet);
            if (event.kind == "interrupted") {
                mouth.cut();
            }
        }
        mouth.play(played);
    }
    mouth.finish();
}

} // namespace echollama
