#include "media/sound/echo_guard.h"

#include "base/error.h"
#include "media/sound/audio_io.h"

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace echollama {
namespace {

using Block = std::array<spx_int16_t, EchoGuard::block>;

Block as_integers(std::span<float const> samples) {
    Block block;
    std::transform(samples.begin(), samples.end(), block.begin(), to_pcm16);
    return block;
}

} // namespace

struct EchoGuard::State {
    SpeexEchoState* echo = nullptr;
    SpeexPreprocessState* after = nullptr;

    ~State() {
        if (after) {
            speex_preprocess_state_destroy(after);
        }
        if (echo) {
            speex_echo_state_destroy(echo);
        }
    }
};

EchoGuard::EchoGuard() : state_(std::make_unique<State>()) {
    auto& s = *state_;
    s.echo = speex_echo_state_init(static_cast<int>(block), static_cast<int>(reach_s * rate));
    s.after = speex_preprocess_state_init(static_cast<int>(block), rate);
    if (!s.echo || !s.after) {
        throw Error("There is not enough memory to listen while speaking.");
    }
    int hertz = rate, no = 0, quiet = -60, quiet_while_talking = -25;
    speex_echo_ctl(s.echo, SPEEX_ECHO_SET_SAMPLING_RATE, &hertz);
    speex_preprocess_ctl(s.after, SPEEX_PREPROCESS_SET_ECHO_STATE, s.echo);
    speex_preprocess_ctl(s.after, SPEEX_PREPROCESS_SET_DENOISE, &no); // the recogniser knows noise better
    speex_preprocess_ctl(s.after, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &quiet);
    speex_preprocess_ctl(s.after, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &quiet_while_talking);
}

EchoGuard::~EchoGuard() = default;

std::vector<float> EchoGuard::clean(std::span<float const> heard, std::span<float const> played) {
    if (heard.size() != block || played.size() != block) {
        throw std::logic_error("EchoGuard: no whole block");
    }
    auto const in = as_integers(heard), out = as_integers(played);
    Block cleaned;
    speex_echo_cancellation(state_->echo, in.data(), out.data(), cleaned.data());
    speex_preprocess_run(state_->after, cleaned.data());
    std::vector<float> samples(block);
    std::transform(cleaned.begin(), cleaned.end(), samples.begin(),
                   [](auto v) { return static_cast<float>(v) / 32768; });
    return samples;
}

} // namespace echollama
