// The mel filter bank that Whisper was trained with.
#pragma once

#include <vector>

namespace echollama::convert {

inline constexpr int whisper_sample_rate = 16000;
inline constexpr int whisper_fft_size = 400;
inline constexpr int whisper_fft_bins = whisper_fft_size / 2 + 1; // 201

// bands x 201 weights, row-major: triangles on Slaney's mel scale from 0 to 8000 Hz, each of area 1 over frequency
// (librosa.filters.mel with its defaults; Slaney, Auditory Toolbox, 1998). Whisper uses 80 bands, its v3 models 128.
std::vector<float> mel_filter_bank(int bands);

} // namespace echollama::convert
