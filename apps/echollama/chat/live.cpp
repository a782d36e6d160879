#include "chat/live.h"

#include "base/error.h"
#include "base/log.h"
#include "chat/keys.h"
#include "media/device/playback.h"
#include "media/device/steady_microphone.h"
#include "media/sound/sound_file.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>

namespace echollama {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto try_again = std::chrono::seconds(2);
constexpr double buffered_s = 0.5; // so that what is made does not run ahead of what is heard
constexpr double silent_s = 3;     // a device that takes nothing for so long is gone; on a busy machine they pause
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
        SteadyMicrophone microphone(speech_rate, [](std::string const& sentence) { log::warning(sentence); });
        while (!stop.stop_requested()) {
            add(microphone.read(stop));
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

// The sound device, else a file, or both. A device that goes is told, and looked for on a thread of its own until it is
// back: neither listening nor the file waits for it.
class Mouth {
  public:
    Mouth(int rate, std::filesystem::path const& file, std::stop_token stop) : rate_(rate), stop_(std::move(stop)) {
        player_ = opened(rate_);
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
        look_after_player();
        try {
            if (player_ && quiet_steps_ < 5) { // the end of a word is quiet too
                player_->push(samples, stop_);
            } else if (player_ && quiet_steps_ == 5) {
                player_->end();
            }
        } catch (Error const& error) {
            give_up_player(error.what());
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
        if (file_lost_) {
            throw Error("The file of the speech could not be completed; the reason is above.");
        }
    }

  private:
    static std::unique_ptr<Player> opened(int rate) {
        try {
            return std::make_unique<Player>(rate, PlayerOptions{.buffer_seconds = buffered_s});
        } catch (Error const&) {
            return nullptr;
        }
    }

    // A device takes sound or silence every few milliseconds, also while nobody speaks.
    void look_after_player() {
        if (player_ && player_->idle_s() > silent_s) {
            give_up_player("The sound device no longer plays; check that it is still connected.");
        } else if (!player_ && found_.valid() &&
                   found_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
            player_ = found_.get();
            if (player_) {
                log::warning("The sound device is back.");
            } else {
                search([rate = rate_] { return opened(rate); });
            }
        }
    }

    void give_up_player(std::string const& why) {
        log::warning(why + " It is tried again every two seconds.");
        search([rate = rate_, gone = std::shared_ptr<Player>(std::move(player_))]() mutable {
            gone.reset(); // closing one that was unplugged takes its time
            return opened(rate);
        });
    }

    void search(std::function<std::unique_ptr<Player>()> const& open) {
        found_ = std::async(std::launch::async, [stop = stop_, open] {
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any().wait_for(lock, stop, try_again, [] { return false; });
            return stop.stop_requested() ? nullptr : open();
        });
    }

    void write(std::span<float const> samples) {
        try {
            if (file_) {
                file_->write(samples);
            }
        } catch (Error const& error) { // a full disk costs the file, not the conversation
            log::error(error.what());
            file_.reset();
            file_lost_ = true;
        }
    }

    int rate_;
    std::stop_token stop_;
    std::unique_ptr<Player> player_;
    std::unique_ptr<SoundFile> file_;
    bool file_lost_ = false;
    int quiet_steps_ = 0;
    std::future<std::unique_ptr<Player>> found_; // the device, when it was looked for again
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
            if (event.kind == "paused" || event.kind == "interrupted") {
                mouth.cut();
            }
        }
        mouth.play(played);
    }
    mouth.finish();
}

} // namespace echollama
