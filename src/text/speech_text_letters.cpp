// Letters and digits that Unicode has a second time, for the look of them: voices cannot read those.
#include "text/speech_text_parts.h"

#include <array>
#include <utility>

namespace echollama::speech {
namespace {

using Form = std::pair<char32_t, char const*>;

// Fractions get a space before them where a number stands ("2½" is two and a half).
constexpr Form fractions[] = {{0xBC, "1/4"},    {0xBD, "1/2"},   {0xBE, "3/4"},   {0x2150, "1/7"}, {0x2151, "1/9"},
                              {0x2152, "1/10"}, {0x2153, "1/3"}, {0x2154, "2/3"}, {0x2155, "1/5"}, {0x2156, "2/5"},
                              {0x2157, "3/5"},  {0x2158, "4/5"}, {0x2159, "1/6"}, {0x215A, "5/6"}, {0x215B, "1/8"},
                              {0x215C, "3/8"},  {0x215D, "5/8"}, {0x215E, "7/8"}};

constexpr Form others[] = {{0xFB00, "ff"}, {0xFB01, "fi"},     {0xFB02, "fl"}, {0xFB03, "ffi"}, {0xFB04, "ffl"},
                           {0x2122, "TM"}, {0x2044, "/"},      {0x2215, "/"},  {0x2012, "-"},   {0x2217, "*"},
                           {0x24EA, "0"},  {0x2032, "\u2032"}, {0xFF5E, "~"}};

constexpr char const* roman[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};

// The mathematical alphabets: thirteen times A to Z and a to z, then five times 0 to 9.
std::string mathematical(char32_t code) {
    if (code >= 0x1D400 && code <= 0x1D6A3) {
        auto const place = (code - 0x1D400) % 52;
        return std::string(1, static_cast<char>(place < 26 ? 'A' + place : 'a' + place - 26));
    }
    return code >= 0x1D7CE && code <= 0x1D7FF ? std::to_string((code - 0x1D7CE) % 10) : "";
}

char const* find_form(Form const* begin, Form const* end, char32_t code) {
    for (; begin != end; ++begin) {
        if (begin->first == code) {
            return begin->second;
        }
    }
    return nullptr;
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
    if (code >= 0x2080 && code <= 0x2089) { // lowered, as in chemistry
        return std::to_string(code - 0x2080);
    }
    if (code >= 0x2160 && code <= 0x217B) { // Roman, capital and small
        return roman[(code - 0x2160) % 16 < 12 ? (code - 0x2160) % 16 : 11];
    }
    if (auto const* form = find_form(std::begin(others), std::end(others), code)) {
        return form;
    }
    return mathematical(code);
}

// The digit or sign that is raised; 0: it is none. Squares and cubes stay, units are written with them.
char raised(char32_t code) {
    if (code == 0xB9) {
        return '1';
    }
    if (code == 0x2070 || (code >= 0x2074 && code <= 0x2079)) {
        return static_cast<char>('0' + (code - 0x2070));
    }
    return code == 0x207B ? '-' : code == 0x207F ? 'n' : code == 0x2071 ? 'i' : '\0';
}

} // namespace

std::string plain_letters(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    bool in_power = false;
    for (std::size_t at = 0; at < text.size();) {
        auto const [code, length] = character_at(text, at);
        auto const size = length > 0 ? length : 1;
        if (code < 0xB2) {
            out.append(text.substr(at, size));
            in_power = false;
        } else if (auto const* fraction = find_form(std::begin(fractions), std::end(fractions), code)) {
            out += !out.empty() && is_digit(out.back()) ? " " : "";
            out += fraction;
        } else if (char const sign = raised(code)) {
            out += in_power ? "" : "^";
            out += sign;
            in_power = true;
        } else if (in_power && (code == 0xB2 || code == 0xB3)) {
            out += code == 0xB2 ? '2' : '3';
        } else {
            auto const plain = plain_form(code);
            out += plain.empty() ? text.substr(at, size) : std::string_view(plain);
            in_power = false;
        }
        at += size;
    }
    return out;
}

} // namespace echollama::speech
