#include "media/sound/mp3.h"

#include <memory>
#include <vector>

#define ma_atomic_global_lock echollama_mp3_atomic_lock
#define MA_NO_DEVICE_IO
#define MA_NO_WAV
#define MA_NO_FLAC
#include "media/sound/miniaudio_here.h"

namespace echollama::codecs {
namespace {

// Bytes of the ID3v2 tag at the start: ten and its length in four bytes of seven bits.
std::size_t id3_size(std::span<std::uint8_t const> bytes) {
    if (bytes.size() < 10 || bytes[0] != 'I' || bytes[1] != 'D' || bytes[2] != '3') {
        return 0;
    }
    std::size_t size = 0;
    for (std::size_t i = 6; i < 10; ++i) {
        size = size << 7 | (bytes[i] & 0x7F);
    }
    return 10 + size;
}

} // namespace

bool looks_like_mp3(std::span<std::uint8_t const> bytes) {
    auto const at = id3_size(bytes);
    if (at + 1 >= bytes.size()) {
        return false;
    }
    auto const layer = bytes[at + 1] >> 1 & 3; // 0 is reserved in MPEG audio; AAC uses it
    return bytes[at] == 0xFF && (bytes[at + 1] & 0xE0) == 0xE0 && layer != 0;
}

Mp3Format decode_mp3(std::span<std::uint8_t const> bytes,
                     std::function<bool(Mp3Format const&, std::span<float const>)> const& take) {
    auto decoder = std::make_unique<ma_dr_mp3>();
    if (!ma_dr_mp3_init_memory(decoder.get(), bytes.data(), bytes.size(), nullptr)) {
        return {};
    }
    std::unique_ptr<ma_dr_mp3, void (*)(ma_dr_mp3*)> const closer(decoder.get(),
                                                                  [](ma_dr_mp3* d) { ma_dr_mp3_uninit(d); });
    Mp3Format const format{static_cast<int>(decoder->sampleRate), static_cast<int>(decoder->channels)};
    constexpr ma_uint64 frames = 4096;
    std::vector<float> block(frames * decoder->channels);
    while (auto const count = ma_dr_mp3_read_pcm_frames_f32(decoder.get(), frames, block.data())) {
        if (!take(format, std::span(block).first(static_cast<std::size_t>(count) * decoder->channels))) {
            break;
        }
    }
    return format;
}

} // namespace echollama::codecs
