#include "media/playback.h"

#include "base/error.h"
#include "media/alsa_log.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>

// The implementation stays private to this file: libmtmd carries a copy of its own.
#define MA_API static
#define ma_atomic_global_lock echollama_player_atomic_lock // the one symbol that MA_API does not make private
#define MINIAUDIO_IMPLEMENTATION
#define MA_NO_ENCODING
#define MA_NO_DECODING
#define MA_NO_GENERATION
#define MA_NO_ENGINE
#define MA_NO_NODE_GRAPH
#define MA_NO_RESOURCE_MANAGER
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <miniaudio/miniaudio.h>
#pragma GCC diagnostic pop

namespace echollama {

struct Player::State {
    ma_context context{};
    bool has_context = false;
    ma_device device{};
    bool has_device = false;

    std::mutex mutex;
    std::condition_variable_any changed;
    std::deque<float> waiting;
    std::size_t capacity = 0;
    std::size_t lead = 0;    // samples gathered before sound begins, so that small delays are not heard
    std::size_t latency = 0; // samples the device holds after taking them from here
    std::size_t quiet = 0;   // silent samples given since the last real one
    bool flowing = false;    // sound is being given
    bool ending = true;      // nothing more is to come for now: an empty buffer is no underrun
    std::size_t held = 0;    // samples' time that the oldest waiting sample has been kept back
    std::int64_t played = 0;
    std::int64_t underruns = 0;

    // Called by the device: takes what is there, fills the rest with silence.
    void fill(float* out, std::size_t count) {
        std::lock_guard lock(mutex);
        // What has waited for as long as the lead takes is played even when nothing follows it.
        held += waiting.empty() ? 0 : count;
        if (!waiting.empty() && (ending || waiting.size() >= lead || held >= lead)) {
            flowing = true;
        }
        std::size_t const taken = flowing ? std::min(count, waiting.size()) : 0;
        std::copy_n(waiting.begin(), taken, out);
        std::fill(out + taken, out + count, 0.0F);
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
        if (flowing && taken < count) {
            underruns += ending ? 0 : 1;
            flowing = false; // counted once per gap
        }
        if (flowing || waiting.empty()) {
            held = 0;
        }
        quiet = taken > 0 ? count - taken : quiet + count;
        played += static_cast<std::int64_t>(taken);
        changed.notify_all();
    }

    // Waits until done() or stop; the device calls every few milliseconds unless it is gone.
    void wait(std::unique_lock<std::mutex>& lock, std::stop_token stop, auto const& done) {
        auto pulled = played + static_cast<std::int64_t>(quiet);
        while (!changed.wait_for(lock, stop, std::chrono::seconds(5), done) && !stop.stop_requested()) {
            auto const now = played + static_cast<std::int64_t>(quiet);
            if (now == pulled) {
                throw Error("The sound device takes no sound any more; check that it is still connected, or write the "
                            "speech to a file with --out speech.wav.");
            }
            pulled = now;
        }
    }

    ~State() {
        if (has_device) {
            ma_device_uninit(&device);
        }
        if (has_context) {
            ma_context_uninit(&context);
        }
    }
};

Player::Player(int rate, bool silent) : state_(std::make_unique<State>()) {
    silence_alsa();
    auto& s = *state_;
    if (rate < 1000 || rate > 768000) {
        throw std::logic_error("Player: impossible sample rate");
    }
    s.capacity = static_cast<std::size_t>(rate) / 2;
    s.lead = static_cast<std::size_t>(rate) * 6 / 100;
    ma_backend null_backend = ma_backend_null;
    s.has_context =
        ma_context_init(silent ? &null_backend : nullptr, silent ? 1 : 0, nullptr, &s.context) == MA_SUCCESS;
    ma_device_config config = ma_device_config_init(ma_device_type_playback);
    config.playback.format = ma_format_f32;
    config.playback.channels = 1;
    config.sampleRate = static_cast<ma_uint32>(rate);
    config.periodSizeInMilliseconds = 20;
    config.pUserData = &s;
    config.dataCallback = [](ma_device* device, void* out, void const*, ma_uint32 frames) {
        static_cast<State*>(device->pUserData)->fill(static_cast<float*>(out), frames);
    };
    // Without a device miniaudio would fall back to its null backend and play to nobody: that is an error here.
    bool real = s.has_context && (silent || s.context.backend != ma_backend_null);
    s.has_device = real && ma_device_init(&s.context, &config, &s.device) == MA_SUCCESS;
    if (s.has_device) {
        auto const& out = s.device.playback;
        s.latency = static_cast<std::size_t>(static_cast<double>(out.internalPeriodSizeInFrames) * out.internalPeriods *
                                             rate / std::max<ma_uint32>(1, out.internalSampleRate));
    }
    if (!s.has_device || ma_device_start(&s.device) != MA_SUCCESS) {
        throw Error(
            "No sound device could be opened; connect one, or write the speech to a file with --out speech.wav.");
    }
}

Player::~Player() = default;

void Player::push(std::span<float const> samples, std::stop_token stop) {
    auto& s = *state_;
    std::unique_lock lock(s.mutex);
    while (!samples.empty()) {
        s.wait(lock, stop, [&] { return s.waiting.size() < s.capacity; });
        if (stop.stop_requested()) {
            return;
        }
        std::size_t const count = std::min(samples.size(), s.capacity - s.waiting.size());
        s.waiting.insert(s.waiting.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count));
        samples = samples.subspan(count);
        s.ending = false;
    }
}

void Player::drain(std::stop_token stop) {
    auto& s = *state_;
    std::unique_lock lock(s.mutex);
    s.ending = true;
    if (s.played > 0 || !s.waiting.empty()) {
        // The last sample is heard when the device has taken as much silence after it as it holds.
        s.wait(lock, stop, [&] { return s.waiting.empty() && s.quiet >= s.latency; });
    }
}

void Player::silence() {
    auto& s = *state_;
    std::lock_guard lock(s.mutex);
    s.waiting.clear();
    s.flowing = false;
    s.ending = true;
    s.changed.notify_all();
}

std::int64_t Player::underruns() const {
    std::lock_guard lock(state_->mutex);
    return state_->underruns;
}

std::int64_t Player::samples_played() const {
    std::lock_guard lock(state_->mutex);
    return state_->played;
}

} // namespace echollama
