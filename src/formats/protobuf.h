// Fields of protocol buffers, as far as ONNX files and TensorBoard's need them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace echollama::protobuf {

struct Field {
    std::uint64_t number = 0;
    std::string_view whole;                  // with its key
    std::string_view bytes;                  // of what is no number: text, bytes, another message
    std::optional<std::uint64_t> value = {}; // of a number that is written with as few bytes as it needs
};

// Takes the first field off what is left of a message. Empty, and `rest` is of no use any more, when the message ends
// inside the field or the field is of a kind that no message has.
std::optional<Field> take_field(std::string_view& rest);

// Takes a number off the front of numbers that are packed into one field. Empty as above.
std::optional<std::uint64_t> take_number(std::string_view& packed);

std::string number_field(std::uint64_t number, std::uint64_t value);
std::string bytes_field(std::uint64_t number, std::string_view bytes);
std::string float_field(std::uint64_t number, float value);
std::string double_field(std::uint64_t number, double value);

} // namespace echollama::protobuf
