// Letters and digits that Unicode has a second time, for the look of them: voices cannot read those.
#include "text/speech_text_parts.h"

#include <array>
#include <utility>

namespace echollama::speech {
namespace {

constexpr std::array<std::pair<char32_t, char const*>, 16> roman_and_ligatures{{{0xFB00, "ff"},
                                                                                {0xFB01, "fi"},
                                                                                {0xFB02, "fl"},
                                                                                {0xFB03, "ffi"},
                                                                                {0xFB04, "ffl"},
                                                                                {0x2160, "1"},
                                                                                {0x2161, "2"},
                                                                                {0x2162, "3"},
                                                                                {0x2163, "4"},
                                                                                {0x2164, "5"},
                                                                                {0x2165, "6"},
                                                                                {0x2166, "7"},
                                                                                {0x2167, "8"},
                                                                                {0x2168, "9"},
                                                                                {0x2169, "10"},
                                                                                {0x2122, "TM"}}};

// The mathematical alphabets: thirteen times A to Z and a to z, then five times 0 to 9.
std::string mathematical(char32_t code) {
    if (code >= 0x1D400 && code <= 0x1D6A3) {
        auto const place = (code - 0x1D400) % 52;
        return std::string(1, static_cast<char>(place < 26 ? 'A' + place : 'a' + place - 26));
    }
    return code >= 0x1D7CE && code <= 0x1D7FF ? std::to_string((code - 0x1D7CE) % 10) : "";
}

std::string plain_form(char32_t code) {
    if (code >= 0xFF01 && code <= 0xFF5E) { // full width
        return std::string(1, static_cast<char>(code - 0xFF01 + '!'));
    }
    if (code >= 0x2460 && code <= 0x2473) { // circled
        return std::to_string(code - 0x2460 + 1);
    }
    if (code >= 0x24B6 && code <= 0x24E9) {
        auto const place = code - 0x24B6;
        return std::string(1, static_cast<char>(place < 26 ? 'A' + place : 'a' + place - 26));
    }
    for (auto const& [from, to] : roman_and_ligatures) {
        if (from == code) {
            return to;
        }
    }
    return mathematical(code);
}

} // namespace

std::string plain_letters(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        auto const [code, length] = character_at(text, at);
        auto const size = length > 0 ? length : 1;
        auto const plain = code < 0x2000 ? "" : plain_form(code);
        out += plain.empty() ? text.substr(at, size) : std::string_view(plain);
        at += size;
    }
    return out;
}

} // namespace echollama::speech
