// What is read digit by digit: telephone numbers, addresses of computers, versions, serial numbers, codes.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <vector>

namespace echollama::speech {
namespace {

// Where the next group of a telephone number begins; 0: there is none. `area`: "(555) 123" is possible here.
std::size_t next_group(std::string_view text, std::size_t at, bool spaced, bool area) {
    if (area && char_at(text, at) == ')') {
        ++at;
        spaced = true;
        if (digits_at(text, at) > 0) {
            return at;
        }
    }
    bool const joins = char_at(text, at) == '-' || (spaced && char_at(text, at) == ' ');
    return joins && digits_at(text, at + 1) > 0 ? at + 1 : 0;
}

// "800" behind "1" or "0" is "eight hundred", other groups are digits.
std::string group_words(std::string_view digits, bool after_prefix) {
    bool const hundreds = after_prefix && digits.size() == 3 && digits[0] != '0' && digits.ends_with("00");
    return hundreds ? integer_words(digits) : digit_words(digits);
}

// 1-800-GO-2-HAUL: what follows is spelled as it is written.
bool read_toll_free(Scan& scan) {
    auto const rest = scan.rest();
    if (!rest.starts_with("1-") || digits_at(rest, 2) != 3 || char_at(rest, 5) != '-' || !letter_at(rest, 6)) {
        return false;
    }
    scan.say("one, " + group_words(rest.substr(2, 3), true) + ",");
    scan.at += 6;
    return true;
}

// The runs of digits with full stops between them.
std::vector<std::string_view> dotted_runs(std::string_view text, std::size_t at, std::size_t& end) {
    std::vector<std::string_view> runs;
    while (auto const size = digits_at(text, at)) {
        runs.push_back(text.substr(at, size));
        end = at + size;
        if (char_at(text, end) != '.' || digits_at(text, end + 1) == 0) {
            break;
        }
        at = end + 1;
    }
    return runs;
}

// What stands before says that a code follows.
bool announces_code(Scan const& scan) {
    static constexpr std::string_view words[] = {"pin", "otp",     "code",   "password", "passcode", "pnr",
                                                 "ssn", "account", "serial", "zip",      "postcode", "extension",
                                                 "ext", "id",      "flight", "card",     "isbn"};
    auto const before = scan.text.substr(0, scan.at);
    if (contains(words, scan.previous) || before.ends_with("ending in ") || before.ends_with("ends in ")) {
        return true;
    }
    bool const linked = scan.previous == "is" || scan.previous == "number" || scan.previous == "no";
    if (!linked) {
        return false;
    }
    auto const end = before.find_last_not_of(' ');
    auto const word_begin = before.find_last_of(' ', end);
    auto const earlier = word_begin == std::string_view::npos ? "" : before.substr(0, word_begin);
    auto const begin = earlier.find_last_of(' ');
    return contains(words, lower_case(earlier.substr(begin == std::string_view::npos ? 0 : begin + 1)));
}

} // namespace

bool announces_telephone(std::string_view word) {
    static constexpr std::string_view words[] = {"call", "dial", "phone", "ring", "telephone", "tel", "fax", "text"};
    return contains(words, word);
}

// 555-0123, 020-7946-0958, 1-800-555-0199, (555) 123-4567, +44 20 7946 0958, 0800 123456: read digit by digit with a
// pause between the groups
bool read_telephone(Scan& scan) {
    if (read_toll_free(scan)) {
        return true;
    }
    bool const international = scan.before() == '+';
    bool const area = scan.before() == '(';
    bool const spaced = international || scan.peek() == '0' || announces_telephone(scan.previous);
    std::string words;
    std::size_t at = scan.at, digits = 0, groups = 0;
    bool sizes_fit = true, after_prefix = false;
    for (;;) {
        auto const size = digits_at(scan.text, at);
        sizes_fit = sizes_fit && (groups == 0 || size >= 2) && size <= (spaced ? 8U : 5U);
        words += (words.empty() ? "" : ", ") + group_words(scan.text.substr(at, size), after_prefix);
        after_prefix = groups == 0 && size == 1;
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
    if (!sizes_fit || digits < 7 || digits > 15 || !(groups >= 3 || local || dialled) || in_equation(scan.text, at)) {
        return false;
    }
    scan.say(words);
    scan.at = at;
    return true;
}

// "192.168.0.1", "555.555.5555", "1.2.3"
bool read_dotted(Scan& scan) {
    std::size_t end = 0;
    auto const runs = dotted_runs(scan.text, scan.at, end);
    if (runs.size() < 3) {
        return false;
    }
    bool const telephone = runs.size() == 3 && runs[0].size() == 3 && runs[1].size() == 3 && runs[2].size() == 4;
    bool computer = runs.size() == 4;
    for (auto run : runs) {
        computer = computer && run.size() <= 3;
    }
    bool const grouped = !telephone && runs.size() == 3 && runs[0].size() <= 3 && runs[0][0] != '0' &&
                         runs[1].size() == 3 && runs[2].size() == 3; // "1.000.000"
    if (grouped && char_at(scan.text, end) == ',' && is_digit(char_at(scan.text, end + 1))) {
        return false; // "1.000.000,50" is an amount
    }
    if (grouped) {
        scan.say(integer_words(std::string(runs[0]) + std::string(runs[1]) + std::string(runs[2])));
        scan.at = end;
        return true;
    }
    std::string words;
    for (auto run : runs) {
        words += words.empty() ? "" : telephone ? ", " : computer ? " dot " : " point ";
        words += telephone || computer ? digit_words(run) : integer_words(run);
    }
    scan.say(words);
    scan.at = end;
    return true;
}

std::vector<std::string_view> hyphened_digits(std::string_view text, std::size_t at) {
    std::vector<std::string_view> groups;
    while (auto const size = digits_at(text, at)) {
        groups.push_back(text.substr(at, size));
        at += size;
        if (char_at(text, at) != '-' || !is_digit(char_at(text, at + 1))) {
            break;
        }
        ++at;
    }
    return groups;
}

bool read_serial(Scan& scan) {
    bool const glued = letter_at(scan.text, scan.at - 1);
    auto const size = digits_at(scan.text, scan.at);
    auto const digits = scan.text.substr(scan.at, size);
    bool const code =
        size >= 3 && announces_code(scan) && !(is_in(".,", scan.peek(size)) && is_digit(scan.peek(size + 1)));
    bool const goes_on = scan.peek(size) == '.' && is_digit(scan.peek(size + 1)); // "v1.2", "USB3.0"
    if (size == 0 || goes_on || (!glued && !code)) {
        return false;
    }
    if (code) { // "978-3-16-148410-0"
        std::string words;
        for (auto group : hyphened_digits(scan.text, scan.at)) {
            words += (words.empty() ? "" : ", ") + digit_words(group);
            scan.at = static_cast<std::size_t>(group.end() - scan.text.begin());
        }
        scan.say(words);
        return true;
    }
    bool const year = size == 4 && scan.out.ends_with("FY"); // a financial year
    bool const one_by_one = size >= 4 && !digits.ends_with("00");
    scan.say(year         ? year_words(std::stoul(std::string(digits)))
             : one_by_one ? digit_words(digits)
                          : integer_words(digits));
    scan.at += size;
    return true;
}

} // namespace echollama::speech
