#include "listener/vad_silero.h"

#include "base/error.h"
#include "listener/whisper_file.h"
#include "listener/whisper_log.h"

#include <whisper.h>

#include <algorithm>

namespace echollama {
namespace {

struct FreeVad {
    void operator()(whisper_vad_context* context) const { whisper_vad_free(context); }
};

// Frames judged between two looks at the stop token: two seconds of sound, a few milliseconds of work.
constexpr std::size_t frames_at_once = 64;

} // namespace

struct SileroVad::State {
    std::unique_ptr<whisper_vad_context, FreeVad> context;

    // One probability per frame, appended.
    void judge(std::span<float const> samples, std::vector<float>& probabilities) {
        if (!whisper_vad_detect_speech_no_reset(context.get(), samples.data(), static_cast<int>(samples.size()))) {
            throw Error("The voice activity detector stopped working; there is probably too little memory.");
        }
        float const* found = whisper_vad_probs(context.get());
        probabilities.insert(probabilities.end(), found, found + whisper_vad_n_probs(context.get()));
    }
};

SileroVad::SileroVad(std::filesystem::path const& model) : state_(std::make_unique<State>()) {
    check_silero_file(model);
    route_whisper_logs();
    auto params = whisper_vad_default_context_params();
    params.n_threads = 1;   // the network is too small to share
    params.use_gpu = false; // or to be worth a GPU's starts
    try {
        state_->context.reset(whisper_vad_init_from_file_with_params(model.c_str(), params));
    } catch (std::exception const&) {
        state_->context.reset();
    }
    if (!state_->context) {
        throw Error("The voice activity model " + model.string() + " cannot be loaded; install it again.");
    }
    reset(); // whisper.cpp begins with whatever lies in the memory that it got
}

SileroVad::~SileroVad() = default;

float SileroVad::next(std::span<float const> frame) {
    std::vector<float> probability;
    state_->judge(frame.first(std::min<std::size_t>(frame.size(), vad_frame)), probability);
    return probability.empty() ? 0 : probability.front();
}

std::vector<float> SileroVad::probabilities(std::span<float const> samples, std::stop_token stop) {
    reset();
    std::vector<float> all;
    constexpr std::size_t step = frames_at_once * vad_frame;
    for (std::size_t at = 0; at < samples.size() && !stop.stop_requested(); at += step) {
        state_->judge(samples.subspan(at, std::min(step, samples.size() - at)), all);
    }
    return all;
}

void SileroVad::reset() {
    whisper_vad_reset_state(state_->context.get());
}

FrameClassifier silero_classifier(std::shared_ptr<SileroVad> vad, float threshold) {
    return [vad = std::move(vad), threshold](std::span<float const> frame, bool in_phrase) {
        return vad->next(frame) >= (in_phrase ? threshold - 0.15F : threshold);
    };
}

} // namespace echollama
