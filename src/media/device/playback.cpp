#include "media/device/playback.h"

#include "base/destroy_with_timeout.h"
#include "base/error.h"
#include "media/device/alsa_log.h"
#include "media/device/jitter_buffer.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#define ma_atomic_global_lock echollama_player_atomic_lock
#define MA_NO_DECODING
#include "media/sound/miniaudio_here.h"

namespace echollama {

struct Player::State {
    State(int rate, PlayerOptions const& options) : buffer(rate, options.channels, options.buffer_seconds) {}

    JitterBuffer buffer;
    std::atomic<std::chrono::steady_clock::rep> last_pull = std::chrono::steady_clock::now().time_since_epoch().count();
    std::size_t channels = 1;
    ma_context context{};
    bool has_context = false;
    ma_device device{};
    bool has_device = false;

    ~State() {
        if (has_device) {
            ma_device_uninit(&device);
        }
        if (has_context) {
            ma_context_uninit(&context);
        }
    }
};

Player::Player(int rate, PlayerOptions const& options) : state_(std::make_unique<State>(rate, options)) {
    silence_alsa();
    auto& s = *state_;
    s.channels = static_cast<std::size_t>(options.channels);
    ma_backend null_backend = ma_backend_null;
    auto const* backends = options.simulated ? &null_backend : nullptr;
    s.has_context = ma_context_init(backends, options.simulated ? 1 : 0, nullptr, &s.context) == MA_SUCCESS;
    ma_device_config config = ma_device_config_init(ma_device_type_playback);
    config.playback.format = ma_format_f32;
    config.playback.channels = static_cast<ma_uint32>(options.channels);
    config.sampleRate = static_cast<ma_uint32>(rate);
    config.periodSizeInMilliseconds = 20;
    config.pUserData = &s;
    config.dataCallback = [](ma_device* device, void* out, void const*, ma_uint32 frames) {
        auto* state = static_cast<State*>(device->pUserData);
        state->last_pull = std::chrono::steady_clock::now().time_since_epoch().count();
        state->buffer.pull({static_cast<float*>(out), frames * state->channels});
    };
    // Without a device miniaudio would fall back to its null backend and play to nobody: that is an error here.
    bool real = s.has_context && (options.simulated || s.context.backend != ma_backend_null);
    s.has_device = real && ma_device_init(&s.context, &config, &s.device) == MA_SUCCESS;
    if (s.has_device) {
        auto const& out = s.device.playback;
        s.buffer.set_latency(
            static_cast<std::size_t>(static_cast<double>(out.internalPeriodSizeInFrames) * out.internalPeriods * rate /
                                     std::max<ma_uint32>(1, out.internalSampleRate)));
    }
    if (!s.has_device || ma_device_start(&s.device) != MA_SUCCESS) {
        throw Error(
            "No sound device could be opened; connect one, or write the speech to a file with --out speech.wav.");
    }
}

// Closing a device that was unplugged can block for ever (PulseAudio).
Player::~Player() {
    destroy_with_timeout(std::move(state_), std::chrono::seconds(2));
}

void Player::push(std::span<float const> samples, std::stop_token stop) {
    state_->buffer.push(samples, std::move(stop));
}

void Player::drain(std::stop_token stop) {
    state_->buffer.drain(std::move(stop));
}

void Player::set_speed(float speed) {
    state_->buffer.set_speed(speed);
}

void Player::end() {
    state_->buffer.end();
}

void Player::silence() {
    state_->buffer.silence();
}

void Player::resume() {
    state_->buffer.resume();
}

std::int64_t Player::underruns() const {
    return state_->buffer.underruns();
}

std::int64_t Player::frames_accepted() const {
    return state_->buffer.frames_accepted();
}

std::int64_t Player::frames_heard() const {
    return state_->buffer.frames_heard();
}

double Player::idle_s() const {
    using Clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(Clock::now().time_since_epoch() - Clock::duration(state_->last_pull.load()))
        .count();
}

std::int64_t Player::frames_played() const {
    return state_->buffer.frames_played();
}

} // namespace echollama
