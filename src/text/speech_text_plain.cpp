#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>
#include <vector>

namespace echollama {
namespace speech {
namespace {

// Pictures among the letters: emoji, dingbats and the bullets and boxes that decorate lists.
bool is_pictogram(char32_t code) {
    return (code >= 0x2190 && code <= 0x21FF) || (code >= 0x2300 && code <= 0x2BFF) || code == 0x20E3 ||
           (code >= 0xE000 && code <= 0xF8FF) || code == 0xFFFC || code == 0xFFFD || code >= 0x1F000;
}

// Moods and ornaments: what the words say without them, too.
bool is_ornament(char32_t code) {
    struct Range {
        char32_t first, last;
    };
    static constexpr Range ranges[] = {{0x25A0, 0x25FF},   {0x263A, 0x263A},   {0x2728, 0x2728},   {0x2764, 0x2764},
                                       {0x2B50, 0x2B50},   {0x1F31F, 0x1F31F}, {0x1F389, 0x1F38A}, {0x1F3B5, 0x1F3B6},
                                       {0x1F440, 0x1F440}, {0x1F446, 0x1F450}, {0x1F493, 0x1F49F}, {0x1F4AF, 0x1F4AF},
                                       {0x1F600, 0x1F64F}, {0x1F680, 0x1F680}, {0x1F910, 0x1F92F}, {0x1F970, 0x1F97A}};
    return std::any_of(std::begin(ranges), std::end(ranges),
                       [&](Range range) { return code >= range.first && code <= range.last; });
}

// Is this name of a pictogram among the words already?
bool says(std::string const& lower, std::string_view name) {
    for (auto at = lower.find(name); at != std::string::npos; at = lower.find(name, at + 1)) {
        if ((at == 0 || !letter_at(lower, at - 1)) && !letter_at(lower, at + name.size())) {
            return true;
        }
    }
    return false;
}

bool has_letters(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_digit(text[at]) || letter_at(text, at)) {
            return true;
        }
    }
    return false;
}

// Signs and things become their names, once and only where the words do not say them; ornaments nothing, unless they
// are all there is.
std::string with_pictograms_named(std::string const& text) {
    auto lower = lower_case(text);
    bool const alone = !has_letters(text);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        auto const [code, length] = character_at(text, at);
        auto const size = std::max<std::size_t>(length, 1);
        if (length == 0 || !is_pictogram(code)) {
            out.append(text, at, size);
        } else {
            auto const name = symbol_words(code);
            if (!name.empty() && (alone || !is_ornament(code)) && !says(lower, name)) {
                out += " " + name + " ";
                lower += " " + name + " ";
            } else {
                out += ' ';
            }
        }
        at += size;
    }
    return out;
}

// A backslash before a mark protects it from being read as markup: such marks hide as U+E100 and more (private use, in
// no real text) until that is done.
std::string hide_escaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        bool const escapes = text[at] == '\\' && at + 1 < text.size() &&
                             std::string_view("\\`*_{}[]()#+-.!|<>~").find(text[at + 1]) != std::string_view::npos;
        if (!escapes) {
            out += text[at];
            continue;
        }
        auto const mark = static_cast<unsigned char>(text[++at]);
        out += {static_cast<char>(0xEE), static_cast<char>(0x84 + mark / 64), static_cast<char>(0x80 + mark % 64)};
    }
    return out;
}

std::string show_escaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        auto const [code, length] = character_at(text, at);
        if (code >= 0xE100 && code < 0xE180) {
            out += static_cast<char>(code - 0xE100);
        } else {
            out.append(text, at, std::max<std::size_t>(length, 1));
        }
        at += std::max<std::size_t>(length, 1);
    }
    return out;
}

// Single spaces, none before a mark or at the ends; a comma of a table's row never first.
std::string spaced(std::string_view text) {
    std::string out;
    bool space = false;
    for (char const c : text) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            space = true;
            continue;
        }
        bool const mark = std::string_view(",.;:!?").find(c) != std::string_view::npos;
        if ((c == ',' || c == ';') && (out.empty() || out.back() == c)) {
            continue;
        }
        if (space && !out.empty() && !mark) {
            out += ' ';
        }
        space = false;
        out += c;
    }
    return out;
}

} // namespace
} // namespace speech

std::string plain_text(std::string_view text) {
    return speech::spaced(
        speech::with_pictograms_named(speech::show_escaped(speech::strip_markup(speech::hide_escaped(text)))));
}

} // namespace echollama
