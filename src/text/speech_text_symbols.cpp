#include "text/speech_text_parts.h"

#include <unicode/uchar.h>

#include <algorithm>

namespace echollama::speech {
namespace {

struct Symbol {
    char32_t code;
    char const* words;
};

// Sorted by code.
constexpr Symbol symbols[] = {
    {0x00A1, ""},
    {0x00A3, "pound"},
    {0x00A5, "yen"},
    {0x00A7, "section"},
    {0x00A9, "copyright"},
    {0x00AA, "a"},
    {0x00AC, "not"},
    {0x00AE, "registered"},
    {0x00B0, "degrees"},
    {0x00B1, "plus or minus"},
    {0x00B2, "squared"},
    {0x00B3, "cubed"},
    {0x00B6, "paragraph"},
    {0x00BA, "degrees"},
    {0x00D7, "times"},
    {0x00F7, "divided by"},
    {0x2020, "dagger"},
    {0x2021, "double dagger"},
    {0x2030, "per mille"},
    {0x2032, "prime"},
    {0x2033, "double prime"},
    {0x20AC, "euro"},
    {0x2103, "degrees Celsius"},
    {0x2109, "degrees Fahrenheit"},
    {0x2116, "number"},
    {0x2190, "left arrow"},
    {0x2191, "up arrow"},
    {0x2192, "right arrow"},
    {0x2193, "down arrow"},
    {0x2194, "left right arrow"},
    {0x21D2, "implies"},
    {0x2200, "for all"},
    {0x2203, "there exists"},
    {0x2205, "empty set"},
    {0x2206, "delta"},
    {0x2208, "element of"},
    {0x220F, "product"},
    {0x2211, "sum"},
    {0x2212, "minus"},
    {0x221A, "square root of"},
    {0x221D, "proportional to"},
    {0x221E, "infinity"},
    {0x2229, "intersection"},
    {0x222A, "union"},
    {0x222B, "integral"},
    {0x2234, "therefore"},
    {0x2248, "about"},
    {0x2261, "identical to"},
    {0x2260, "is not equal to"},
    {0x2264, "at most"},
    {0x2265, "at least"},
    {0x2600, "sun"},
    {0x2605, "star"},
    {0x2606, "star"},
    {0x2614, "umbrella in the rain"},
    {0x2615, "hot drink"},
    {0x263A, "smiling face"},
    {0x2660, "spade"},
    {0x2663, "club"},
    {0x2665, "heart"},
    {0x2666, "diamond"},
    {0x267F, "wheelchair sign"},
    {0x26A0, "warning"},
    {0x26A1, "lightning"},
    {0x26BD, "football"},
    {0x26D4, "no entry"},
    {0x2705, "check mark"},
    {0x2708, "aeroplane"},
    {0x2713, "check mark"},
    {0x2714, "check mark"},
    {0x2717, "cross mark"},
    {0x2744, "snowflake"},
    {0x274C, "cross mark"},
    {0x2753, "question mark"},
    {0x2757, "exclamation mark"},
    {0x2764, "heart"},
    {0x27A1, "right arrow"},
    {0x2B05, "left arrow"},
    {0x2B06, "up arrow"},
    {0x2B07, "down arrow"},
    {0x2B50, "star"},
    {0x1F30A, "wave"},
    {0x1F319, "moon"},
    {0x1F31E, "sun"},
    {0x1F332, "tree"},
    {0x1F333, "tree"},
    {0x1F339, "rose"},
    {0x1F34E, "apple"},
    {0x1F355, "pizza"},
    {0x1F37D, "plate with cutlery"},
    {0x1F382, "birthday cake"},
    {0x1F389, "party popper"},
    {0x1F3A4, "microphone"},
    {0x1F3B5, "musical note"},
    {0x1F3E0, "house"},
    {0x1F3E5, "hospital"},
    {0x1F408, "cat"},
    {0x1F415, "dog"},
    {0x1F431, "cat"},
    {0x1F436, "dog"},
    {0x1F440, "eyes"},
    {0x1F44B, "waving hand"},
    {0x1F44D, "thumbs up"},
    {0x1F44E, "thumbs down"},
    {0x1F44F, "clapping hands"},
    {0x1F468, "man"},
    {0x1F469, "woman"},
    {0x1F495, "hearts"},
    {0x1F4A1, "light bulb"},
    {0x1F4AF, "one hundred"},
    {0x1F4CD, "place"},
    {0x1F4D6, "book"},
    {0x1F4DE, "telephone"},
    {0x1F4F1, "phone"},
    {0x1F4F7, "camera"},
    {0x1F50A, "loudspeaker"},
    {0x1F511, "key"},
    {0x1F525, "fire"},
    {0x1F600, "smiling face"},
    {0x1F602, "laughing face"},
    {0x1F603, "smiling face"},
    {0x1F604, "smiling face"},
    {0x1F609, "winking face"},
    {0x1F60A, "smiling face"},
    {0x1F60D, "loving face"},
    {0x1F614, "sad face"},
    {0x1F621, "angry face"},
    {0x1F622, "crying face"},
    {0x1F62D, "crying face"},
    {0x1F631, "frightened face"},
    {0x1F642, "smiling face"},
    {0x1F64F, "folded hands"},
    {0x1F680, "rocket"},
    {0x1F697, "car"},
    {0x1F6A6, "traffic light"},
    {0x1F6A7, "construction"},
    {0x1F6A8, "warning light"},
    {0x1F6AA, "door"},
    {0x1F6AB, "forbidden"},
    {0x1F6B2, "bicycle"},
    {0x1F6B6, "pedestrian"},
    {0x1F6BB, "toilets"},
    {0x1F914, "thinking face"},
    {0x1F923, "laughing face"},
};

// Lines, blocks and boxes only decorate.
bool decorates(char32_t code) {
    return (code >= 0x2500 && code <= 0x259F) || (code >= 0x2800 && code <= 0x28FF) || code == 0x2022 || code == 0xB7 ||
           code == 0xFFFC || code == 0xFFFD;
}

// The name that Unicode gives it, in small letters.
std::string unicode_name(char32_t code) {
    char name[128] = "";
    UErrorCode error = U_ZERO_ERROR;
    u_charName(static_cast<UChar32>(code), U_UNICODE_CHAR_NAME, name, sizeof name, &error);
    return U_FAILURE(error) ? "" : lower_case(name);
}

} // namespace

bool is_letter(char32_t code) {
    switch (u_charType(static_cast<UChar32>(code))) {
    case U_UPPERCASE_LETTER:
    case U_LOWERCASE_LETTER:
    case U_TITLECASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
    case U_NON_SPACING_MARK:
    case U_COMBINING_SPACING_MARK:
    case U_DECIMAL_DIGIT_NUMBER:
    case U_LETTER_NUMBER:
        return code != 0xBA && code != 0xAA; // raised letters behind numbers
    default:
        return false;
    }
}

std::string symbol_words(char32_t code) {
    auto const* found = std::lower_bound(std::begin(symbols), std::end(symbols), code,
                                         [](Symbol const& symbol, char32_t wanted) { return symbol.code < wanted; });
    if (found != std::end(symbols) && found->code == code) {
        return found->words;
    }
    switch (u_charType(static_cast<UChar32>(code))) {
    case U_MATH_SYMBOL:
    case U_CURRENCY_SYMBOL:
    case U_MODIFIER_SYMBOL:
    case U_OTHER_SYMBOL:
    case U_OTHER_NUMBER:
        return decorates(code) ? "" : unicode_name(code);
    default:
        return "";
    }
}

} // namespace echollama::speech
