#include "train/event_file.h"

#include "formats/protobuf.h"

#include <array>
#include <cstring>

namespace echollama::train {
namespace {

using protobuf::bytes_field, protobuf::double_field, protobuf::float_field, protobuf::number_field;

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

// event.proto, Event: wall_time 1, step 2, file_version 3, summary 5.
std::string event(double wall_time) {
    return double_field(1, wall_time);
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
    return record(event(wall_time) + bytes_field(3, "brain.Event:2"));
}

std::string event_record(double wall_time, std::int64_t step, Scalars const& scalars) {
    std::string summary;
    for (auto const& [tag, value] : scalars) { // summary.proto, Summary.Value: tag 1, simple_value 2
        summary += bytes_field(1, bytes_field(1, tag) + float_field(2, value));
    }
    return record(event(wall_time) + number_field(2, static_cast<std::uint64_t>(step)) + bytes_field(5, summary));
}

} // namespace echollama::train
