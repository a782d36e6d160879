#include "media/sound/audio_io.h"

#include "base/error.h"
#include "media/sound/container.h"
#include "media/sound/mono.h"
#include "media/sound/mp3.h"
#include "media/sound/unfinished_header.h"

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

Error not_a_recording(std::string const& name) {
    return Error(name + " is not a recording that can be read; use WAV, FLAC, Ogg, Opus, MP3, M4A or WebM.");
}

AudioBuffer read_mp3(std::span<std::uint8_t const> bytes, std::string const& name) {
    return decode_mono(
        [&](FrameSink const& take) {
            auto const found =
                codecs::decode_mp3(bytes, [&](codecs::Mp3Format const& format, std::span<float const> interleaved) {
                    take(format.rate, format.channels, interleaved);
                    return true;
                });
            if (found.rate == 0) {
                throw not_a_recording(name);
            }
        },
        name);
}

// Decoded in pieces, so that a header that lies about the length costs nothing.
AudioBuffer read_sound(std::span<std::uint8_t const> bytes, std::string const& name) {
    auto const decode = [&](FrameSink const& take) {
        SF_VIRTUAL_IO io{memory_length, memory_seek, memory_read, memory_write, memory_tell};
        Memory memory{bytes};
        SF_INFO info{};
        std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open_virtual(&io, SFM_READ, &info, &memory), sf_close);
        if (!file) {
            throw not_a_recording(name);
        }
        take(info.samplerate, info.channels, {});
        constexpr sf_count_t frames = 4096;
        std::vector<float> block(static_cast<std::size_t>(frames * info.channels));
        for (sf_count_t count = 0; (count = sf_readf_float(file.get(), block.data(), frames)) > 0;) {
            take(info.samplerate, info.channels,
                 std::span(block).first(static_cast<std::size_t>(count * info.channels)));
        }
    };
    return decode_mono(decode, name);
}

} // namespace

AudioBuffer decode_audio(std::span<std::uint8_t const> bytes, std::string const& name) {
    if (bytes.empty()) {
        throw Error(name + " is empty; choose a recording.");
    }
    if (codecs::looks_like_mp3(bytes)) {
        return read_mp3(bytes, name);
    }
    if (codecs::looks_like_container(bytes)) {
        return decode_mono([&](FrameSink const& take) { codecs::decode_container(bytes, name, take); }, name);
    }
    auto const completed = codecs::completed_header(bytes);
    return read_sound(completed.empty() ? bytes : std::span<std::uint8_t const>(completed), name);
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
