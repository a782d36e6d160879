#include "media/sound/time_stretch.h"

#include "base/error.h"

#include <sonic.h>

#include <algorithm>

namespace echollama {
namespace {

sonicStream as_sonic(void* stream) {
    return static_cast<sonicStream>(stream);
}

} // namespace

TimeStretch::TimeStretch(int rate, float speed, float pitch, int channels)
    : rate_(rate), channels_(channels), pitch_(std::clamp(pitch, 0.5F, 2.0F)) {
    if (pitch_ != 1) {
        open();
    }
    set_speed(speed);
}

TimeStretch::~TimeStretch() {
    if (stream_) {
        sonicDestroyStream(as_sonic(stream_));
    }
}

void TimeStretch::open() {
    stream_ = sonicCreateStream(rate_, channels_);
    if (!stream_) {
        throw Error("There is not enough memory to change the speed of the voice.");
    }
    sonicSetPitch(as_sonic(stream_), pitch_);
}

void TimeStretch::set_speed(float speed) {
    speed = std::clamp(speed, slowest, fastest);
    if (speed == speed_) {
        return;
    }
    speed_ = speed;
    if (!stream_) {
        open();
    }
    sonicSetSpeed(as_sonic(stream_), speed_);
}

std::vector<float> TimeStretch::push(std::span<float const> samples) {
    if (!stream_) {
        return {samples.begin(), samples.end()};
    }
    std::vector<float> copy(samples.begin(), samples.end()); // sonic wants to be allowed to change them
    if (!sonicWriteFloatToStream(as_sonic(stream_), copy.data(), static_cast<int>(copy.size()) / channels_)) {
        throw Error("There is not enough memory to change the speed of the voice.");
    }
    holds_ = true;
    return ready();
}

std::vector<float> TimeStretch::finish() {
    if (!stream_) {
        return {};
    }
    holds_ = false;
    sonicFlushStream(as_sonic(stream_));
    return ready();
}

std::vector<float> TimeStretch::ready() {
    int const frames = std::max(sonicSamplesAvailable(as_sonic(stream_)), 0);
    std::vector<float> out(static_cast<std::size_t>(frames * channels_));
    int const count = sonicReadFloatFromStream(as_sonic(stream_), out.data(), frames);
    out.resize(static_cast<std::size_t>(std::max(count, 0) * channels_));
    return out;
}

} // namespace echollama
