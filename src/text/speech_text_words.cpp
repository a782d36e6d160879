// What begins at a letter: abbreviations, initials, words that hold signs, plain words.
#include "text/abbreviations.h"
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace echollama::speech {
namespace {

// "U.S.", "N.A.S.A.", "e.s.t" → the letters as one word; voices read a single "A" as the article.
bool read_initials(Scan& scan) {
    std::string letters;
    std::size_t at = scan.at;
    while (is_ascii_letter(char_at(scan.text, at)) && char_at(scan.text, at + 1) == '.') {
        letters += is_lower(scan.text[at]) ? static_cast<char>(scan.text[at] - 32) : scan.text[at];
        at += 2;
    }
    bool const last = is_ascii_letter(char_at(scan.text, at)) && !letter_at(scan.text, at + 1) && letters.size() >= 2;
    if (last) {
        letters += is_lower(scan.text[at]) ? static_cast<char>(scan.text[at] - 32) : scan.text[at];
        ++at;
    }
    bool const capitals = is_upper(scan.text[scan.at]);
    if (letters.size() < (capitals ? 2U : 3U) || letter_at(scan.text, at) || is_digit(char_at(scan.text, at))) {
        return false;
    }
    scan.say(letters);
    scan.at = at;
    if (!last && surely_ends_sentence(scan.rest())) {
        scan.out += '.';
    }
    return true;
}

std::string_view word_at(Scan const& scan) {
    auto end = scan.at;
    while (letter_at(scan.text, end) ||
           (char_at(scan.text, end) == '\'' && end > scan.at && letter_at(scan.text, end + 1))) {
        ++end;
    }
    return scan.text.substr(scan.at, end - scan.at);
}

// Words that hold signs.
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> signed_words{{{"and/or", "and or"},
                                                                                      {"he/she", "he or she"},
                                                                                      {"she/he", "she or he"},
                                                                                      {"his/her", "his or her"},
                                                                                      {"him/her", "him or her"},
                                                                                      {"s/he", "she or he"},
                                                                                      {"w/o", "without"},
                                                                                      {"c/o", "care of"},
                                                                                      {"n/a", "not applicable"},
                                                                                      {"N/A", "not applicable"},
                                                                                      {"y/n", "yes or no"},
                                                                                      {"km/h", "kilometres per hour"},
                                                                                      {"m/s", "metres per second"},
                                                                                      {"C++", "C plus plus"},
                                                                                      {"C#", "C sharp"},
                                                                                      {"F#", "F sharp"},
                                                                                      {"G#", "G sharp"},
                                                                                      {"D#", "D sharp"},
                                                                                      {"A#", "A sharp"},
                                                                                      {"a/c", "air conditioning"}}};

bool read_signed_word(Scan& scan) {
    for (auto const& [written, spoken] : signed_words) {
        char const next = scan.peek(written.size());
        if (scan.rest().starts_with(written) && !is_ascii_letter(next) && !is_digit(next) && next != '/') {
            scan.say(spoken);
            scan.at += written.size();
            scan.previous.clear();
            return true;
        }
    }
    if (scan.rest().starts_with("w/") && scan.before() != '/') {
        scan.say("with");
        scan.at += 2;
        return true;
    }
    return false;
}

bool next_fits(std::string_view rest, ShortForm kind) {
    auto const first = rest.find_first_not_of(" #");
    char const next = first == std::string_view::npos ? '\0' : rest[first];
    return kind == ShortForm::title ? is_upper(next) : kind != ShortForm::number || is_digit(next);
}

bool joins_names(std::string_view between) {
    static constexpr std::string_view words[] = {", ", " & ", " and ", " or ", "/", ", and ", ", & "};
    return contains(words, between);
}

// "Mon, Wed & Fri": does another day or month stand behind the one that ends here?
bool name_is_listed(std::string_view text, std::size_t end) {
    for (auto next = end; next < text.size() && next < end + 7; ++next) {
        if (is_upper(text[next])) {
            return joins_names(text.substr(end, next - end)) && !calendar_name(letters_at(text, next)).empty();
        }
    }
    return false;
}

// "Mon–Fri", "Jan-Mar", "Sat 10:00": short names of days and months beside a dash, or before a number.
bool read_calendar_name(Scan& scan, std::string_view word) {
    auto const name = calendar_name(word);
    if (name.empty() || letter_at(scan.text, scan.at + word.size())) {
        return false;
    }
    auto const end = scan.at + word.size();
    bool const whole = word.size() == name.size();
    auto const dash = dash_at(scan.text, end);
    bool const before_name = (dash && !calendar_name(letters_at(scan.text, end + dash)).empty()) ||
                             (is_upper(word[0]) && name_is_listed(scan.text, end));
    bool const behind_name =
        scan.name_end != std::string_view::npos &&
        (scan.out.ends_with(" to") ||
         (is_upper(word[0]) && joins_names(scan.text.substr(scan.name_end, scan.at - scan.name_end))));
    bool const before_number = is_upper(word[0]) && char_at(scan.text, end) == ' ' &&
                               is_digit(char_at(scan.text, end + 1)) && word != "Mar" && word != "Sun" && word != "May";
    if (!whole && !before_name && !behind_name && !before_number) {
        return false;
    }
    scan.say(whole ? word : name);
    scan.at = scan.name_end = end;
    scan.previous = lower_case(name);
    scan.previous_capital = true;
    return true;
}

// "x" between two sizes: "3 m x 4 m".
bool read_by(Scan& scan, std::string_view word) {
    auto const next = scan.text.find_first_not_of(' ', scan.at + 1);
    bool const spaced = scan.before() == ' ';
    bool const behind = scan.at > 0 && scan.amount_end == scan.at - (spaced ? 1 : 0) && spaced == (scan.peek(1) == ' ');
    if ((word != "x" && word != "X") || !behind || next == std::string_view::npos || !is_digit(scan.text[next])) {
        return false;
    }
    scan.say("by");
    ++scan.at;
    return true;
}

// "Is it safe? No. 3 cars are coming." – but "No. 5 is alive."
bool answers_no(std::string_view rest) {
    static constexpr std::string_view goes_on[] = {"is",  "and", "or", "in",   "on", "of",
                                                   "was", "at",  "to", "from", "by"};
    auto const digits = rest.find_first_not_of("No. ");
    auto const end = digits == std::string_view::npos ? rest.size() : digits + digits_at(rest, digits);
    auto const word = char_at(rest, end) == ' ' ? letters_at(rest, end + 1) : "";
    bool const counted = counts_things(from(rest, end)) || from(rest, end - 1).starts_with("1 "); // not "No. 7 bus"
    return !word.empty() && is_lower(word[0]) && !contains(goes_on, word) && counted;
}

} // namespace

bool read_abbreviation(Scan& scan, std::string_view word) {
    auto const rest = scan.rest();
    for (auto const& one : abbreviations()) {
        auto const size = one.written.size();
        bool const compound = one.written.find_first_of(". ") != std::string_view::npos;
        if (compound ? !rest.starts_with(one.written) : !is_written_as(one, word)) {
            continue;
        }
        bool const dot = char_at(rest, size) == '.' && !letter_at(rest, size + 1);
        bool const number_word = one.written == "No" || one.written == "no";
        if (letter_at(rest, size) || (number_word && scan.previous.empty() && answers_no(rest))) {
            continue;
        }
        auto const after = from(rest, size + (dot ? 1 : 0));
        bool const any_next = one.spoken == "Doctor" || one.spoken == "Mister" || one.spoken == "Misses";
        bool const at_end = after.find_first_not_of(" \"')]") == std::string_view::npos;
        bool const small_title = one.kind == ShortForm::title && is_lower(word[0]) && !dot;
        if ((one.needs_dot && !dot) || small_title || !(next_fits(after, one.kind) || any_next) ||
            (one.kind == ShortForm::word && at_end)) {
            continue;
        }
        scan.say(one.spoken);
        scan.at += size + (dot ? 1 : 0);
        scan.previous = lower_case(word);
        bool const any_capital = one.spoken == "et cetera";
        bool const ends = any_capital ? stop_ends_sentence(scan.rest()) : surely_ends_sentence(scan.rest());
        if (dot && (at_end || (one.kind == ShortForm::ending && ends))) {
            scan.out += '.';
        }
        return true;
    }
    return false;
}

void read_word(Scan& scan) {
    char const before = scan.before();
    bool const at_start = !letter_at(scan.text, scan.at - 1) && !is_digit(before) && !is_in("._@", before);
    if (at_start && (read_electronic(scan) || read_month_date(scan))) {
        scan.forget_words();
        return;
    }
    auto const word = word_at(scan);
    if (at_start && before != '-') {
        if (read_abbreviation(scan, word) || read_signed_word(scan)) {
            return;
        }
        if (read_initials(scan)) {
            scan.forget_words();
            return;
        }
    }
    if (read_by(scan, word)) {
        return;
    }
    if (at_start && (read_roman(scan, word) || read_calendar_name(scan, word) || read_address_word(scan) ||
                     read_street(scan, word))) {
        return;
    }
    if (word == "v" && at_start && is_digit(scan.peek(1))) {
        scan.say(scan.previous == "version" ? "" : "version");
    } else {
        scan.copy(word);
    }
    scan.previous = lower_case(word);
    scan.previous_capital = is_upper(word[0]);
    ++scan.sentence_words;
    scan.at += word.size();
}

} // namespace echollama::speech
