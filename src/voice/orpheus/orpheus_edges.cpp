#include "voice/orpheus/orpheus_edges.h"

#include <algorithm>
#include <cmath>

namespace echollama {

namespace {

constexpr float silent = 0.004F; // root mean square of a block, about -48 dB of full scale

std::size_t samples(int rate, double milliseconds) {
    return static_cast<std::size_t>(rate * milliseconds / 1000);
}

} // namespace

SpeechEdges::SpeechEdges(int rate)
    : block_(samples(rate, 5)), lead_(samples(rate, 20)), longest_cut_(samples(rate, 1500)), fade_in_(samples(rate, 2)),
      fade_out_(samples(rate, 5)) {}

// Drops silence but for the lead before the first sound, at most longest_cut_.
void SpeechEdges::cut_silence(bool at_end) {
    std::size_t quiet = 0;
    while (!sounding_ && quiet + block_ <= held_.size()) {
        double square = 0;
        for (std::size_t i = quiet; i < quiet + block_; ++i) {
            square += static_cast<double>(held_[i]) * held_[i];
        }
        sounding_ = std::sqrt(square / static_cast<double>(block_)) > static_cast<double>(silent);
        quiet += sounding_ ? 0 : block_;
    }
    std::size_t drop = quiet > lead_ ? quiet - lead_ : 0;
    drop = std::min(drop, longest_cut_ - cut_);
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(drop));
    cut_ += drop;
    sounding_ = sounding_ || cut_ == longest_cut_ || at_end;
}

std::vector<float> SpeechEdges::push(std::span<float const> samples) {
    held_.insert(held_.end(), samples.begin(), samples.end());
    if (!sounding_) {
        cut_silence(false);
    }
    if (!sounding_ || held_.size() <= fade_out_) {
        return {};
    }
    auto const end = held_.end() - static_cast<std::ptrdiff_t>(fade_out_);
    std::vector<float> out(held_.begin(), end);
    held_.erase(held_.begin(), end);
    for (std::size_t i = 0; i < out.size() && given_ + i < fade_in_; ++i) {
        out[i] *= static_cast<float>(given_ + i) / static_cast<float>(fade_in_);
    }
    given_ += out.size();
    return out;
}

std::vector<float> SpeechEdges::finish() {
    if (!sounding_) {
        cut_silence(true);
    }
    auto out = push({});
    std::size_t const n = held_.size();
    for (std::size_t i = 0; i < n; ++i) {
        held_[i] *= static_cast<float>(n - 1 - i) / static_cast<float>(std::max<std::size_t>(n, 1));
    }
    out.insert(out.end(), held_.begin(), held_.end());
    held_.clear();
    return out;
}

} // namespace echollama
