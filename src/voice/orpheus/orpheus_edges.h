// The start and end of one spoken sentence: silence before the first sound is cut, and both ends are faded so that
// sentences join without a click.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace echollama {

class SpeechEdges {
  public:
    explicit SpeechEdges(int rate);

    // What can be given out now: everything but the last few milliseconds, which finish() fades.
    std::vector<float> push(std::span<float const> samples);
    std::vector<float> finish();

  private:
    void cut_silence(bool at_end);

    std::size_t block_, lead_, longest_cut_, fade_in_, fade_out_; // samples
    std::vector<float> held_;
    std::size_t cut_ = 0;
    std::size_t given_ = 0;
    bool sounding_ = false;
};

} // namespace echollama
