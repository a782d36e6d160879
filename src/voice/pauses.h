// Pauses in made speech.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace echollama {

// Networks pause for long, most of all where a sentence ends: each stretch of at least 0.2 s in which no sample is
// above 0.01 keeps its first fifth. Mono samples in [-1, 1], in pieces of any size: what comes out is the same.
class PauseShortener {
  public:
    explicit PauseShortener(int rate); // samples a second

    // What is decided so far; a pause is, when it has ended.
    std::vector<float> push(std::span<float const> samples);
    // What is left at the end.
    std::vector<float> finish();

    // Where a sample of all that was pushed lies in all that came out; one that was cut out: where the sound goes on.
    // Empty: not decided yet.
    std::optional<std::int64_t> place_of(std::int64_t sample) const;

  private:
    void settle(std::vector<float>& out);

    struct Cut {
        std::int64_t first, count; // samples of what was pushed
    };

    std::size_t shortest_;
    std::vector<float> pause_; // that lasts
    std::int64_t decided_ = 0; // samples of what was pushed
    std::vector<Cut> cuts_;
};

} // namespace echollama
