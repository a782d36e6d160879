// Measures that are written with marks: 5'10", 24", 40°26'46"N, 5 ft 10 in.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

namespace echollama::speech {
namespace {

// Is a quotation open at `at`, so that the mark there closes it? Marks behind digits count for nothing.
bool quotation_open(std::string_view text, std::size_t at, char mark) {
    constexpr std::size_t reach = 300; // bytes before it that are looked at
    for (std::size_t i = at; i-- > 0 && at - i < reach;) {
        if (text[i] != mark) {
            continue;
        }
        bool const after_space = i == 0 || is_in(" (\n[", text[i - 1]);
        if (after_space && text[i + 1] != ' ') {
            return true;
        }
        bool const inside_word = i > 0 && letter_at(text, i - 1) && letter_at(text, i + 1);
        if (!inside_word && !(i > 0 && is_digit(text[i - 1]))) {
            return false;
        }
    }
    return false;
}

std::string with_unit(Amount const& amount, char const* one, char const* many) {
    return amount_words(amount) + " " + (amount.is_one() ? one : many);
}

// "10 in" or "10\"" behind feet; a bare number counts when nothing else follows ("5'10").
std::size_t inches_end(std::string_view text, std::optional<Amount> const& inches, bool words) {
    if (!inches) {
        return 0;
    }
    if (words) {
        auto const gap = char_at(text, inches->end) == ' ' ? 1U : 0U;
        auto const word = lower_case(letters_at(text, inches->end + gap));
        return word == "in" || word == "inches" ? inches->end + gap + word.size() : 0;
    }
    if (auto const size = measure_mark_at(text, inches->end, true)) {
        return inches->end + size;
    }
    return inches->integer.size() <= 2 && !letter_at(text, inches->end) && !is_in("'", char_at(text, inches->end))
               ? inches->end
               : 0;
}

bool read_feet(Scan& scan, Amount const& feet) {
    auto const gap = char_at(scan.text, feet.end) == ' ' ? 1U : 0U;
    bool const words = lower_case(letters_at(scan.text, feet.end + gap)) == "ft";
    auto mark = words ? gap + 2U : measure_mark_at(scan.text, feet.end, false);
    bool const directly = char_at(scan.text, feet.end) == '\'' && is_digit(char_at(scan.text, feet.end + 1));
    mark = directly ? 1 : mark;
    if (!mark) {
        return false;
    }
    auto at = feet.end + mark;
    at += words && char_at(scan.text, at) == '.' ? 1U : 0U;
    at += is_in(" -", char_at(scan.text, at)) && (words || is_digit(char_at(scan.text, at + 1))) ? 1U : 0U;
    auto const inches = amount_at(scan.text, at);
    bool const marked = !words && (directly || (inches && measure_mark_at(scan.text, inches->end, true) > 0));
    auto const end = words || marked ? inches_end(scan.text, inches, words) : 0;
    if (!end) {
        if (words) {
            return false; // a unit as any other
        }
        scan.say(with_unit(feet, "foot", "feet"));
        scan.at = feet.end + mark;
        return true;
    }
    scan.say(with_unit(feet, "foot", "feet") + " " + with_unit(*inches, "inch", "inches"));
    scan.at = end;
    if (words && scan.peek() == '.' && !stop_ends_sentence(scan.rest().substr(1))) {
        ++scan.at;
    }
    return true;
}

bool read_inches(Scan& scan, Amount const& inches) {
    auto const size = measure_mark_at(scan.text, inches.end, true);
    if (!size) {
        return false;
    }
    scan.say(with_unit(inches, "inch", "inches"));
    scan.at = inches.end + size;
    return true;
}

// "N", " W" behind a place on the globe.
void say_direction(Scan& scan) {
    auto const gap = scan.peek() == ' ' ? 1U : 0U;
    char const letter = scan.peek(gap);
    if (letter_at(scan.text, scan.at + gap + 1) || !is_in("NSEW", letter)) {
        return;
    }
    scan.say(letter == 'N' ? "north" : letter == 'S' ? "south" : letter == 'E' ? "east" : "west");
    scan.at += gap + 1;
}

// 40°26'46"N, 45° N
bool read_angle(Scan& scan, Amount const& degrees) {
    if (!from(scan.text, degrees.end).starts_with("°")) {
        return false;
    }
    auto const after = degrees.end + 2;
    auto const next = after + (char_at(scan.text, after) == ' ' ? 1U : 0U);
    auto const minutes = amount_at(scan.text, next);
    auto const minute_mark = [&](std::size_t at) {
        return from(scan.text, at).starts_with("\u2032") ? 3U : char_at(scan.text, at) == '\'' ? 1U : 0U;
    };
    auto const mark = minutes ? minute_mark(minutes->end) : 0U;
    bool const direction = is_in("NSEW", char_at(scan.text, next)) && !letter_at(scan.text, next + 1);
    if (!mark && !direction) {
        return false;
    }
    scan.say(with_unit(degrees, "degree", "degrees"));
    scan.at = after;
    if (mark) {
        scan.say(with_unit(*minutes, "minute", "minutes"));
        scan.at = minutes->end + mark;
        auto const gap = scan.peek() == ' ' ? 1U : 0U;
        auto const seconds = amount_at(scan.text, scan.at + gap);
        auto const end = seconds ? seconds->end : 0;
        auto const second_mark = from(scan.text, end).starts_with("\u2033") ? 3U
                                 : char_at(scan.text, end) == '"'           ? 1U
                                                                            : 0U;
        if (seconds && second_mark) {
            scan.say(with_unit(*seconds, "second", "seconds"));
            scan.at = end + second_mark;
        }
    }
    say_direction(scan);
    return true;
}

} // namespace

std::size_t measure_mark_at(std::string_view text, std::size_t at, bool twice) {
    if (from(text, at).starts_with(twice ? "\u2033" : "\u2032")) {
        return 3;
    }
    if (twice && from(text, at).starts_with("''")) {
        return 2;
    }
    char const mark = twice ? '"' : '\'';
    if (char_at(text, at) != mark || letter_at(text, at + 1) || quotation_open(text, at, mark)) {
        return 0;
    }
    return 1;
}

bool read_marked_measure(Scan& scan, Amount const& number) {
    return read_angle(scan, number) || read_feet(scan, number) || read_inches(scan, number);
}

} // namespace echollama::speech
