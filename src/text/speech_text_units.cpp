// Units of measure: whole symbols, SI prefixes on base units, squares and cubes, and "per".
#include "text/speech_text_parts.h"

#include <algorithm>

namespace echollama::speech {
namespace {

struct Unit {
    std::string_view symbol, one, many;
};

// clang-format off
constexpr Unit whole_units[] = {
    {"km/h", "kilometre per hour", "kilometres per hour"}, {"kmh", "kilometre per hour", "kilometres per hour"},
    {"kph", "kilometre per hour", "kilometres per hour"}, {"mph", "mile per hour", "miles per hour"},
    {"mpg", "mile per gallon", "miles per gallon"}, {"yd", "yard", "yards"}, {"yds", "yard", "yards"},
    {"ft", "foot", "feet"}, {"mi", "mile", "miles"}, {"nmi", "nautical mile", "nautical miles"}, {"kn", "knot", "knots"},
    {"lbs", "pound", "pounds"}, {"lb", "pound", "pounds"}, {"oz", "ounce", "ounces"}, {"fl oz", "fluid ounce", "fluid ounces"},
    {"gal", "gallon", "gallons"}, {"qt", "quart", "quarts"}, {"tsp", "teaspoon", "teaspoons"}, {"tbsp", "tablespoon", "tablespoons"},
    {"cc", "cc", "cc"}, {"ha", "hectare", "hectares"}, {"ac", "acre", "acres"}, {"sec", "second", "seconds"}, {"secs", "second", "seconds"},
    {"min", "minute", "minutes"}, {"mins", "minute", "minutes"}, {"hrs", "hour", "hours"}, {"hr", "hour", "hours"},
    {"h", "hour", "hours"}, {"wk", "week", "weeks"}, {"wks", "week", "weeks"}, {"yr", "year", "years"}, {"yrs", "year", "years"},
    {"mos", "month", "months"}, {"°C", "degree Celsius", "degrees Celsius"}, {"° C", "degree Celsius", "degrees Celsius"},
    {"°F", "degree Fahrenheit", "degrees Fahrenheit"}, {"° F", "degree Fahrenheit", "degrees Fahrenheit"},
    {"°K", "degree Kelvin", "degrees Kelvin"}, {"ºC", "degree Celsius", "degrees Celsius"}, {"ºF", "degree Fahrenheit", "degrees Fahrenheit"},
    {"℃", "degree Celsius", "degrees Celsius"}, {"℉", "degree Fahrenheit", "degrees Fahrenheit"},
    {"°", "degree", "degrees"}, {"º", "degree", "degrees"}, {"%", "percent", "percent"}, {"‰", "per mille", "per mille"},
    {"dB", "decibel", "decibels"}, {"dBA", "decibel", "decibels"}, {"px", "pixel", "pixels"}, {"MP", "megapixel", "megapixels"},
    {"hp", "horsepower", "horsepower"}, {"psi", "pound per square inch", "pounds per square inch"},
    {"fps", "frame per second", "frames per second"}, {"rpm", "revolution per minute", "revolutions per minute"},
    {"bpm", "beat per minute", "beats per minute"}, {"wpm", "word per minute", "words per minute"},
    {"dpi", "dot per inch", "dots per inch"}, {"ppi", "pixel per inch", "pixels per inch"}, {"ppm", "part per million", "parts per million"},
    {"ppb", "part per billion", "parts per billion"}, {"mmHg", "millimetre of mercury", "millimetres of mercury"},
    {"lm", "lumen", "lumens"}, {"lx", "lux", "lux"}, {"atm", "atmosphere", "atmospheres"}, {"kt", "knot", "knots"}, {"kts", "knot", "knots"},
    {"sq m", "square metre", "square metres"}, {"sq km", "square kilometre", "square kilometres"}, {"sq cm", "square centimetre", "square centimetres"},
    {"sq ft", "square foot", "square feet"}, {"sq in", "square inch", "square inches"}, {"sq mi", "square mile", "square miles"},
    {"sq yd", "square yard", "square yards"}, {"cu ft", "cubic foot", "cubic feet"}, {"cu in", "cubic inch", "cubic inches"},
    {"cu m", "cubic metre", "cubic metres"}, {"sq. ft", "square foot", "square feet"}, {"sq. in", "square inch", "square inches"},
    {"sq. m", "square metre", "square metres"}, {"sq. mi", "square mile", "square miles"}, {"in²", "square inch", "square inches"},
    {"in³", "cubic inch", "cubic inches"},
};

// A unit that takes prefixes ("1": itself). `space`: may stand behind a space although it is one letter.
struct Base {
    std::string_view symbol, one, many, prefixes;
    bool space;
};
constexpr Base bases[] = {
    {"m", "metre", "metres", "1kcdmµμnM", true}, {"g", "gram", "grams", "1kmµμn", true}, {"l", "litre", "litres", "1mcdhµμk", true},
    {"L", "litre", "litres", "1mcdhµμk", true}, {"s", "second", "seconds", "1mµμnp", true}, {"t", "tonne", "tonnes", "M", false},
    {"W", "watt", "watts", "1kMGTm", true}, {"V", "volt", "volts", "1kmMµμ", true}, {"A", "ampere", "amperes", "mkµμ", false},
    {"Hz", "hertz", "hertz", "1kMGT", true}, {"J", "joule", "joules", "kMGm", false}, {"N", "newton", "newtons", "kMm", false},
    {"Pa", "pascal", "pascals", "1khMG", true}, {"bar", "bar", "bars", "1m", true}, {"B", "byte", "bytes", "kKMGTP", false},
    {"b", "bit", "bits", "kMGT", false}, {"bit", "bit", "bits", "1kMG", true}, {"bps", "bit per second", "bits per second", "1kKMGT", true},
    {"eV", "electronvolt", "electronvolts", "1kMGTm", true}, {"Ω", "ohm", "ohms", "1kMm", true}, {"F", "farad", "farads", "µμnpm", false},
    {"cal", "calorie", "calories", "1k", true}, {"Wh", "watt hour", "watt hours", "1kMGTm", true},
    {"Ah", "ampere hour", "ampere hours", "1m", true}, {"mol", "mole", "moles", "1mµμk", true}, {"VA", "volt ampere", "volt amperes", "1k", true},
    {"Sv", "sievert", "sieverts", "1mµμ", true}, {"Bq", "becquerel", "becquerels", "1kM", true},
};

struct Prefix {
    std::string_view symbol, name;
};
constexpr Prefix prefixes[] = {{"k", "kilo"}, {"K", "kilo"}, {"M", "mega"}, {"G", "giga"}, {"T", "tera"}, {"P", "peta"},
                               {"m", "milli"}, {"µ", "micro"}, {"μ", "micro"}, {"n", "nano"}, {"p", "pico"},
                               {"c", "centi"}, {"d", "deci"}, {"h", "hecto"}};

// Symbols that are also written in other cases ("12KG", "mbps"), with the right form.
constexpr std::string_view any_case[] = {"kg", "km", "cm", "mm", "ml", "mg", "lb", "lbs", "oz", "ft", "Hz", "kHz", "MHz", "GHz",
                                         "kW", "kWh", "MWh", "mph", "kmh", "MB", "GB", "TB", "kB", "kbps", "Mbps", "Gbps", "Tbps",
                                         "dB", "psi", "rpm", "fps", "bpm", "yd", "mAh", "kcal", "hPa", "kPa"};
// clang-format on

struct Found {
    std::string one, many;
    bool length = false; // may be squared and cubed
    bool space = true;   // may stand behind a space
};

std::optional<Found> find_unit(std::string_view symbol) {
    for (auto const& unit : whole_units) {
        if (unit.symbol == symbol) {
            return Found{std::string(unit.one), std::string(unit.many),
                         symbol == "ft" || symbol == "yd" || symbol == "mi"};
        }
    }
    for (auto const& base : bases) {
        if (!symbol.ends_with(base.symbol)) {
            continue;
        }
        auto const prefix = symbol.substr(0, symbol.size() - base.symbol.size());
        bool const length = base.symbol == "m";
        if (prefix.empty() && base.prefixes[0] == '1') {
            return Found{std::string(base.one), std::string(base.many), length, base.space};
        }
        auto const* known = std::find_if(std::begin(prefixes), std::end(prefixes),
                                         [&](Prefix const& one) { return one.symbol == prefix; });
        if (known != std::end(prefixes) && base.prefixes.find(prefix) != std::string_view::npos) {
            return Found{std::string(known->name) + std::string(base.one),
                         std::string(known->name) + std::string(base.many), length};
        }
    }
    return std::nullopt;
}

// "KG" and the like, in the form that is known; empty: none.
std::string_view right_case(std::string_view symbol) {
    auto const lower = lower_case(symbol);
    auto const* found = std::find_if(std::begin(any_case), std::end(any_case),
                                     [&](std::string_view one) { return lower_case(one) == lower; });
    return found != std::end(any_case) ? *found : std::string_view{};
}

// The power behind a unit of length: "²", "2", "^2" → 2; its size in bytes.
std::pair<int, std::size_t> power_at(std::string_view text, std::size_t at) {
    if (from(text, at).starts_with("²")) {
        return {2, 2};
    }
    if (from(text, at).starts_with("³")) {
        return {3, 2};
    }
    auto const caret = char_at(text, at) == '^' ? 1U : 0U;
    char const digit = char_at(text, at + caret);
    bool const ends = !is_digit(char_at(text, at + caret + 1)) && !letter_at(text, at + caret + 1);
    return is_in("23", digit) && ends ? std::pair{digit - '0', caret + std::size_t{1}} : std::pair{0, std::size_t{0}};
}

std::size_t symbol_end(std::string_view text, std::size_t at) {
    while (at < text.size() && letter_at(text, at)) {
        ++at;
    }
    return at;
}

UnitMatch letters_unit(std::string_view text, std::size_t gap) {
    auto const end = symbol_end(text, gap);
    auto const symbol = text.substr(gap, end - gap);
    if (symbol.empty() || symbol.size() > 5 || (char_at(text, end) == '\'' && letter_at(text, end + 1))) {
        return {};
    }
    auto found = find_unit(symbol);
    if (!found) {
        auto const right = right_case(symbol);
        found = right.empty() ? std::nullopt : find_unit(right);
    }
    auto const [power, power_size] = found && found->length ? power_at(text, end) : std::pair{0, std::size_t{0}};
    if (!found || (is_digit(char_at(text, end)) && !power) || (gap && text[0] == ' ' && !found->space)) {
        return {};
    }
    // "5-s" and "5-m" are no units; "10-km" is one
    if (gap && text[0] == '-' && (symbol.size() < 2 || !is_ascii_letter(symbol[0]))) {
        return {};
    }
    std::string const raised = power == 2 ? "square " : power == 3 ? "cubic " : "";
    return {raised + found->one, raised + found->many, end + power_size, true};
}

} // namespace

UnitMatch unit_at(std::string_view text) {
    std::size_t const gap = is_in(" -", char_at(text, 0)) ? 1 : 0;
    auto best = letters_unit(text, gap);
    for (auto const& unit : whole_units) { // those with signs and spaces
        auto const end = gap + unit.symbol.size();
        if (end <= best.size || text.substr(gap, unit.symbol.size()) != unit.symbol || (gap && text[0] == '-')) {
            continue;
        }
        bool const sign = unit.symbol == "%" || unit.symbol == "°" || unit.symbol == "º";
        bool const goes_on =
            !sign && (letter_at(text, end) || is_digit(char_at(text, end)) || char_at(text, end) == '\'');
        if (!goes_on) {
            best = {std::string(unit.one), std::string(unit.many), end, is_ascii_letter(unit.symbol.back())};
        }
    }
    return best;
}

} // namespace echollama::speech
