#include "media/cloud/point_cloud_fields.h"

#include "base/error.h"
#include "media/cloud/written_number.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace echollama::fields {
namespace {

template <typename T>
double load(char const* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<double>(value);
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
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

double number_at(char const* bytes, Kind kind, bool swap) {
    char turned[8] = {};
    if (swap) {
        auto const width = width_of(kind);
        std::reverse_copy(bytes, bytes + width, turned);
        bytes = turned;
    }
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

char const* Reader::take(std::size_t bytes) {
    if (bytes > rest_.size()) {
        fail("it ends too early");
    }
    auto const* const begin = rest_.data();
    rest_ = rest_.subspan(bytes);
    return begin;
}

double Reader::number(Kind kind) {
    return text_ ? word() : number_at(take(width_of(kind)), kind, swap_);
}

// Spaces, comments up to the end of their line, and line ends; the latter only where `lines`, or behind a backslash.
void Reader::skip_space(bool lines) {
    std::string_view const text(rest_.data(), rest_.size());
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '\n' || text[at + 1] == '\r')) {
            at += text.substr(at + 1, 2) == "\r\n" ? 3 : 2;
        } else if (text[at] == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else if (is_space(text[at]) && (lines || text[at] != '\n')) {
            ++at;
        } else {
            break;
        }
    }
    rest_ = rest_.subspan(at);
}

double Reader::word() {
    skip_space(true);
    // Nearly every number is written plainly; what is not takes the longer way below.
    double plain = 0;
    auto const* const last = rest_.data() + rest_.size();
    auto const read = std::from_chars(rest_.data(), last, plain);
    if (read.ec == std::errc() && (read.ptr == last || is_space(*read.ptr))) {
        rest_ = rest_.subspan(static_cast<std::size_t>(read.ptr - rest_.data()));
        return plain;
    }
    auto const end = std::find_if(rest_.begin(), rest_.end(), is_space);
    std::string_view text(rest_.data(), static_cast<std::size_t>(end - rest_.begin()));
    text = text.substr(0, comment_start(text));
    if (text.empty()) {
        fail("it ends too early");
    }
    auto const value = written_number(text);
    if (!value) {
        fail(number_trouble(text));
    }
    rest_ = rest_.subspan(text.size());
    return *value;
}

void Reader::end_row() {
    if (!text_) {
        return;
    }
    skip_space(false);
    if (!rest_.empty() && rest_.front() != '\n') {
        fail("its rows do not hold as many numbers as its header says");
    }
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
