#include "media/sound/resample.h"

#include "base/error.h"

#include <samplerate.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace echollama {

namespace {

constexpr std::size_t block = 1 << 16; // input samples between two looks at the stop token

[[noreturn]] void fail(std::string const& reason) {
    throw Error("The sound cannot be converted to another sample rate (" + reason +
                "); use a recording with a common rate, such as 16000 or 44100.");
}

} // namespace

struct Resampler::State {
    SRC_STATE* converter;

    explicit State(SRC_STATE* c) : converter(c) {}
    ~State() { src_delete(converter); }
    State(State const&) = delete;
    State& operator=(State const&) = delete;
};

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

Resampler::Resampler(int from, int to) {
    if (from == to && from > 0) {
        return;
    }
    ratio_ = from > 0 ? static_cast<double>(to) / from : 0;
    if (to < 1 || !src_is_valid_ratio(ratio_)) {
        fail("from " + std::to_string(from) + " to " + std::to_string(to) + " samples a second");
    }
    int failed = 0;
    auto* converter = src_new(SRC_SINC_MEDIUM_QUALITY, 1, &failed);
    if (!converter) {
        fail(src_strerror(failed));
    }
    state_ = std::make_unique<State>(converter);
}

std::vector<float> Resampler::process(std::span<float const> samples, bool end) {
    std::vector<float> out;
    std::size_t read = 0, written = 0;
    SRC_DATA data{};
    data.src_ratio = ratio_;
    data.end_of_input = end ? 1 : 0;
    float const nothing = 0;
    do {
        auto const left = samples.size() - read;
        out.resize(written + static_cast<std::size_t>(std::ceil(static_cast<double>(left) * ratio_)) + 256);
        data.data_in = left > 0 ? samples.data() + read : &nothing;
        data.input_frames = static_cast<long>(left);
        data.data_out = out.data() + written;
        data.output_frames = static_cast<long>(out.size() - written);
        if (int code = src_process(state_->converter, &data)) {
            fail(src_strerror(code));
        }
        read += static_cast<std::size_t>(data.input_frames_used);
        written += static_cast<std::size_t>(data.output_frames_gen);
    } while (data.input_frames_used > 0 || data.output_frames_gen > 0); // asked until nothing more comes out
    out.resize(written);
    return out;
}

std::vector<float> Resampler::push(std::span<float const> samples) {
    return state_ ? process(samples, false) : std::vector<float>(samples.begin(), samples.end());
}

std::vector<float> Resampler::finish() {
    if (!state_) {
        return {};
    }
    auto rest = process({}, true);
    src_reset(state_->converter);
    return rest;
}

AudioBuffer resample(AudioBuffer const& audio, int rate, std::stop_token stop) {
    if (audio.rate == rate || audio.samples.empty()) {
        return {rate, audio.samples};
    }
    Resampler resampler(audio.rate, rate);
    AudioBuffer out{rate, {}};
    out.samples.reserve(static_cast<std::size_t>(static_cast<double>(audio.samples.size()) * rate / audio.rate) + 16);
    std::span<float const> left(audio.samples);
    while (!left.empty() && !stop.stop_requested()) {
        auto const piece = left.first(std::min(block, left.size()));
        auto const ready = resampler.push(piece);
        out.samples.insert(out.samples.end(), ready.begin(), ready.end());
        left = left.subspan(piece.size());
    }
    if (!stop.stop_requested()) {
        auto const rest = resampler.finish();
        out.samples.insert(out.samples.end(), rest.begin(), rest.end());
    }
    return out;
}

} // namespace echollama
