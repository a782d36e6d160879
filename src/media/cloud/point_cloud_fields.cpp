#include "media/cloud/point_cloud_fields.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace echollama::fields {
namespace {

template <typename T>
double load(char const* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<double>(value);
}

} // namespace

std::size_t width_of(Kind kind) {
    switch (kind) {
    case Kind::i8:
    case Kind::u8:
        return 1;
    case Kind::i16:
    case Kind::u16:
        return 2;
    case Kind::f64:
        return 8;
    default:
        return 4;
    }
}

double Reader::number(Kind kind) {
    if (text_) {
        return word();
    }
    auto const width = width_of(kind);
    if (width > rest_.size()) {
        fail("it ends too early");
    }
    char bytes[8] = {};
    std::copy_n(rest_.data(), width, bytes);
    if (swap_) {
        std::reverse(bytes, bytes + width);
    }
    rest_ = rest_.subspan(width);
    switch (kind) {
    case Kind::i8:
        return load<std::int8_t>(bytes);
    case Kind::u8:
        return load<std::uint8_t>(bytes);
    case Kind::i16:
        return load<std::int16_t>(bytes);
    case Kind::u16:
        return load<std::uint16_t>(bytes);
    case Kind::i32:
        return load<std::int32_t>(bytes);
    case Kind::u32:
        return load<std::uint32_t>(bytes);
    case Kind::f32:
        return load<float>(bytes);
    case Kind::f64:
        break;
    }
    return load<double>(bytes);
}

double Reader::word() {
    auto const space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    auto const begin = std::find_if_not(rest_.begin(), rest_.end(), space);
    auto const end = std::find_if(begin, rest_.end(), space);
    if (begin == end) {
        fail("it ends too early");
    }
    double value = 0;
    char const* first = &*begin;
    auto const result = std::from_chars(first, first + (end - begin), value);
    if (result.ec == std::errc::result_out_of_range) {
        value = std::numeric_limits<double>::infinity();
    } else if (result.ec != std::errc()) {
        fail("there is a word where a number should be");
    }
    rest_ = rest_.subspan(static_cast<std::size_t>(end - rest_.begin()));
    return value;
}

void Reader::fail(std::string const& reason) const {
    throw Error("The point cloud " + name_ + " is damaged: " + reason + "; get it again.");
}

std::string_view next_line(std::string_view& rest) {
    auto const end = std::min({rest.find('\n'), rest.size(), std::size_t{4096}});
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (line.ends_with('\r') || line.ends_with(' ')) {
        line.remove_suffix(1);
    }
    return line;
}

} // namespace echollama::fields
