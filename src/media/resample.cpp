#include "media/resample.h"

#include "base/error.h"

#include <samplerate.h>

#include <cmath>

namespace echollama {

AudioBuffer resample(AudioBuffer const& audio, int rate) {
    if (audio.rate == rate || audio.samples.empty()) {
        return {rate, audio.samples};
    }
    double ratio = static_cast<double>(rate) / audio.rate;
    AudioBuffer out{rate,
                    std::vector<float>(
                        static_cast<std::size_t>(std::ceil(static_cast<double>(audio.samples.size()) * ratio)) + 16)};
    SRC_DATA data{};
    data.data_in = audio.samples.data();
    data.input_frames = static_cast<long>(audio.samples.size());
    data.data_out = out.samples.data();
    data.output_frames = static_cast<long>(out.samples.size());
    data.src_ratio = ratio;
    if (int failed = src_simple(&data, SRC_SINC_MEDIUM_QUALITY, 1)) {
        throw Error(std::string("The recording cannot be converted to another sample rate (") + src_strerror(failed) +
                    ").");
    }
    out.samples.resize(static_cast<std::size_t>(data.output_frames_gen));
    return out;
}

} // namespace echollama
