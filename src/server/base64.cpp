#include "server/base64.h"

#include "base/ascii.h"
#include "server/api_error.h"

#include <algorithm>
#include <array>

namespace echollama::server {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::int8_t no_letter = -1;

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(no_letter);
    for (std::size_t i = 0; i < letters.size(); ++i) {
        values[static_cast<unsigned char>(letters[i])] = static_cast<std::int8_t>(i);
    }
    values['-'] = values['+'];
    values['_'] = values['/'];
    return values;
}
constexpr auto values = make_values();

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

} // namespace

std::string to_base64(std::span<std::uint8_t const> bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::size_t const count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (k < count ? bytes[i + k] : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            text += k <= count ? letters[group >> (18 - 6 * k) & 63U] : '=';
        }
    }
    return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    std::size_t count = 0, padding = 0;
    for (char const c : text) {
        if (is_space(c)) {
            continue;
        }
        if (c == '=') {
            ++padding;
            continue;
        }
        auto const value = values[static_cast<unsigned char>(c)];
        if (value == no_letter || padding > 0) {
            return std::nullopt;
        }
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (++count % 4 == 0) {
            bytes.insert(bytes.end(), {static_cast<std::uint8_t>(group >> 16), static_cast<std::uint8_t>(group >> 8),
                                       static_cast<std::uint8_t>(group)});
        }
    }
    std::size_t const rest = count % 4;
    if (rest == 1 || padding > 2) {
        return std::nullopt;
    }
    if (rest > 1) {
        group <<= 6 * (4 - rest);
        bytes.push_back(static_cast<std::uint8_t>(group >> 16));
    }
    if (rest == 3) {
        bytes.push_back(static_cast<std::uint8_t>(group >> 8));
    }
    return bytes;
}

std::vector<std::uint8_t> bytes_of_data_url(std::string_view text, std::string const& param) {
    auto const refuse = [&](std::string const& why) -> void { throw ApiError(400, why, param, "invalid_image_url"); };
    if (lower_case(std::string(text.substr(0, 5))) == "data:") {
        auto const comma = text.find(',');
        if (comma == std::string_view::npos ||
            lower_case(std::string(text.substr(0, comma))).find(";base64") == std::string::npos) {
            refuse("The data address holds no base64; send data:image/png;base64,… with the picture's bytes.");
        }
        text.remove_prefix(comma + 1);
    } else if (text.find("://") != std::string_view::npos) {
        refuse_address(param);
    }
    auto bytes = from_base64(text);
    if (!bytes || bytes->empty()) {
        refuse("The picture is empty or no base64; send data:image/png;base64,… with the picture's bytes.");
    }
    return std::move(*bytes);
}

void refuse_address(std::string const& param) {
    throw ApiError(400, "Pictures from other addresses are not fetched; send the picture itself as a data: address.",
                   param, "invalid_image_url");
}

} // namespace echollama::server
