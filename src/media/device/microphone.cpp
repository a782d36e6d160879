#include "media/device/microphone.h"

#include "base/destroy_with_timeout.h"
#include "base/error.h"
#include "media/device/alsa_log.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#define ma_atomic_global_lock echollama_microphone_atomic_lock
#define MA_NO_DECODING
#include "media/sound/miniaudio_here.h"

namespace echollama {

struct Microphone::State {
    ma_context context{};
    bool has_context = false;
    ma_device device{};
    bool has_device = false;

    std::mutex mutex;
    std::condition_variable_any changed;
    std::vector<float> waiting;
    std::size_t capacity = 0;
    std::int64_t dropped = 0;

    // Called by the device.
    void take(float const* samples, std::size_t count) {
        std::lock_guard lock(mutex);
        waiting.insert(waiting.end(), samples, samples + count);
        if (waiting.size() > capacity) {
            auto const surplus = static_cast<std::ptrdiff_t>(waiting.size() - capacity);
            waiting.erase(waiting.begin(), waiting.begin() + surplus);
            dropped += surplus;
        }
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

Microphone::Microphone(int rate, bool silent) : state_(std::make_unique<State>()) {
    silence_alsa();
    auto& s = *state_;
    s.capacity = static_cast<std::size_t>(rate) * 30;
    ma_backend null_backend = ma_backend_null;
    s.has_context =
        ma_context_init(silent ? &null_backend : nullptr, silent ? 1 : 0, nullptr, &s.context) == MA_SUCCESS;
    ma_device_config config = ma_device_config_init(ma_device_type_capture);
    config.capture.format = ma_format_f32;
    config.capture.channels = 1;
    config.sampleRate = static_cast<ma_uint32>(rate);
    config.periodSizeInMilliseconds = 20;
    config.pUserData = &s;
    config.dataCallback = [](ma_device* device, void*, void const* in, ma_uint32 frames) {
        static_cast<State*>(device->pUserData)->take(static_cast<float const*>(in), frames);
    };
    // Without a device miniaudio would fall back to its null backend and hear nothing for ever: that is an error here.
    bool const real = s.has_context && (silent || s.context.backend != ma_backend_null);
    s.has_device = real && ma_device_init(&s.context, &config, &s.device) == MA_SUCCESS;
    if (!s.has_device || ma_device_start(&s.device) != MA_SUCCESS) {
        throw Error("No microphone could be opened; connect one, or name a recording instead.");
    }
}

// Closing a device that was unplugged can block for ever (PulseAudio).
Microphone::~Microphone() {
    destroy_with_timeout(std::move(state_), std::chrono::seconds(2));
}

std::vector<float> Microphone::read(std::stop_token stop) {
    auto& s = *state_;
    std::unique_lock lock(s.mutex);
    bool const heard = s.changed.wait_for(lock, stop, std::chrono::seconds(5), [&] { return !s.waiting.empty(); });
    if (stop.stop_requested()) {
        return {};
    }
    if (!heard) {
        throw Error("The microphone no longer delivers sound; check that it is still connected.");
    }
    std::vector<float> samples;
    samples.swap(s.waiting);
    return samples;
}

std::int64_t Microphone::dropped() const {
    std::lock_guard lock(state_->mutex);
    return state_->dropped;
}

} // namespace echollama
