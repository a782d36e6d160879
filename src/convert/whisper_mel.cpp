#include "convert/whisper_mel.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace echollama::convert {
namespace {

// Slaney's scale: 3 mel for 200 Hz up to 1000 Hz, then 27 mel for each factor of 6.4.
constexpr double hertz_per_mel = 200.0 / 3;
constexpr double knee_hertz = 1000;
constexpr double knee_mel = knee_hertz / hertz_per_mel;
constexpr double log_step = 0.06875177742094912; // ln(6.4) / 27

double mel_of(double hertz) {
    return hertz < knee_hertz ? hertz / hertz_per_mel : knee_mel + std::log(hertz / knee_hertz) / log_step;
}

double hertz_of(double mel) {
    return mel < knee_mel ? mel * hertz_per_mel : knee_hertz * std::exp(log_step * (mel - knee_mel));
}

} // namespace

std::vector<float> mel_filter_bank(int bands) {
    double const top = mel_of(whisper_sample_rate / 2.0);
    auto edge = [&](int i) { return hertz_of(top * i / (bands + 1)); };
    std::vector<float> bank(static_cast<std::size_t>(bands) * whisper_fft_bins);
    for (int band = 0; band < bands; ++band) {
        double const low = edge(band), centre = edge(band + 1), high = edge(band + 2);
        for (int bin = 0; bin < whisper_fft_bins; ++bin) {
            double const hertz = static_cast<double>(bin) * whisper_sample_rate / whisper_fft_size;
            double const triangle = std::min((hertz - low) / (centre - low), (high - hertz) / (high - centre));
            bank[static_cast<std::size_t>(band) * whisper_fft_bins + static_cast<std::size_t>(bin)] =
                static_cast<float>(std::max(0.0, triangle) * 2 / (high - low));
        }
    }
    return bank;
}

} // namespace echollama::convert
