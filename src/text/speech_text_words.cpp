#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace echollama::speech {
namespace {

// What may follow the abbreviation for it to be one.
enum class Next { anything, number, capital };

struct Abbreviation {
    std::string_view written; // without its last full stop
    std::string_view spoken;
    bool needs_dot;
    Next next;
};

constexpr Abbreviation abbreviations[] = {
    {"Mr", "Mister", false, Next::anything},
    {"Mrs", "Missis", false, Next::anything},
    {"Ms", "Miz", true, Next::capital},
    {"Dr", "Doctor", false, Next::anything},
    {"Prof", "Professor", true, Next::anything},
    {"Jr", "Junior", true, Next::anything},
    {"Sr", "Senior", true, Next::anything},
    {"Ave", "Avenue", true, Next::anything},
    {"Blvd", "Boulevard", false, Next::anything},
    {"Rd", "Road", true, Next::anything},
    {"Inc", "Incorporated", true, Next::anything},
    {"Ltd", "Limited", true, Next::anything},
    {"Dept", "Department", true, Next::anything},
    {"Apt", "Apartment", true, Next::number},
    {"Fig", "Figure", true, Next::number},
    {"fig", "figure", true, Next::number},
    {"No", "number", true, Next::number},
    {"Nr", "number", true, Next::number},
    {"pp", "pages", true, Next::number},
    {"p", "page", true, Next::number},
    {"vol", "volume", true, Next::number},
    {"Vol", "Volume", true, Next::number},
    {"ch", "chapter", true, Next::number},
    {"ca", "about", true, Next::number},
    {"approx", "approximately", true, Next::anything},
    {"incl", "including", true, Next::anything},
    {"excl", "excluding", true, Next::anything},
    {"etc", "et cetera", false, Next::anything},
    {"vs", "versus", false, Next::anything},
    {"e.g", "for example", true, Next::anything},
    {"i.e", "that is", true, Next::anything},
    {"eg", "for example", true, Next::anything},
    {"ie", "that is", true, Next::anything},
    {"a.m", "A M", true, Next::anything},
    {"p.m", "P M", true, Next::anything},
    {"aka", "also known as", false, Next::anything},
    {"Mon", "Monday", true, Next::anything},
    {"Tue", "Tuesday", true, Next::anything},
    {"Wed", "Wednesday", true, Next::anything},
    {"Thu", "Thursday", true, Next::anything},
    {"Fri", "Friday", true, Next::anything},
    {"Jan", "January", true, Next::anything},
    {"Feb", "February", true, Next::anything},
    {"Mar", "March", true, Next::number},
    {"Apr", "April", true, Next::number},
    {"Jun", "June", true, Next::number},
    {"Jul", "July", true, Next::number},
    {"Aug", "August", true, Next::anything},
    {"Sept", "September", true, Next::anything},
    {"Oct", "October", true, Next::anything},
    {"Nov", "November", true, Next::anything},
    {"Dec", "December", true, Next::anything},
};

constexpr std::string_view domains[] = {"com", "org", "net", "edu", "gov", "io", "dev", "app", "info", "ai",
                                        "uk",  "de",  "fr",  "eu",  "us",  "ca", "au",  "jp",  "nl",   "ch"};
constexpr std::string_view file_types[] = {"jpg", "jpeg", "png", "gif",  "pdf",  "txt", "wav", "mp3", "mp4", "zip",
                                           "csv", "json", "doc", "docx", "html", "py",  "cpp", "js",  "md",  "svg"};

template <std::size_t Count>
bool contains(std::string_view const (&list)[Count], std::string_view word) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool ends_text(std::string_view rest) {
    return rest.find_first_not_of(" \"')]") == std::string_view::npos;
}

bool next_is(std::string_view rest, Next wanted) {
    auto const first = rest.find_first_not_of(" #");
    if (wanted == Next::anything) {
        return true;
    }
    return first != std::string_view::npos && (wanted == Next::number ? is_digit(rest[first]) : is_upper(rest[first]));
}

// "words.and.parts" as "words dot and dot parts"; digits are read later, separators become words.
std::string spell_address(std::string_view address) {
    std::string out;
    for (char c : address) {
        switch (c) {
        case '.':
            out += " dot ";
            break;
        case '@':
            out += " at ";
            break;
        case '-':
        case '_':
            out += ' ';
            break;
        default:
            if (is_digit(c)) {
                out += " " + digit_words(std::string(1, c)) + " ";
            } else {
                out += c;
            }
        }
    }
    return out;
}

bool is_address_character(char c) {
    return is_ascii_letter(c) || is_digit(c) || c == '-' || c == '_';
}

// The run of address characters and inner dots at the scan's position.
std::string_view dotted_run(std::string_view text, std::size_t at, std::string_view inner) {
    auto end = at;
    while (end < text.size() &&
           (is_address_character(text[end]) ||
            (inner.find(text[end]) != std::string_view::npos && end > at && end + 1 < text.size() &&
             is_address_character(text[end - 1]) && is_address_character(text[end + 1])))) {
        ++end;
    }
    return text.substr(at, end - at);
}

// "https://www.example.com/path?x=1" → "example dot com"
bool read_link(Scan& scan) {
    auto const rest = scan.rest();
    std::size_t skip = 0;
    for (std::string_view scheme : {"https://", "http://", "ftp://", "file://"}) {
        if (lower_case(rest.substr(0, scheme.size())) == scheme) {
            skip = scheme.size();
        }
    }
    bool const www = lower_case(rest.substr(skip, 4)) == "www.";
    if (skip == 0 && !www) {
        return false;
    }
    auto const host = dotted_run(scan.text, scan.at + skip + (www ? 4 : 0), ".");
    if (host.empty()) {
        return false;
    }
    scan.say(spell_address(host));
    auto end = static_cast<std::size_t>(host.data() - scan.text.data()) + host.size();
    if (end < scan.text.size() && std::string_view("/:?#").find(scan.text[end]) != std::string_view::npos) {
        end = std::min(scan.text.find_first_of(" \n\"<>)", end), scan.text.size());
        while (end > 0 && std::string_view(".,;:!?").find(scan.text[end - 1]) != std::string_view::npos) {
            --end;
        }
    }
    scan.at = std::max(end, scan.at + 1);
    return true;
}

// "name@example.com", "example.com/path", "photo.jpg"
bool read_address(Scan& scan) {
    auto const run = dotted_run(scan.text, scan.at, ".@+");
    auto const dot = run.rfind('.');
    if (dot == std::string_view::npos) {
        return false;
    }
    auto const ending = lower_case(run.substr(dot + 1));
    bool const mail = run.find('@') != std::string_view::npos;
    bool const known = contains(domains, ending) || contains(file_types, ending);
    if (run.find('@') < dot || (known && !mail)) {
        scan.say(spell_address(run));
        scan.at += run.size();
        if (known && scan.peek() == '/') {
            scan.at = std::min(scan.text.find_first_of(" \n\"<>),;", scan.at), scan.text.size());
            while (scan.text[scan.at - 1] == '.') {
                --scan.at;
            }
        }
        return true;
    }
    return false;
}

// "U.S.", "N.A.S.A." → letters
bool read_initials(Scan& scan) {
    std::string letters;
    std::size_t at = scan.at;
    while (at + 1 < scan.text.size() && is_upper(scan.text[at]) && scan.text[at + 1] == '.') {
        letters += (letters.empty() ? "" : " ") + std::string(1, scan.text[at]);
        at += 2;
    }
    if (letters.size() < 3 || letter_at(scan.text, at)) {
        return false;
    }
    scan.say(letters);
    scan.at = at;
    if (ends_text(scan.rest())) {
        scan.out += '.';
    }
    return true;
}

std::string_view word_at(Scan const& scan) {
    auto end = scan.at;
    while (end < scan.text.size() &&
           (letter_at(scan.text, end) ||
            (scan.text[end] == '\'' && end > scan.at && end + 1 < scan.text.size() && letter_at(scan.text, end + 1)))) {
        ++end;
    }
    return scan.text.substr(scan.at, end - scan.at);
}

// "St. John" is a saint, "Main St." a street.
std::string_view saint_or_street(Scan const& scan) {
    auto const rest = scan.text.substr(scan.at + 2);
    return rest.starts_with(". ") && rest.size() > 2 && is_upper(rest[2]) ? "Saint" : "Street";
}

// Words that hold signs.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> signed_words{{{"and/or", "and or"},
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
                                                                                      {"G#", "G sharp"}}};

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
    return false;
}

bool read_abbreviation(Scan& scan, std::string_view word) {
    auto const rest = scan.rest();
    if (word == "w" && rest.starts_with("w/")) {
        scan.say("with");
        scan.at += 2;
        return true;
    }
    if (word == "St" && rest.starts_with("St.")) {
        scan.say(saint_or_street(scan));
        scan.at += 3;
        if (ends_text(scan.rest())) {
            scan.out += '.';
        }
        return true;
    }
    for (auto const& one : abbreviations) {
        auto const size = one.written.size();
        bool const matches =
            one.written.find('.') != std::string_view::npos ? rest.starts_with(one.written) : word == one.written;
        if (!matches || letter_at(rest, size)) {
            continue;
        }
        bool const dot = size < rest.size() && rest[size] == '.' && !letter_at(rest, size + 1);
        if (one.written == "No" && scan.previous.empty()) { // "Is it safe? No. 3 cars are coming."
            continue;
        }
        if ((one.needs_dot && !dot) || !next_is(rest.substr(size + (dot ? 1 : 0)), one.next)) {
            continue;
        }
        scan.say(one.spoken);
        scan.at += size + (dot ? 1 : 0);
        scan.previous = lower_case(word);
        auto const after = scan.rest().find_first_not_of(' ');
        bool const new_sentence =
            one.written == "etc" && after != std::string_view::npos && is_upper(scan.rest()[after]);
        if (dot && (ends_text(scan.rest()) || new_sentence)) {
            scan.out += '.';
        }
        if (int const month = month_number(word); month && dot) {
            scan.previous = word; // the capital tells a month
        }
        return true;
    }
    return false;
}

} // namespace

void read_word(Scan& scan) {
    bool const at_start = scan.at == 0 || (!is_address_character(scan.text[scan.at - 1]) &&
                                           scan.text[scan.at - 1] != '.' && scan.text[scan.at - 1] != '@');
    if (at_start && (read_link(scan) || read_address(scan) || read_initials(scan))) {
        scan.previous.clear();
        return;
    }
    auto const word = word_at(scan);
    if (at_start && (read_signed_word(scan) || read_abbreviation(scan, word))) {
        return;
    }
    if (word == "v" && is_digit(scan.peek(1))) {
        scan.say(scan.previous == "version" ? "" : "version");
    } else {
        scan.copy(word);
    }
    scan.previous = month_number(word) ? std::string(word) : lower_case(word);
    scan.at += word.size();
}

} // namespace echollama::speech
