#include "media/resample.h"

#include "base/error.h"

#include <samplerate.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

namespace echollama {

namespace {

constexpr std::size_t block = 1 << 16; // input samples between two looks at the stop token

[[noreturn]] void fail(int code) {
    throw Error(std::string("The recording cannot be converted to another sample rate (") + src_strerror(code) + ").");
}

} // namespace

AudioBuffer resample(AudioBuffer const& audio, int rate, std::stop_token stop) {
    if (audio.rate == rate || audio.samples.empty()) {
        return {rate, audio.samples};
    }
    double const ratio = static_cast<double>(rate) / audio.rate;
    AudioBuffer out{rate,
                    std::vector<float>(
                        static_cast<std::size_t>(std::ceil(static_cast<double>(audio.samples.size()) * ratio)) + 16)};
    int failed = 0;
    std::unique_ptr<SRC_STATE, decltype(&src_delete)> state(src_new(SRC_SINC_MEDIUM_QUALITY, 1, &failed), &src_delete);
    if (!state) {
        fail(failed);
    }
    std::size_t read = 0, written = 0;
    SRC_DATA data{};
    data.src_ratio = ratio;
    do {
        auto const count = std::min(block, audio.samples.size() - read);
        data.data_in = audio.samples.data() + read;
        data.input_frames = static_cast<long>(count);
        data.data_out = out.samples.data() + written;
        data.output_frames = static_cast<long>(out.samples.size() - written);
        data.end_of_input = read + count == audio.samples.size() ? 1 : 0;
        if (int code = src_process(state.get(), &data)) {
            fail(code);
        }
        read += static_cast<std::size_t>(data.input_frames_used);
        written += static_cast<std::size_t>(data.output_frames_gen);
        // At the end of the input the converter is asked until nothing more comes out.
    } while (!stop.stop_requested() && (data.input_frames_used > 0 || data.output_frames_gen > 0));
    out.samples.resize(written);
    return out;
}

} // namespace echollama
