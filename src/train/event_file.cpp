#include "train/event_file.h"

#include <array>
#include <cstring>

namespace echollama::train {
namespace {

constexpr std::array<std::uint32_t, 256> crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        auto value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
        }
        table[i] = value;
    }
    return table;
}

// So that a checksum of bytes that hold checksums stays useful: record_writer.h, masked_crc.
std::uint32_t masked(std::uint32_t crc) {
    return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
}

template <class Number>
void put(std::string& bytes, Number value) { // little-endian, as the processors that this is built for
    char raw[sizeof(Number)];
    std::memcpy(raw, &value, sizeof(value));
    bytes.append(raw, sizeof(raw));
}

std::string record(std::string const& data) {
    std::string bytes;
    put(bytes, static_cast<std::uint64_t>(data.size()));
    put(bytes, masked(crc32c(bytes)));
    bytes += data;
    put(bytes, masked(crc32c(data)));
    return bytes;
}

// --- protocol buffers ---

enum class Wire { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void put_varint(std::string& bytes, std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) {
        bytes += static_cast<char>((value & 0x7FU) | 0x80U);
    }
    bytes += static_cast<char>(value);
}

void put_key(std::string& bytes, int field, Wire wire) {
    put_varint(bytes, (static_cast<std::uint64_t>(field) << 3U) | static_cast<std::uint64_t>(wire));
}

void put_bytes(std::string& message, int field, std::string_view bytes) {
    put_key(message, field, Wire::bytes);
    put_varint(message, bytes.size());
    message += bytes;
}

// event.proto, Event: wall_time 1, step 2, file_version 3, summary 5.
std::string event(double wall_time) {
    std::string message;
    put_key(message, 1, Wire::fixed64);
    put(message, wall_time);
    return message;
}

} // namespace

std::uint32_t crc32c(std::string_view bytes) {
    static constexpr auto table = crc_table();
    std::uint32_t crc = 0xFFFFFFFFU;
    for (char c : bytes) {
        crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (crc >> 8U);
    }
    return ~crc;
}

std::string event_file_head(double wall_time) {
    auto message = event(wall_time);
    put_bytes(message, 3, "brain.Event:2");
    return record(message);
}

std::string event_record(double wall_time, std::int64_t step, Scalars const& scalars) {
    auto message = event(wall_time);
    put_key(message, 2, Wire::varint);
    put_varint(message, static_cast<std::uint64_t>(step));
    std::string summary;
    for (auto const& [tag, value] : scalars) { // summary.proto, Summary.Value: tag 1, simple_value 2
        std::string one;
        put_bytes(one, 1, tag);
        put_key(one, 2, Wire::fixed32);
        put(one, value);
        put_bytes(summary, 1, one);
    }
    put_bytes(message, 5, summary);
    return record(message);
}

} // namespace echollama::train
