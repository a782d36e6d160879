// Recordings in every format that libsndfile writes, made for tests.
#pragma once

#include <sndfile.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

namespace echollama::test {

// `format` as SF_FORMAT_WAV | SF_FORMAT_PCM_16; `interleaved` has all channels.
inline void write_sound(std::filesystem::path const& path, int format, int rate, int channels,
                        std::vector<float> const& interleaved) {
    SF_INFO info{};
    info.samplerate = rate;
    info.channels = channels;
    info.format = format;
    SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
    auto const frames = static_cast<sf_count_t>(interleaved.size()) / channels;
    if (!file || sf_writef_float(file, interleaved.data(), frames) != frames) {
        throw std::runtime_error(sf_strerror(file));
    }
    sf_close(file);
}

} // namespace echollama::test
