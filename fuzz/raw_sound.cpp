// Samples without a header (media/sound/raw_sound.h).
#include "media/sound/raw_sound.h"

#include "fuzz.h"

#include <cmath>
#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of("\x01 eight bytes and more"), bytes_of("\x05\x01\x02\x03\x04\x05\x06\x07\x08\x09")};
}

// The first byte chooses the format and where the rest is cut in two.
void run(Input input) {
    if (input.empty()) {
        return;
    }
    auto const format = static_cast<SampleFormat>(input[0] % 6);
    auto const bytes = input.subspan(1);
    auto const cut = bytes.size() * (input[0] / 6) / 43;
    RawSound sound(format);
    auto samples = sound.push(bytes.first(cut));
    auto const rest = sound.push(bytes.subspan(cut));
    samples.insert(samples.end(), rest.begin(), rest.end());
    if (samples.size() * bytes_of(format) + sound.left_over() != bytes.size()) {
        throw std::logic_error("bytes were lost");
    }
    for (float const sample : samples) {
        if (!(std::abs(sample) <= 1)) {
            throw std::logic_error("a sample outside [-1, 1]");
        }
    }
    averaged(samples, 1 + input[0] % 8);
}

} // namespace echollama::fuzz
