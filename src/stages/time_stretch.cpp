#include "stages/time_stretch.h"

#include "base/error.h"

#include <sonic.h>

#include <algorithm>

namespace echollama {
namespace {

sonicStream as_sonic(void* stream) {
    return static_cast<sonicStream>(stream);
}

} // namespace

TimeStretch::TimeStretch(int rate, float speed, float pitch) {
    if (speed == 1.0F && pitch == 1.0F) {
        return;
    }
    stream_ = sonicCreateStream(rate, 1);
    if (!stream_) {
        throw Error("There is not enough memory to change the speed of the voice.");
    }
    sonicSetSpeed(as_sonic(stream_), std::clamp(speed, 0.5F, 4.0F));
    sonicSetPitch(as_sonic(stream_), std::clamp(pitch, 0.5F, 2.0F));
}

TimeStretch::~TimeStretch() {
    if (stream_) {
        sonicDestroyStream(as_sonic(stream_));
    }
}

std::vector<float> TimeStretch::push(std::span<float const> samples) {
    if (!stream_) {
        return {samples.begin(), samples.end()};
    }
    std::vector<float> copy(samples.begin(), samples.end());
    sonicWriteFloatToStream(as_sonic(stream_), copy.data(), static_cast<int>(copy.size()));
    return ready();
}

std::vector<float> TimeStretch::finish() {
    if (!stream_) {
        return {};
    }
    sonicFlushStream(as_sonic(stream_));
    return ready();
}

std::vector<float> TimeStretch::ready() {
    std::vector<float> out(static_cast<std::size_t>(std::max(sonicSamplesAvailable(as_sonic(stream_)), 0)));
    int count = sonicReadFloatFromStream(as_sonic(stream_), out.data(), static_cast<int>(out.size()));
    out.resize(static_cast<std::size_t>(std::max(count, 0)));
    return out;
}

} // namespace echollama
