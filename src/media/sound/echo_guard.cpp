#include "media/sound/echo_guard.h"

#include "base/error.h"

#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>

#include <stdexcept>

namespace echollama {
namespace {

constexpr std::size_t part = EchoGuard::block / 2; // WebRTC works on 10 ms
constexpr int usual_delay_ms = 60;                 // to begin with: what a sound device holds

} // namespace

struct EchoGuard::State {
    std::unique_ptr<webrtc::AudioProcessing> processing;
};

EchoGuard::EchoGuard() : state_(std::make_unique<State>()) {
    webrtc::Config config;
    config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true)); // the config owns them
    config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
    state_->processing.reset(webrtc::AudioProcessing::Create(config));
    if (!state_->processing) {
        throw Error("There is not enough memory to listen while speaking.");
    }
    auto* echo = state_->processing->echo_cancellation();
    echo->enable_drift_compensation(false);
    echo->set_suppression_level(webrtc::EchoCancellation::kHighSuppression);
    echo->Enable(true);
}

EchoGuard::~EchoGuard() = default;

std::vector<float> EchoGuard::clean(std::span<float const> heard, std::span<float const> played) {
    if (heard.size() != block || played.size() != block) {
        throw std::logic_error("EchoGuard: no whole block");
    }
    webrtc::StreamConfig const mono(rate, 1);
    std::vector<float> known(played.begin(), played.end()), cleaned(heard.begin(), heard.end());
    for (std::size_t at = 0; at < block; at += part) {
        float* far_end = known.data() + at;
        float* near_end = cleaned.data() + at;
        state_->processing->ProcessReverseStream(&far_end, mono, mono, &far_end);
        state_->processing->set_stream_delay_ms(usual_delay_ms);
        state_->processing->ProcessStream(&near_end, mono, mono, &near_end);
    }
    return cleaned;
}

} // namespace echollama
