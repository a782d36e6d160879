#include "text/speech_text_parts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace echollama::speech {
namespace {

struct Symbol {
    char32_t code;
    char const* words;
};

// Sorted by code.
constexpr Symbol symbols[] = {
    {0x00A3, "pounds"},
    {0x00A5, "yen"},
    {0x00A7, "section"},
    {0x00B0, "degrees"},
    {0x00B1, "plus or minus"},
    {0x00B2, "squared"},
    {0x00B3, "cubed"},
    {0x00BA, "degrees"},
    {0x00BC, "one quarter"},
    {0x00BD, "one half"},
    {0x00BE, "three quarters"},
    {0x00D7, "times"},
    {0x00F7, "divided by"},
    {0x20AC, "euros"},
    {0x2116, "number"},
    {0x2153, "one third"},
    {0x2154, "two thirds"},
    {0x2190, "left arrow"},
    {0x2191, "up arrow"},
    {0x2192, "right arrow"},
    {0x2193, "down arrow"},
    {0x2212, "minus"},
    {0x221E, "infinity"},
    {0x2248, "about"},
    {0x2260, "is not equal to"},
    {0x2264, "at most"},
    {0x2265, "at least"},
    {0x2600, "sun"},
    {0x2614, "umbrella in the rain"},
    {0x2615, "hot drink"},
    {0x263A, "smiling face"},
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

struct Range {
    char32_t first, last;
};

// Signs, arrows, boxes, pictographs, private use: spoken only when named above.
constexpr Range unspoken[] = {
    {0x0080, 0x00A9}, {0x00AB, 0x00B4}, {0x00B6, 0x00B9},   {0x00BB, 0x00BF},    {0x00D7, 0x00D7}, {0x00F7, 0x00F7},
    {0x2000, 0x206F}, {0x20A0, 0x20CF}, {0x2100, 0x2BFF},   {0x3000, 0x3004},    {0x3008, 0x3020}, {0xE000, 0xF8FF},
    {0xFE00, 0xFE0F}, {0xFFF0, 0xFFFF}, {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF},
};

// clang-format off
constexpr Unit units[] = {
    {"km/h", "kilometre per hour", "kilometres per hour"}, {"kmh", "kilometre per hour", "kilometres per hour"},
    {"kph", "kilometre per hour", "kilometres per hour"}, {"mph", "mile per hour", "miles per hour"},
    {"m/s", "metre per second", "metres per second"}, {"m²", "square metre", "square metres"},
    {"cm²", "square centimetre", "square centimetres"}, {"mm²", "square millimetre", "square millimetres"},
    {"km²", "square kilometre", "square kilometres"}, {"m³", "cubic metre", "cubic metres"},
    {"cm³", "cubic centimetre", "cubic centimetres"}, {"m2", "square metre", "square metres"},
    {"m3", "cubic metre", "cubic metres"}, {"cm2", "square centimetre", "square centimetres"},
    {"km2", "square kilometre", "square kilometres"}, {"sq m", "square metre", "square metres"},
    {"sq ft", "square foot", "square feet"}, {"km", "kilometre", "kilometres"}, {"cm", "centimetre", "centimetres"},
    {"mm", "millimetre", "millimetres"}, {"µm", "micrometre", "micrometres"}, {"m", "metre", "metres"},
    {"ft", "foot", "feet"}, {"yd", "yard", "yards"}, {"mi", "mile", "miles"},
    {"kg", "kilogram", "kilograms"}, {"mg", "milligram", "milligrams"}, {"g", "gram", "grams"},
    {"lbs", "pound", "pounds"}, {"lb", "pound", "pounds"}, {"oz", "ounce", "ounces"},
    {"ml", "millilitre", "millilitres"}, {"mL", "millilitre", "millilitres"}, {"cl", "centilitre", "centilitres"},
    {"dl", "decilitre", "decilitres"}, {"l", "litre", "litres"}, {"L", "litre", "litres"},
    {"ms", "millisecond", "milliseconds"}, {"sec", "second", "seconds"}, {"secs", "second", "seconds"},
    {"s", "second", "seconds"}, {"min", "minute", "minutes"}, {"mins", "minute", "minutes"},
    {"hrs", "hour", "hours"}, {"hr", "hour", "hours"}, {"h", "hour", "hours"},
    {"°C", "degree Celsius", "degrees Celsius"}, {"°F", "degree Fahrenheit", "degrees Fahrenheit"},
    {"ºC", "degree Celsius", "degrees Celsius"}, {"ºF", "degree Fahrenheit", "degrees Fahrenheit"},
    {"℃", "degree Celsius", "degrees Celsius"}, {"℉", "degree Fahrenheit", "degrees Fahrenheit"},
    {"°", "degree", "degrees"}, {"º", "degree", "degrees"}, {"%", "percent", "percent"}, {"‰", "per mille", "per mille"},
    {"Hz", "hertz", "hertz"}, {"kHz", "kilohertz", "kilohertz"}, {"MHz", "megahertz", "megahertz"},
    {"GHz", "gigahertz", "gigahertz"}, {"dB", "decibel", "decibels"}, {"V", "volt", "volts"}, {"kV", "kilovolt", "kilovolts"},
    {"W", "watt", "watts"}, {"kW", "kilowatt", "kilowatts"}, {"MW", "megawatt", "megawatts"},
    {"kWh", "kilowatt hour", "kilowatt hours"}, {"mAh", "milliampere hour", "milliampere hours"},
    {"kB", "kilobyte", "kilobytes"}, {"KB", "kilobyte", "kilobytes"}, {"MB", "megabyte", "megabytes"},
    {"GB", "gigabyte", "gigabytes"}, {"TB", "terabyte", "terabytes"}, {"px", "pixel", "pixels"},
    {"fps", "frame per second", "frames per second"}, {"rpm", "revolution per minute", "revolutions per minute"},
    {"bpm", "beat per minute", "beats per minute"}, {"wpm", "word per minute", "words per minute"},
};

constexpr Currency currencies[] = {
    {"$", "dollar", "dollars", "cent", "cents"}, {"€", "euro", "euros", "cent", "cents"},
    {"£", "pound", "pounds", "penny", "pence"}, {"¥", "yen", "yen", "sen", "sen"},
    {"₹", "rupee", "rupees", "paisa", "paise"}, {"USD", "dollar", "dollars", "cent", "cents"},
    {"EUR", "euro", "euros", "cent", "cents"}, {"GBP", "pound", "pounds", "penny", "pence"},
    {"CHF", "Swiss franc", "Swiss francs", "centime", "centimes"}, {"JPY", "yen", "yen", "sen", "sen"},
};
// clang-format on

constexpr char const* months[] = {"January", "February", "March",     "April",   "May",      "June",
                                  "July",    "August",   "September", "October", "November", "December"};

} // namespace

char const* symbol_words(char32_t code) {
    auto const* found = std::lower_bound(std::begin(symbols), std::end(symbols), code,
                                         [](Symbol const& symbol, char32_t wanted) { return symbol.code < wanted; });
    if (found != std::end(symbols) && found->code == code) {
        return found->words;
    }
    bool const silent = std::any_of(std::begin(unspoken), std::end(unspoken),
                                    [&](Range range) { return code >= range.first && code <= range.last; });
    return silent ? "" : nullptr;
}

UnitMatch unit_at(std::string_view text) {
    std::size_t const gap = text.starts_with(' ') || text.starts_with('-') ? 1 : 0;
    UnitMatch best;
    for (auto const& unit : units) {
        std::string_view const symbol = unit.symbol;
        auto const end = gap + symbol.size();
        if (end <= best.size || text.substr(gap, symbol.size()) != symbol) {
            continue;
        }
        bool const sign = symbol == "%" || symbol == "°" || symbol == "º";
        char const next = end < text.size() ? text[end] : '\0';
        bool const goes_on = !sign && (letter_at(text, end) || is_digit(next) || next == '\'');
        // "5-s" and "5-m" are no units; "10-km" is one
        bool const joined = gap && text[0] == '-' && (symbol.size() < 2 || !is_ascii_letter(symbol[0]));
        if (!goes_on && !joined) {
            best = {&unit, end};
        }
    }
    return best;
}

Currency const* currency_at(std::string_view text) {
    for (auto const& currency : currencies) {
        std::string_view const symbol = currency.symbol;
        if (text.starts_with(symbol) && !(is_ascii_letter(symbol[0]) && letter_at(text, symbol.size()))) {
            return &currency;
        }
    }
    return nullptr;
}

int month_number(std::string_view word) {
    for (int i = 0; i < 12; ++i) {
        std::string_view const name = months[i];
        bool const short_form = word.size() == 3 || (word.size() == 4 && word == "Sept");
        if (word == name || (short_form && name.starts_with(word))) {
            return i + 1;
        }
    }
    return 0;
}

char const* month_name(int number) {
    return months[number - 1];
}

} // namespace echollama::speech
