// Characters that HTML writes with their names or numbers.
#include "text/speech_text_parts.h"

#include <algorithm>

namespace echollama::speech {
namespace {

struct Entity {
    std::string_view name, text;
};

// clang-format off
constexpr Entity entities[] = {
    {"amp", " and "}, {"lt", " less than "}, {"gt", " greater than "}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}, {"ensp", " "}, {"emsp", " "},
    {"thinsp", " "}, {"shy", ""}, {"zwj", ""}, {"zwnj", ""}, {"copy", "©"}, {"reg", "®"}, {"trade", "TM"}, {"euro", "€"}, {"pound", "£"},
    {"cent", "¢"}, {"yen", "¥"}, {"curren", "¤"}, {"deg", "°"}, {"plusmn", "±"}, {"times", "×"}, {"divide", "÷"}, {"minus", "−"},
    {"frac12", "½"}, {"frac14", "¼"}, {"frac34", "¾"}, {"sup1", "¹"}, {"sup2", "²"}, {"sup3", "³"}, {"micro", "µ"}, {"permil", "‰"},
    {"hellip", "…"}, {"mdash", "—"}, {"ndash", "–"}, {"lsquo", "‘"}, {"rsquo", "’"}, {"ldquo", "“"}, {"rdquo", "”"}, {"laquo", "«"},
    {"raquo", "»"}, {"bull", "•"}, {"middot", "·"}, {"sect", "§"}, {"para", "¶"}, {"dagger", "†"}, {"Dagger", "‡"}, {"larr", "←"},
    {"uarr", "↑"}, {"rarr", "→"}, {"darr", "↓"}, {"harr", "↔"}, {"rArr", "⇒"}, {"infin", "∞"}, {"asymp", "≈"}, {"ne", "≠"}, {"le", "≤"},
    {"ge", "≥"}, {"sum", "∑"}, {"prod", "∏"}, {"radic", "√"}, {"int", "∫"}, {"part", "∂"}, {"isin", "∈"}, {"forall", "∀"}, {"exist", "∃"},
    {"prime", "′"}, {"Prime", "″"}, {"num", "#"}, {"percnt", "%"}, {"dollar", "$"}, {"commat", "@"}, {"ast", "*"}, {"lowbar", "_"},
    {"iexcl", "¡"}, {"iquest", "¿"}, {"agrave", "à"}, {"aacute", "á"}, {"acirc", "â"}, {"atilde", "ã"}, {"auml", "ä"}, {"aring", "å"},
    {"aelig", "æ"}, {"ccedil", "ç"}, {"egrave", "è"}, {"eacute", "é"}, {"ecirc", "ê"}, {"euml", "ë"}, {"igrave", "ì"}, {"iacute", "í"},
    {"icirc", "î"}, {"iuml", "ï"}, {"ntilde", "ñ"}, {"ograve", "ò"}, {"oacute", "ó"}, {"ocirc", "ô"}, {"otilde", "õ"}, {"ouml", "ö"},
    {"oslash", "ø"}, {"ugrave", "ù"}, {"uacute", "ú"}, {"ucirc", "û"}, {"uuml", "ü"}, {"yacute", "ý"}, {"szlig", "ß"}, {"Auml", "Ä"},
    {"Ouml", "Ö"}, {"Uuml", "Ü"}, {"Eacute", "É"}, {"Aring", "Å"}, {"Oslash", "Ø"}, {"alpha", "α"}, {"beta", "β"}, {"gamma", "γ"},
    {"delta", "δ"}, {"lambda", "λ"}, {"mu", "μ"}, {"pi", "π"}, {"sigma", "σ"}, {"omega", "ω"}, {"Omega", "Ω"}, {"hearts", "♥"},
    {"spades", "♠"}, {"clubs", "♣"}, {"diams", "♦"}, {"check", "✓"},
};
// clang-format on

std::string utf8(char32_t code) {
    std::string out;
    auto const add = [&](char32_t bits) { out += static_cast<char>(bits); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0 | code >> 6);
        add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        add(0xE0 | code >> 12);
        add(0x80 | (code >> 6 & 0x3F));
        add(0x80 | (code & 0x3F));
    } else {
        add(0xF0 | code >> 18);
        add(0x80 | (code >> 12 & 0x3F));
        add(0x80 | (code >> 6 & 0x3F));
        add(0x80 | (code & 0x3F));
    }
    return out;
}

// "#8364", "#x20AC" → the character; empty: the number is none.
std::string numbered(std::string_view name) {
    bool const hexadecimal = is_in("xX", char_at(name, 1));
    char32_t code = 0;
    auto const digits = from(name, hexadecimal ? 2 : 1);
    for (char c : digits) {
        auto const lower = is_upper(c) ? static_cast<char>(c + 32) : c;
        bool const letter = hexadecimal && lower >= 'a' && lower <= 'f';
        if (!is_digit(c) && !letter) {
            return "";
        }
        code = code * (hexadecimal ? 16 : 10) + static_cast<char32_t>(letter ? lower - 'a' + 10 : c - '0');
    }
    bool const valid = !digits.empty() && code >= 0x20 && code <= 0x10FFFF && !(code >= 0xD800 && code < 0xE000);
    if (!valid) {
        return "";
    }
    return code == '<' ? " less than " : code == '>' ? " greater than " : code == '&' ? " and " : utf8(code);
}

} // namespace

std::string decode_entities(std::string_view text) {
    constexpr std::size_t longest = 9;
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        auto const end = text[at] == '&' ? text.substr(0, at + longest + 2).find(';', at) : std::string_view::npos;
        auto const name = end == std::string_view::npos ? "" : text.substr(at + 1, end - at - 1);
        auto const* entity =
            std::find_if(std::begin(entities), std::end(entities), [&](Entity const& one) { return one.name == name; });
        bool const named = !name.empty() && entity != std::end(entities);
        auto const character = !named && !name.empty() && name[0] == '#' ? numbered(name) : "";
        if (named || !character.empty()) {
            out += named ? entity->text : std::string_view(character);
            at = end + 1;
        } else {
            out += text[at++];
        }
    }
    return out;
}

} // namespace echollama::speech
