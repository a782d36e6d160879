// SNAC 24 kHz, the neural audio codec of Orpheus (hubertsiuzdak/snac: snac.py, layers.py, vq.py): 2048 samples ↔ one
// frame of 1 + 2 + 4 codes. The file is made by convert::convert_snac.
#pragma once

#include "networks/snac_types.h"
#include "networks/snac_window.h"
#include "nn/backend.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// The decoder adds noise to its signal after every up-sampling. Each value depends only on the seed, the block and the
// absolute time step, so a stream gets the same noise however it is cut.
struct SnacNoise {
    bool on = true;
    std::uint64_t seed = 0;
    // Latent position (512 samples) of the first frame within the whole stream.
    std::int64_t first_latent = 0;
    // For tests: the noise of the four blocks, 8, 64, 256 and 512 values a latent position; empty: drawn from the seed.
    std::vector<std::vector<float>> given;

    static SnacNoise off() { return {false, 0, 0, {}}; }
};

struct SnacConfig {
    int sample_rate = 24000;
    int latents_per_frame = 4;
    int samples_per_latent = 512;
    int samples_per_frame = 2048;
    int codebook_size = 4096;
    int reach = 10; // latent positions on each side that a latent's samples depend on
};

// Named intermediate results, [channels, steps] with the channel fastest; for tests.
using SnacTaps = std::map<std::string, std::vector<float>>;

// Not thread-safe: one object decodes or encodes one thing at a time.
class Snac {
  public:
    // Throws Error when the file cannot be used. threads: 1 or more. device: as for nn::make_backend; the sound of one
    // device is the same however it is cut, another device rounds otherwise.
    Snac(std::filesystem::path const& gguf, int threads, std::string const& device = nn::cpu_device);
    ~Snac();
    Snac(Snac&&) noexcept;
    Snac& operator=(Snac&&) noexcept;

    SnacConfig const& config() const;
    // What the device is started for at each decode of the last length; 0 before the first (nn::Graph::operations).
    int operations() const;

    // samples_per_frame samples a frame, in [-1, 1]. Throws Error when the code lists do not belong together or a code
    // is out of range, Cancelled when stop is requested.
    std::vector<float> decode(SnacCodes const& codes, SnacNoise const& noise, std::stop_token stop = {},
                              SnacTaps* taps = nullptr);

    // Mono samples at sample_rate; the end is padded with zeros to a whole frame.
    SnacCodes encode(std::span<float const> samples, std::stop_token stop = {}, SnacTaps* taps = nullptr);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// The final samples of one window of a stream (snac_window.h): 512 for each latent position it gives out. `codes` is
// the whole stream; noise.first_latent is set from the window.
std::vector<float> decode_window(Snac& snac, SnacCodes const& codes, SnacWindow const& window, SnacNoise noise,
                                 std::stop_token stop = {});

} // namespace echollama
