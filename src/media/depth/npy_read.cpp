// NumPy's .npy, versions 1 to 3: a Python dictionary in text, then one array (numpy/lib/format.py).
#include "base/error.h"
#include "media/depth/depth_file.h"
#include "media/depth/plain_numbers.h"
#include "media/picture/codecs.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace echollama {
namespace {

[[noreturn]] void refuse(std::string const& name, std::string const& why) {
    throw Error("The depth picture " + name + " cannot be used: " + why + ".");
}

// What follows "'key':" in the dictionary.
std::string_view value_of(std::string_view header, std::string_view key) {
    auto const at = header.find(key);
    auto const colon = at == std::string_view::npos ? at : header.find(':', at + key.size());
    auto const first = colon == std::string_view::npos ? colon : header.find_first_not_of(' ', colon + 1);
    return first == std::string_view::npos ? std::string_view() : header.substr(first);
}

// "'<f4'": byte order, kind, bytes.
std::optional<NumberType> type_of(std::string_view text) {
    if (text.size() < 5 || (text[0] != '\'' && text[0] != '"')) {
        return std::nullopt;
    }
    NumberType type{text[2], text[3] - '0', text[1] == '>'};
    bool const ends = text[4] == text[0];
    bool const ordered = std::string_view("<>|=").find(text[1]) != std::string_view::npos;
    return ends && ordered && is_readable(type) ? std::optional(type) : std::nullopt;
}

// "(480, 640)", "(480, 640, 1)", "(1, 480, 640)": rows and columns; sides of 1 around them do not count.
std::vector<std::int64_t> shape_of(std::string_view text) {
    std::vector<std::int64_t> shape;
    auto const end = text.find(')');
    text = text.starts_with('(') && end != std::string_view::npos ? text.substr(1, end - 1) : std::string_view();
    while (!text.empty() && shape.size() < 8) {
        auto const first = text.find_first_of("0123456789");
        if (first == std::string_view::npos) {
            break;
        }
        std::int64_t side = 0;
        auto const result = std::from_chars(text.data() + first, text.data() + text.size(), side);
        if (result.ec != std::errc()) {
            return {};
        }
        shape.push_back(side);
        text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
    }
    while (shape.size() > 2 && shape.front() == 1) {
        shape.erase(shape.begin());
    }
    while (shape.size() > 2 && shape.back() == 1) {
        shape.pop_back();
    }
    return shape;
}

} // namespace

DepthReadings parse_npy(std::span<std::uint8_t const> bytes, std::string const& name) {
    if (bytes.size() < 12) {
        refuse(name, "it is damaged or cut short");
    }
    std::size_t const before = bytes[6] == 1 ? 10 : 12; // versions 2 and 3 have a longer length
    std::size_t const length = std::size_t{bytes[8]} | std::size_t{bytes[9]} << 8 |
                               (before == 12 ? std::size_t{bytes[10]} << 16 | std::size_t{bytes[11]} << 24 : 0);
    if (length > bytes.size() - before) {
        refuse(name, "it is damaged or cut short");
    }
    std::string_view const header(reinterpret_cast<char const*>(bytes.data()) + before, length);
    auto const type = type_of(value_of(header, "descr"));
    if (!type) {
        refuse(name, "its array holds no plain numbers; save whole numbers or floats");
    }
    auto const shape = shape_of(value_of(header, "shape"));
    if (shape.size() != 2) {
        refuse(name, "its array is not a picture; save one of height times width numbers");
    }
    auto const height = shape[0], width = shape[1];
    codecs::check_size(width, height, name);
    auto const data = bytes.subspan(before + length);
    auto const count = static_cast<std::size_t>(width * height), size = static_cast<std::size_t>(type->bytes);
    if (data.size() / size < count) {
        refuse(name, "it is damaged or cut short");
    }
    DepthReadings readings{static_cast<int>(width), static_cast<int>(height), std::vector<float>(count)};
    bool const by_columns = value_of(header, "fortran_order").starts_with("True");
    for (std::size_t i = 0; i < count; ++i) {
        auto const rows = static_cast<std::size_t>(height), columns = static_cast<std::size_t>(width);
        auto const to = by_columns ? i % rows * columns + i / rows : i;
        readings.values[to] = number_at(data.data() + i * size, *type);
    }
    return readings;
}

} // namespace echollama
