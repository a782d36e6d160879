// Resampling exactly as the data of the original were resampled.
#pragma once

#include <span>
#include <vector>

namespace echollama::train {

// torchaudio.transforms.Resample(from, to) with its defaults (a windowed sinc of width 6, roll-off 0.99): what the
// fine-tuning notebooks of Orpheus use. ceil(to n / from) samples. Rates must be above 0.
std::vector<float> sinc_resample(std::span<float const> samples, int from, int to);

} // namespace echollama::train
