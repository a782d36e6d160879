#include "media/sound/unfinished_header.h"

#include "base/bytes.h"

#include <algorithm>
#include <string_view>

namespace echollama::codecs {
namespace {

constexpr std::size_t chunk_header = 8; // a name and a length, four bytes each

std::uint32_t length_at(std::span<std::uint8_t const> bytes, std::size_t at, bool big_endian) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value |= std::uint32_t{bytes[at + i]} << (8 * (big_endian ? 3 - i : i));
    }
    return value;
}

void put_length(std::vector<std::uint8_t>& bytes, std::size_t at, std::size_t value, bool big_endian) {
    auto const length = static_cast<std::uint32_t>(std::min<std::size_t>(value, 0xFFFFFFFF));
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[at + i] = static_cast<std::uint8_t>(length >> (8 * (big_endian ? 3 - i : i)));
    }
}

// Chunks that end exactly with the file follow: then the sound before them is really empty.
bool chunks_to_the_end(std::span<std::uint8_t const> bytes, std::size_t at, bool big_endian) {
    while (at + chunk_header <= bytes.size()) {
        auto const length = length_at(bytes, at + 4, big_endian);
        at += chunk_header + std::size_t{length} + (length & 1);
    }
    return at == bytes.size() || at == bytes.size() + 1; // the last byte of padding is often left out
}

} // namespace

std::vector<std::uint8_t> completed_header(std::span<std::uint8_t const> bytes) {
    bool const wav = has_mark(bytes, 0, "RIFF") && has_mark(bytes, 8, "WAVE");
    bool const aiff = has_mark(bytes, 0, "FORM") && (has_mark(bytes, 8, "AIFF") || has_mark(bytes, 8, "AIFC"));
    if (!wav && !aiff) {
        return {};
    }
    std::size_t common = 0; // AIFF's COMM chunk, which counts the frames too
    for (std::size_t at = 12; at + chunk_header <= bytes.size();) {
        auto const length = length_at(bytes, at + 4, aiff);
        auto const rest = bytes.size() - at - chunk_header;
        if (has_mark(bytes, at, wav ? "data" : "SSND")) {
            std::size_t const empty = wav ? 0 : 8; // AIFF has an offset and a block size before the samples
            if (length > empty || rest <= empty || chunks_to_the_end(bytes, at + chunk_header + length, aiff)) {
                return {};
            }
            std::vector<std::uint8_t> whole(bytes.begin(), bytes.end());
            put_length(whole, at + 4, rest, aiff);
            put_length(whole, 4, bytes.size() - chunk_header, aiff);
            if (aiff && common != 0 && common + 16 <= bytes.size()) {
                std::size_t const channels = bytes[common + 8] << 8 | bytes[common + 9];
                std::size_t const bits = bytes[common + 14] << 8 | bytes[common + 15];
                std::size_t const frame = std::max<std::size_t>(1, channels * ((bits + 7) / 8));
                put_length(whole, common + 10, (rest - empty) / frame, true);
            }
            return whole;
        }
        common = has_mark(bytes, at, "COMM") ? at : common;
        at += chunk_header + std::size_t{length} + (length & 1);
    }
    return {};
}

} // namespace echollama::codecs
