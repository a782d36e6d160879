// VITS, the network of the Piper voices (Kim, Kong and Son 2021, arXiv 2106.06103; piper_train/vits): symbols of speech
// → samples. One speaker, the generator with the smaller residual blocks ("medium" and below). The file is made by
// convert::convert_piper_network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace echollama {

// How lively and how fast it speaks; Piper's own settings.
struct VitsScales {
    float noise = 0.667F;        // of the sound
    float duration_noise = 0.8F; // of the symbols' durations
    float length = 1;            // durations are multiplied by it
};

// The standard normal numbers that the scales multiply. Each depends only on the seed and its place.
struct VitsNoise {
    std::uint64_t seed = 0;
    // For tests: rows of 2 for each symbol, rows of channels for each frame; empty: drawn from the seed.
    std::vector<float> durations = {}, frames = {};
};

// What the generator makes sound of.
struct VitsSpeech {
    std::vector<std::int64_t> durations; // frames of each symbol
    std::int64_t frames = 0;
    std::vector<float> latents; // rows of channels, one a frame
};

// Not thread-safe.
class Vits {
  public:
    // Throws Error when the file cannot be used. `threads`: 1 or more.
    Vits(std::filesystem::path const& gguf, int threads);
    ~Vits();
    Vits(Vits&&) noexcept;
    Vits& operator=(Vits&&) noexcept;

    int sample_rate() const;
    int samples_per_frame() const;

    // Throws Error for a symbol that the voice does not have and for durations beyond all speech, Cancelled.
    VitsSpeech prepare(std::span<std::int64_t const> symbols, VitsScales const& scales, VitsNoise const& noise,
                       std::stop_token stop = {});

    // The samples of frames [first, last), in [-1, 1]: the same bits however the frames are cut. Throws Cancelled.
    std::vector<float> samples(VitsSpeech const& speech, std::int64_t first, std::int64_t last,
                               std::stop_token stop = {});

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace echollama
