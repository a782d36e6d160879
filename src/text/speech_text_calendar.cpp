// Dates, clock times, telephone numbers.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <array>
#include <optional>

namespace echollama::speech {
namespace {

unsigned value_of(std::string_view digits) {
    unsigned value = 0;
    for (char c : digits) {
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

// Runs of digits with the same separator: "2025-03-04" → {2025, 03, 04}. At most four runs are read.
struct Runs {
    std::array<std::string_view, 4> part;
    std::size_t count = 0, end = 0;
};

Runs runs_at(std::string_view text, std::size_t at, char separator) {
    Runs runs;
    while (runs.count < runs.part.size()) {
        auto const size = digits_at(text, at);
        if (size == 0) {
            break;
        }
        runs.part[runs.count++] = text.substr(at, size);
        runs.end = at + size;
        if (runs.end >= text.size() || text[runs.end] != separator) {
            break;
        }
        at = runs.end + 1;
    }
    return runs;
}

bool is_day(unsigned value) {
    return value >= 1 && value <= 31;
}
bool is_month(unsigned value) {
    return value >= 1 && value <= 12;
}

std::string date_words(unsigned month, unsigned day) {
    return std::string(month_name(static_cast<int>(month))) + " " + ordinal_words(day);
}

std::string short_year(std::string_view digits) {
    if (digits.size() == 4) {
        return year_words(value_of(digits));
    }
    return digits[0] == '0' ? "oh " + digit_words(digits.substr(1)) : cardinal_words(value_of(digits));
}

bool is_year(std::string_view digits) {
    return digits.size() == 2 || (digits.size() == 4 && digits >= "1000" && digits < "3000");
}

// 2025-03-04, 3/14/2025, 14/3/2025, 14.3.2025
bool read_date(Scan& scan) {
    if (auto const iso = runs_at(scan.text, scan.at, '-');
        iso.count == 3 && iso.part[0].size() == 4 && iso.part[1].size() == 2 && iso.part[2].size() == 2 &&
        is_month(value_of(iso.part[1])) && is_day(value_of(iso.part[2]))) {
        scan.say(date_words(value_of(iso.part[1]), value_of(iso.part[2])) + ", " + year_words(value_of(iso.part[0])));
        scan.at = iso.end;
        if (scan.peek() == 'T' && is_digit(scan.peek(1))) {
            ++scan.at;
            scan.say("at");
        }
        return true;
    }
    for (char const separator : {'/', '.'}) {
        auto const runs = runs_at(scan.text, scan.at, separator);
        if (runs.count != 3 || runs.part[0].size() > 2 || runs.part[1].size() > 2 || !is_year(runs.part[2]) ||
            (separator == '.' && runs.part[2].size() != 4)) {
            continue;
        }
        auto const first = value_of(runs.part[0]), second = value_of(runs.part[1]);
        auto const year = short_year(runs.part[2]);
        bool const day_first = is_day(first) && is_month(second) && (first > 12 || first == second || separator == '.');
        bool const month_first = !day_first && is_month(first) && is_day(second) && second > 12;
        if (day_first || month_first) {
            scan.say((day_first ? date_words(second, first) : date_words(first, second)) + ", " + year);
        } else {
            scan.say(cardinal_words(first) + " slash " + cardinal_words(second) + " slash " + year);
        }
        scan.at = runs.end;
        return true;
    }
    return false;
}

// "March 5", "5 March"
bool read_day_of_month(Scan& scan) {
    auto const size = digits_at(scan.text, scan.at);
    if (size == 0 || size > 2 || !is_day(value_of(scan.text.substr(scan.at, size)))) {
        return false;
    }
    auto const day = value_of(scan.text.substr(scan.at, size));
    auto end = scan.at + size;
    auto const ending = lower_case(scan.text.substr(end, 2));
    if (ending == "st" || ending == "nd" || ending == "rd" || ending == "th") {
        end += 2;
    }
    char const next = end < scan.text.size() ? scan.text[end] : '\0';
    bool const ends = !letter_at(scan.text, end) && !(std::string_view(".:,").find(next) != std::string_view::npos &&
                                                      is_digit(end + 1 < scan.text.size() ? scan.text[end + 1] : 'x'));
    if (!ends) {
        return false;
    }
    if (month_number(scan.previous)) {
        if (next == '-' || next == '/' || next == '%') {
            return false;
        }
        scan.say(ordinal_words(day));
        scan.at = end;
        scan.after_date = true;
        return true;
    }
    auto const word_at = scan.text.substr(end).starts_with(" of ") ? end + 4 : end + 1;
    if (next != ' ') {
        return false;
    }
    auto word_end = word_at;
    while (word_end < scan.text.size() && is_ascii_letter(scan.text[word_end])) {
        ++word_end;
    }
    auto const word = scan.text.substr(word_at, word_end - word_at);
    int const month = month_number(word);
    // "May" and "March" are words too: only behind a number that is a day, and not before another word such as "be"
    if (!month) {
        return false;
    }
    scan.say(scan.previous == "the" ? ordinal_words(day) : "the " + ordinal_words(day));
    scan.say("of " + std::string(month_name(month)));
    scan.at =
        word_end +
        (word.size() < 5 && word != month_name(month) && word_end < scan.text.size() && scan.text[word_end] == '.' ? 1
                                                                                                                   : 0);
    scan.after_date = true;
    return true;
}

// "pm", " a.m." …: its size, 0 for none.
std::size_t half_day_at(std::string_view text, std::size_t at, std::string& words) {
    auto const gap = at < text.size() && text[at] == ' ' ? 1U : 0U;
    auto const rest = lower_case(text.substr(at + gap, 5));
    for (std::string_view form : {"a.m.", "p.m.", "am", "pm"}) {
        if (rest.starts_with(form) && !letter_at(text, at + gap + form.size())) {
            words = form[0] == 'a' ? "A M" : "P M";
            return gap + form.size();
        }
    }
    return 0;
}

std::string clock_words(unsigned hour, unsigned minute, bool half_day) {
    auto words = cardinal_words(hour);
    if (minute == 0) {
        return half_day                  ? words
               : hour % 24 == 0          ? "midnight"
               : hour >= 1 && hour <= 12 ? words + " o'clock"
                                         : words + " hundred";
    }
    return words + (minute < 10 ? " oh " : " ") + cardinal_words(minute);
}

// Keeps the full stop of a sentence that "p.m." swallowed.
void close_half_day(Scan& scan) {
    if (scan.text[scan.at - 1] != '.') {
        return;
    }
    auto const next = scan.rest().find_first_not_of(" \"')");
    if (next == std::string_view::npos || is_upper(scan.rest()[next])) {
        scan.out += '.';
    }
}

// "3:05 pm", "14:30", "1:23:45", "16:9", "3 pm"
bool read_time(Scan& scan) {
    std::string half_day;
    auto const runs = runs_at(scan.text, scan.at, ':');
    if (runs.count == 0 || runs.part[0].size() > 4) {
        return false;
    }
    auto const hour = value_of(runs.part[0]);
    if (runs.count == 1) {
        auto const size = half_day_at(scan.text, runs.end, half_day);
        if (size == 0 || hour < 1 || hour > 12) {
            return false;
        }
        scan.say(cardinal_words(hour) + " " + half_day);
        scan.at = runs.end + size;
        close_half_day(scan);
        return true;
    }
    bool const two_digits = runs.part[1].size() == 2 && runs.part[0].size() <= 2;
    auto const minute = runs.part[1].size() <= 4 ? value_of(runs.part[1]) : 0;
    if (runs.count == 2 && two_digits && hour < 25 && minute < 60) {
        auto const size = half_day_at(scan.text, runs.end, half_day);
        scan.say(clock_words(hour, minute, size > 0) + (size ? " " + half_day : ""));
        scan.at = runs.end + size;
        if (size) {
            close_half_day(scan);
        }
        return true;
    }
    if (runs.count == 3 && two_digits && minute < 60 && runs.part[2].size() == 2 && value_of(runs.part[2]) < 60) {
        scan.say(clock_words(hour, minute, true) + " and " + cardinal_words(value_of(runs.part[2])) +
                 (runs.part[2] == "01" ? " second" : " seconds"));
        scan.at = runs.end;
        return true;
    }
    if (runs.count == 2 && runs.part[1].size() <= 4) {
        scan.say(integer_words(runs.part[0]) + " to " + integer_words(runs.part[1]));
        scan.at = runs.end;
        return true;
    }
    return false;
}

// Where the next group of a telephone number begins; 0: there is none. `area`: "(555) 123" is possible here.
std::size_t next_group(std::string_view text, std::size_t at, bool spaced, bool area) {
    if (area && text.substr(at, 1) == ")") {
        ++at;
        spaced = true;
        if (digits_at(text, at) > 0) {
            return at;
        }
    }
    bool const joins = text.substr(at, 1) == "-" || (spaced && text.substr(at, 1) == " ");
    return joins && digits_at(text, at + 1) > 0 ? at + 1 : 0;
}

// 555-0123, 020-7946-0958, 1-800-555-0199, (555) 123-4567, +44 20 7946 0958, 0800 123456: read digit by digit with a
// pause between the groups
bool read_telephone(Scan& scan) {
    bool const international = scan.at > 0 && scan.text[scan.at - 1] == '+';
    bool const area = scan.at > 0 && scan.text[scan.at - 1] == '(';
    bool const trunk = scan.peek() == '0';
    bool const spaced = international || trunk || announces_telephone(scan.previous);
    std::string words;
    std::size_t at = scan.at, digits = 0, groups = 0;
    bool sizes_fit = true;
    for (;;) {
        auto const size = digits_at(scan.text, at);
        if (size == 0) {
            break;
        }
        sizes_fit = sizes_fit && (groups == 0 || size >= 2) && size <= (spaced ? 8U : 5U);
        words += (words.empty() ? "" : ", ") + digit_words(scan.text.substr(at, size));
        digits += size;
        ++groups;
        at += size;
        auto const next = next_group(scan.text, at, spaced, area && groups == 1);
        if (next == 0 || digits > 15) {
            break;
        }
        at = next;
    }
    bool const local = groups == 2 && digits == 7 && digits_at(scan.text, scan.at) == 3;
    bool const dialled = spaced && groups >= (international ? 1U : 2U);
    if (!sizes_fit || digits < 7 || digits > 15 || !(groups >= 3 || local || dialled)) {
        return false;
    }
    scan.say(words);
    scan.at = at;
    return true;
}

} // namespace

bool read_calendar(Scan& scan) {
    return read_date(scan) || read_telephone(scan) || read_day_of_month(scan) || read_time(scan);
}

} // namespace echollama::speech
