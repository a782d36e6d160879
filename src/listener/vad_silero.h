// The Silero voice activity detector, run by whisper.cpp.
#pragma once

#include "listener/vad.h"

#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace echollama {

// Keeps the network's memory of what it heard: one object listens to one stream. Not thread-safe.
class SileroVad {
  public:
    // Throws Error when the file is no Silero model for whisper.cpp.
    explicit SileroVad(std::filesystem::path const& model);
    ~SileroVad();
    SileroVad(SileroVad const&) = delete;
    SileroVad& operator=(SileroVad const&) = delete;

    // Probability of speech in the next frame (512 samples at 16 kHz; fewer are filled up with silence).
    float next(std::span<float const> frame);
    // For a whole recording, from a fresh memory; one per frame. Shorter when stop is requested.
    std::vector<float> probabilities(std::span<float const> samples, std::stop_token stop);
    // Forgets what was heard.
    void reset();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// For an Endpointer: speech from `threshold` on, and inside a phrase from 0.15 less.
FrameClassifier silero_classifier(std::shared_ptr<SileroVad> vad, float threshold = 0.5F);

} // namespace echollama
