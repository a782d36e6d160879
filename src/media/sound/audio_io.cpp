#include "media/sound/audio_io.h"

#include "base/error.h"
#include "media/sound/mp3.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t max_file_bytes = 1ULL << 30;
constexpr double max_audio_samples = 7200.0 * 48000; // so that an odd rate does not take all memory

// libsndfile reads through these from memory.
struct Memory {
    std::span<std::uint8_t const> bytes;
    sf_count_t at = 0;
};

sf_count_t memory_length(void* user) {
    return static_cast<sf_count_t>(static_cast<Memory*>(user)->bytes.size());
}

sf_count_t memory_seek(sf_count_t offset, int whence, void* user) {
    auto* memory = static_cast<Memory*>(user);
    sf_count_t base = whence == SEEK_CUR ? memory->at : whence == SEEK_END ? memory_length(user) : 0;
    memory->at = std::clamp<sf_count_t>(base + offset, 0, memory_length(user));
    return memory->at;
}

sf_count_t memory_read(void* target, sf_count_t count, void* user) {
    auto* memory = static_cast<Memory*>(user);
    count = std::min(count, memory_length(user) - memory->at);
    std::memcpy(target, memory->bytes.data() + memory->at, static_cast<std::size_t>(count));
    memory->at += count;
    return count;
}

sf_count_t memory_write(void const*, sf_count_t, void*) {
    return 0;
}
sf_count_t memory_tell(void* user) {
    return static_cast<Memory*>(user)->at;
}

// Gathers interleaved samples of any number of channels as their average.
class Mono {
  public:
    Mono(int rate, int channels, std::string const& name)
        : channels_(static_cast<std::size_t>(channels)),
          limit_(static_cast<std::size_t>(std::min(max_audio_seconds * rate, max_audio_samples))), name_(name) {
        if (channels < 1 || channels > 64 || rate < 1000 || rate > 768000) {
            throw Error(name + " has an impossible sample rate or number of channels; it may be damaged.");
        }
    }

    void add(std::span<float const> interleaved) {
        for (std::size_t i = 0; i + channels_ <= interleaved.size(); i += channels_) {
            float sum = 0;
            for (std::size_t c = 0; c < channels_; ++c) {
                sum += interleaved[i + c];
            }
            float const value = sum / static_cast<float>(channels_);
            samples_.push_back(std::isfinite(value) ? value : 0.0F);
        }
        if (samples_.size() > limit_) {
            throw Error(name_ + " is too long (at most two hours at 48 kHz); cut it into parts.");
        }
    }

    AudioBuffer take(int rate) {
        if (samples_.empty()) {
            throw Error(name_ + " holds no sound; it may be damaged or cut short.");
        }
        return {rate, std::move(samples_)};
    }

  private:
    std::size_t channels_, limit_;
    std::string name_;
    std::vector<float> samples_;
};

Error not_a_recording(std::string const& name) {
    return Error(name + " is not a recording that can be read; use WAV, FLAC, Ogg, Opus or MP3.");
}

AudioBuffer read_mp3(std::span<std::uint8_t const> bytes, std::string const& name) {
    std::optional<Mono> mono;
    auto const format =
        codecs::decode_mp3(bytes, [&](codecs::Mp3Format const& found, std::span<float const> interleaved) {
            if (!mono) {
                mono.emplace(found.rate, found.channels, name);
            }
            mono->add(interleaved);
            return true;
        });
    if (!mono) {
        throw not_a_recording(name);
    }
    return mono->take(format.rate);
}

// Decoded in pieces, so that a header that lies about the length costs nothing.
AudioBuffer read_sound(std::span<std::uint8_t const> bytes, std::string const& name) {
    SF_VIRTUAL_IO io{memory_length, memory_seek, memory_read, memory_write, memory_tell};
    Memory memory{bytes};
    SF_INFO info{};
    std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open_virtual(&io, SFM_READ, &info, &memory), sf_close);
    if (!file) {
        throw not_a_recording(name);
    }
    Mono mono(info.samplerate, info.channels, name);
    constexpr sf_count_t frames = 4096;
    std::vector<float> block(static_cast<std::size_t>(frames * info.channels));
    for (sf_count_t count = 0; (count = sf_readf_float(file.get(), block.data(), frames)) > 0;) {
        mono.add(std::span(block).first(static_cast<std::size_t>(count * info.channels)));
    }
    return mono.take(info.samplerate);
}

} // namespace

AudioBuffer decode_audio(std::span<std::uint8_t const> bytes, std::string const& name) {
    if (bytes.empty()) {
        throw Error(name + " is empty; choose a recording.");
    }
    return codecs::looks_like_mp3(bytes) ? read_mp3(bytes, name) : read_sound(bytes, name);
}

AudioBuffer load_audio(fs::path const& path) {
    std::error_code failed;
    auto status = fs::status(path, failed);
    if (!fs::exists(status)) {
        throw Error("There is no file " + path.string() + "; check the path.");
    }
    if (fs::is_directory(status)) {
        throw Error(path.string() + " is a folder; name a recording in it.");
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Error("Cannot open " + path.string() + "; check its permissions.");
    }
    if (fs::is_regular_file(status) && fs::file_size(path, failed) > max_file_bytes) {
        throw Error(path.string() + " is larger than 1 GiB; cut it into parts.");
    }
    std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
    return decode_audio(bytes, path.string());
}

std::int16_t to_pcm16(float sample) {
    if (std::isnan(sample)) {
        return 0;
    }
    return static_cast<std::int16_t>(std::lrintf(std::clamp(sample, -1.0F, 1.0F) * 32767.0F));
}

} // namespace echollama
