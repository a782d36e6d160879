#include "media/playback.h"

#include "base/error.h"
#include "media/alsa_log.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

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
    bool started = false; // sound has begun and more may come
    std::atomic<std::int64_t> underruns{0};
    std::atomic<std::int64_t> played{0};

    // Called by the device: takes what is there, fills the rest with silence.
    void fill(float* out, std::size_t count) {
        std::lock_guard lock(mutex);
        std::size_t taken = std::min(count, waiting.size());
        std::copy_n(waiting.begin(), taken, out);
        std::fill(out + taken, out + count, 0.0F);
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
        if (taken < count && started) {
            ++underruns;
            started = false; // counted once per gap
        }
        played += static_cast<std::int64_t>(taken);
        changed.notify_all();
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
    s.capacity = static_cast<std::size_t>(rate) / 2;
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
        s.changed.wait(lock, stop, [&] { return s.waiting.size() < s.capacity; });
        if (stop.stop_requested()) {
            return;
        }
        std::size_t count = std::min(samples.size(), s.capacity - s.waiting.size());
        s.waiting.insert(s.waiting.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count));
        samples = samples.subspan(count);
        s.started = true;
    }
}

void Player::drain(std::stop_token stop) {
    auto& s = *state_;
    std::unique_lock lock(s.mutex);
    s.started = false; // the gap that follows is the end, not an underrun
    s.changed.wait(lock, stop, [&] { return s.waiting.empty(); });
}

void Player::silence() {
    std::lock_guard lock(state_->mutex);
    state_->waiting.clear();
    state_->started = false;
    state_->changed.notify_all();
}

std::int64_t Player::underruns() const {
    return state_->underruns;
}

std::int64_t Player::samples_played() const {
    return state_->played;
}

} // namespace echollama
