// Dates and clock times.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>
#include <array>

namespace echollama::speech {
namespace {

constexpr std::string_view months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};

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
        if (char_at(text, runs.end) != separator) {
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

std::string short_year(std::string_view digits) {
    if (digits.size() == 4) {
        return year_words(value_of(digits));
    }
    return digits[0] == '0' ? "oh " + digit_words(digits.substr(1)) : cardinal_words(value_of(digits));
}

bool is_year(std::string_view digits) {
    return digits.size() == 2 || (digits.size() == 4 && digits >= "1000" && digits < "3000");
}

std::string date_words(bool day_first, unsigned month, unsigned day, std::string const& year) {
    std::string const name = month_name(static_cast<int>(month));
    return (day_first ? "the " + ordinal_words(day) + " of " + name : name + " " + ordinal_words(day)) + ", " + year;
}

// 2025-03-04, 1998/2/30: the year first leaves no doubt.
bool read_year_first(Scan& scan, char separator) {
    auto const runs = runs_at(scan.text, scan.at, separator);
    if (runs.count != 3 || runs.part[0].size() != 4 || !is_year(runs.part[0]) || runs.part[1].size() > 2 ||
        runs.part[2].size() > 2 || !is_month(value_of(runs.part[1])) || !is_day(value_of(runs.part[2]))) {
        return false;
    }
    scan.say(date_words(false, value_of(runs.part[1]), value_of(runs.part[2]), short_year(runs.part[0])));
    scan.at = runs.end;
    if (scan.peek() == 'T' && is_digit(scan.peek(1))) {
        ++scan.at;
        scan.say("at");
    }
    return true;
}

// 3/14/2025, 14/3/2025, 14.3.2025, 14-3-2025; what may mean two days is read as it stands.
bool read_year_last(Scan& scan, char separator) {
    auto const runs = runs_at(scan.text, scan.at, separator);
    if (runs.count != 3 || runs.part[0].size() > 2 || runs.part[1].size() > 2 || !is_year(runs.part[2]) ||
        (separator != '/' && runs.part[2].size() != 4)) {
        return false;
    }
    auto const first = value_of(runs.part[0]), second = value_of(runs.part[1]);
    auto const year = short_year(runs.part[2]);
    bool const day_first = is_day(first) && is_month(second) && (first > 12 || first == second || separator == '.');
    bool const month_first = !day_first && is_month(first) && is_day(second) && second > 12;
    if (day_first || month_first) {
        scan.say(date_words(day_first, day_first ? second : first, day_first ? first : second, year));
    } else {
        auto const between = separator == '/' ? " slash " : separator == '-' ? " dash " : " point ";
        scan.say(cardinal_words(first) + between + cardinal_words(second) + between + year);
    }
    scan.at = runs.end;
    return true;
}

bool read_numeric_date(Scan& scan) {
    constexpr std::string_view separators = "-/.";
    return std::any_of(separators.begin(), separators.end(), [&](char separator) {
        return read_year_first(scan, separator) || read_year_last(scan, separator);
    });
}

// A day of a month with its ending: "5", "21st"; end 0: none.
struct Day {
    unsigned value = 0;
    std::size_t end = 0;
    bool ordinal = false;
};

Day day_at(std::string_view text, std::size_t at) {
    auto const size = digits_at(text, at);
    if (size == 0 || size > 2 || !is_day(value_of(text.substr(at, size)))) {
        return {};
    }
    Day day{value_of(text.substr(at, size)), at + size};
    auto const ending = lower_case(letters_at(text, day.end));
    if (ending == "st" || ending == "nd" || ending == "rd" || ending == "th") {
        day.end += 2;
        day.ordinal = true;
    }
    char const next = char_at(text, day.end);
    bool const goes_on = is_in(".:,", next) && is_digit(char_at(text, day.end + 1)) && next != ',';
    return letter_at(text, day.end) || goes_on || is_in("/%", next) ? Day{} : day;
}

// ", 2020", " 2020", "-2020", " '98": the words of the year; moves `at`. Empty: there is none.
std::string year_behind(std::string_view text, std::size_t& at) {
    auto next = at;
    next += is_in(",.", char_at(text, next)) ? 1U : 0U;
    bool const joined = next == at && char_at(text, next) == '-';
    next += joined || char_at(text, next) == ' ' ? 1U : 0U;
    bool const short_form = char_at(text, next) == '\'' && digits_at(text, next + 1) == 2;
    next += short_form ? 1U : 0U;
    auto const digits = from(text, next).substr(0, digits_at(text, next));
    auto const end = next + digits.size();
    bool const ends = !letter_at(text, end) && !is_in("/:%-", char_at(text, end)) &&
                      !(is_in(".,", char_at(text, end)) && is_digit(char_at(text, end + 1)));
    bool const year = (digits.size() == 4 && is_year(digits)) || short_form || (joined && digits.size() == 2);
    if (next == at || !year || !ends || counts_things(from(text, end)) || unit_at(from(text, end)).size > 0) {
        return "";
    }
    at = end;
    return short_year(digits);
}

// "may", "march" and "mar" in small letters are verbs, unless they stand in a date.
bool is_doubtful(std::string_view word) {
    return word == "may" || word == "march" || word == "mar";
}

// Does the text go on as it does behind a date: with its end, a mark, or "at", "in" …?
bool date_may_end(std::string_view rest) {
    static constexpr std::string_view words[] = {"at", "in", "on", "and", "or", "to", "from", "by", "was", "the"};
    auto const next = rest.find_first_not_of(' ');
    return next == std::string_view::npos || is_in(".,;:!?)\"–-", rest[next]) || rest[next] == '\xE2' ||
           contains(words, letters_at(rest, next));
}

// The month at `at`, with the full stop of a short form; 0: none.
int month_at(std::string_view text, std::size_t at, std::size_t& end) {
    auto const word = letters_at(text, at);
    int const month = letter_at(text, at + word.size()) ? 0 : month_number(word);
    end = at + word.size();
    if (month && word.size() < 5 && lower_case(word) != lower_case(month_name(month)) && char_at(text, end) == '.' &&
        !stop_ends_sentence(from(text, end + 1))) {
        ++end;
    }
    return month;
}

// "25 jul 2012", "5th of May", "25-Jul-2012", "5-7 May"
bool read_day_and_month(Scan& scan) {
    auto const first = day_at(scan.text, scan.at);
    if (!first.end) {
        return false;
    }
    auto const dash = dash_at(scan.text, first.end);
    auto const second = dash ? day_at(scan.text, first.end + dash) : Day{};
    auto const last = second.end ? second : first;
    if (!is_in(" -", char_at(scan.text, last.end))) {
        return false;
    }
    auto const at = from(scan.text, last.end).starts_with(" of ") ? last.end + 4 : last.end + 1;
    std::size_t end = 0;
    int const month = month_at(scan.text, at, end);
    auto const year_end = end;
    auto const year = month ? year_behind(scan.text, end) : "";
    bool const sure = !is_doubtful(letters_at(scan.text, at)) || !year.empty() || date_may_end(from(scan.text, end)) ||
                      at == last.end + 4;
    if (!month || !sure) {
        return false;
    }
    auto days = ordinal_words(first.value) + (second.end ? " to " + ordinal_words(second.value) : "");
    bool const comma = char_at(scan.text, year_end) == ',';
    scan.say((scan.previous == "the" ? "" : "the ") + days + " of " + month_name(month) +
             (year.empty() ? "" : (comma ? ", " : " ") + year));
    scan.at = end;
    return true;
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
    static constexpr std::string_view zones[] = {"Eastern", "Pacific", "Central", "Mountain", "Greenwich"};
    auto const next = scan.rest().find_first_not_of(' ');
    auto const word = next == std::string_view::npos ? "" : letters_at(scan.rest(), next);
    bool const zone = word.size() > 1 && word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
    if (scan.before() == '.' && stop_ends_sentence(scan.rest()) && !zone && !contains(zones, word) &&
        calendar_name(word).empty()) {
        scan.out += '.';
    }
}

bool read_hour(Scan& scan, Runs const& runs) {
    std::string half_day;
    auto const hour = value_of(runs.part[0]);
    auto const size = half_day_at(scan.text, runs.end, half_day);
    if (size == 0 || hour < 1 || hour > 12) {
        return false;
    }
    scan.say(cardinal_words(hour) + " " + half_day);
    scan.at = runs.end + size;
    close_half_day(scan);
    return true;
}

// "3:05 pm", "14:30", "1:23:45", "16:9", "3 pm"
bool read_time(Scan& scan) {
    auto const runs = runs_at(scan.text, scan.at, ':');
    if (runs.count == 0 || runs.part[0].size() > 4) {
        return false;
    }
    if (runs.count == 1) {
        return read_hour(scan, runs);
    }
    auto const hour = value_of(runs.part[0]);
    bool const two_digits = runs.part[1].size() == 2 && runs.part[0].size() <= 2;
    auto const minute = runs.part[1].size() <= 4 ? value_of(runs.part[1]) : 0;
    std::string half_day;
    auto const size = half_day_at(scan.text, runs.end, half_day);
    if (runs.count == 2 && two_digits && hour < 25 && minute < 60) {
        scan.say(clock_words(hour, minute, size > 0) + (size ? " " + half_day : ""));
    } else if (runs.count == 3 && two_digits && minute < 60 && runs.part[2].size() == 2 &&
               value_of(runs.part[2]) < 60) {
        scan.say(clock_words(hour, minute, true) + " and " + cardinal_words(value_of(runs.part[2])) +
                 (runs.part[2] == "01" ? " second" : " seconds") + (size ? " " + half_day : ""));
    } else if (runs.count == 2 && runs.part[1].size() <= 4) {
        bool const ratio = runs.part[0].size() < 4; // "16:9", but "ISO 9001:2015"
        scan.say(integer_words(runs.part[0]) + (ratio ? " to " : " colon ") + integer_words(runs.part[1]));
        scan.at = runs.end;
        return true;
    } else {
        return false;
    }
    scan.at = runs.end + size;
    if (size) {
        close_half_day(scan);
    }
    return true;
}

} // namespace

std::size_t half_day_at(std::string_view text, std::size_t at, std::string& words) {
    auto const gap = char_at(text, at) == ' ' ? 1U : 0U;
    auto const rest = lower_case(from(text, at + gap).substr(0, 5));
    for (std::string_view form : {"a.m.", "p.m.", "a.m", "p.m", "am", "pm"}) {
        if (rest.starts_with(form) && !letter_at(text, at + gap + form.size())) {
            words = form[0] == 'a' ? "AM" : "PM";
            return gap + form.size();
        }
    }
    return 0;
}

int month_number(std::string_view word) {
    auto const lower = lower_case(word);
    for (int i = 0; i < 12; ++i) {
        auto const name = lower_case(months[i]);
        if (lower == name || (lower.size() == 3 && name.starts_with(lower)) || (lower == "sept" && i == 8)) {
            return i + 1;
        }
    }
    return 0;
}

char const* month_name(int number) {
    return months[number - 1].data();
}

std::string_view calendar_name(std::string_view word) {
    static constexpr std::string_view days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                "Friday", "Saturday", "Sunday"};
    static constexpr std::string_view short_days[] = {"tues", "thur", "thurs", "weds"};
    auto const lower = lower_case(word);
    for (auto day : days) {
        auto const name = lower_case(day);
        if (lower == name || (lower.size() == 3 && name.starts_with(lower)) ||
            (contains(short_days, lower) && name.starts_with(lower.substr(0, 3)))) {
            return day;
        }
    }
    int const month = month_number(word);
    return month ? months[month - 1] : std::string_view{};
}

bool read_month_date(Scan& scan) {
    std::size_t end = 0;
    int const month = month_at(scan.text, scan.at, end);
    if (!month) {
        return false;
    }
    auto const word = letters_at(scan.text, scan.at);
    std::string words = month_name(month);
    auto const gap = char_at(scan.text, end) == ' ' ? 1U : 0U;
    auto const first = gap ? day_at(scan.text, end + 1) : Day{};
    if (first.end && !counts_things(from(scan.text, first.end)) && unit_at(from(scan.text, first.end)).size == 0) {
        end = first.end;
        words += " " + ordinal_words(first.value);
        auto const spaced = from(scan.text, end).starts_with(" - ") ? 3U : 0U; // "May 5 - 7"
        auto const dash = spaced ? spaced : dash_at(scan.text, end);
        auto const second = dash ? day_at(scan.text, end + dash) : Day{};
        if (second.end) {
            words += " to " + ordinal_words(second.value);
            end = second.end;
        } else if (dash && !spaced && !month_number(letters_at(scan.text, end + dash))) {
            return false;
        }
    } else if (from(scan.text, end).starts_with(" of ") && digits_at(scan.text, end + 4) == 4) {
        words += " of";
        end += 3;
    }
    auto const before = end;
    auto const year = year_behind(scan.text, end);
    bool const comma = first.end && before == end - 6;
    if ((year.empty() && !first.end) || (year.empty() && is_doubtful(word) && !date_may_end(from(scan.text, end)))) {
        return false;
    }
    scan.say(words + (year.empty() ? "" : (comma ? ", " : " ") + year));
    scan.at = end;
    scan.forget_words();
    scan.amount_end = scan.name_end = scan.at;
    return true;
}

bool read_date_or_time(Scan& scan) {
    return read_numeric_date(scan) || read_day_and_month(scan) || read_time(scan);
}

} // namespace echollama::speech
