#include "text/speech_text.h"

#include "text/speech_text_parts.h"

namespace echollama {
namespace speech {

Character character_at(std::string_view text, std::size_t at) {
    if (at >= text.size()) {
        return {};
    }
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const lead = byte(at);
    std::size_t const length = lead < 0x80 ? 1 : lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : 2;
    if ((lead >= 0x80 && lead < 0xC2) || lead >= 0xF5 || at + length > text.size()) {
        return {};
    }
    char32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) {
            return {};
        }
        code = code << 6 | (byte(at + i) & 0x3F);
    }
    bool const overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    bool const surrogate = code >= 0xD800 && code < 0xE000;
    return overlong || surrogate || code > 0x10FFFF ? Character{} : Character{code, length};
}

bool letter_at(std::string_view text, std::size_t at) {
    if (at >= text.size()) {
        return false;
    }
    if (static_cast<unsigned char>(text[at]) < 0x80) {
        return is_ascii_letter(text[at]);
    }
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
        --at;
    }
    auto const [code, length] = character_at(text, at);
    return length > 0 && !symbol_words(code);
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t count = 0;
    while (at + count < text.size() && is_digit(text[at + count])) {
        ++count;
    }
    return count;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = is_upper(c) ? static_cast<char>(c + 32) : c;
    }
    return out;
}

void Scan::say(std::string_view words) {
    if (!out.empty() && out.back() != ' ' && out.back() != '-') {
        out += ' ';
    }
    out += words;
    said_end = out.size();
}

void Scan::copy(std::string_view part) {
    if (out.size() == said_end && !part.empty() && letter_at(part, 0)) {
        out += ' ';
    }
    out += part;
}

namespace {

constexpr std::string_view closing = ".!?", pausing = ",;:";

bool is_in(std::string_view set, char c) {
    return c != '\0' && set.find(c) != std::string_view::npos;
}

// "and/or" → "and or", "left/right" → "left or right", "TCP/IP" → "TCP IP", paths with "slash"
void read_slash(Scan& scan) {
    constexpr std::size_t reach = 100; // bytes to each side that are looked at
    auto const left = scan.at < reach ? 0 : scan.at - reach;
    auto token = scan.text.substr(left, scan.at - left + reach);
    token.remove_prefix(token.substr(0, scan.at - left).find_last_of(' ') + 1);
    token = token.substr(0, token.find(' '));
    auto const first = token.find('/');
    bool const between = scan.at > 0 && letter_at(scan.text, scan.at - 1) && letter_at(scan.text, scan.at + 1);
    if (scan.at > 1 && scan.text.substr(scan.at - 2, 4) == "24/7") {
        scan.out += ' ';
    } else if (!between || first != token.rfind('/')) {
        scan.say("slash");
    } else if (scan.rest().substr(1, 3) == "or " || (is_upper(scan.text[scan.at - 1]) && is_upper(scan.peek(1)))) {
        scan.out += ' ';
    } else {
        scan.say("or");
    }
    scan.out += ' ';
}

bool at_word_start(Scan const& scan) {
    return scan.at == 0 || is_in(" (:=/[\"'", scan.text[scan.at - 1]) || scan.out.ends_with(", ");
}

// A full stop between letters is a missing space ("end.Next") or a name ("node.js").
void read_stop(Scan& scan) {
    if (is_digit(scan.peek(1)) && (scan.at == 0 || !is_digit(scan.text[scan.at - 1]))) {
        auto const size = digits_at(scan.text, scan.at + 1);
        scan.say("zero point " + digit_words(scan.text.substr(scan.at + 1, size)));
        scan.at += size;
        return;
    }
    if (scan.peek(1) == '.') { // an ellipsis
        auto const end = scan.text.find_first_not_of(". ", scan.at);
        bool const goes_on = end != std::string_view::npos && letter_at(scan.text, end) && !is_upper(scan.text[end]);
        scan.out += goes_on ? ", " : ". ";
        scan.at = (end == std::string_view::npos ? scan.text.size() : end) - 1;
        return;
    }
    bool const inside = scan.at > 0 && letter_at(scan.text, scan.at - 1) && letter_at(scan.text, scan.at + 1);
    if (inside && !is_upper(scan.peek(1))) {
        scan.say("dot");
        scan.out += ' ';
    } else {
        scan.out += '.';
    }
}

void read_hyphen(Scan& scan, std::size_t size) {
    auto const after = scan.at + size;
    char const next = after < scan.text.size() ? scan.text[after] : '\0';
    bool const before_number = is_digit(next) || (next == '.' && digits_at(scan.text, after + 1) > 0) ||
                               (after < scan.text.size() && currency_at(scan.text.substr(after)) != nullptr);
    bool const word_before = scan.at > 0 && (letter_at(scan.text, scan.at - 1) || is_digit(scan.text[scan.at - 1]));
    if (before_number && at_word_start(scan)) {
        scan.say("minus");
    } else if (word_before && letter_at(scan.text, after) && size == 1) {
        scan.out += '-';
    } else if (scan.at > 0 && scan.text[scan.at - 1] == ' ' && next == ' ') {
        scan.out += ',';
    } else {
        scan.out += ' ';
    }
}

struct SignPair {
    std::string_view sign, words;
};
constexpr SignPair sign_pairs[] = {{">=", "at least"}, {"<=", "at most"}, {"==", "equals"}, {"!=", "is not equal to"},
                                   {"->", "to"},       {"=>", "to"},      {"<-", "from"},   {"+/-", "plus or minus"}};

bool read_sign_pair(Scan& scan) {
    for (auto const& [sign, words] : sign_pairs) {
        if (scan.rest().starts_with(sign) && !(sign == "<-" && is_digit(scan.peek(2)))) {
            scan.say(words);
            scan.at += sign.size();
            return true;
        }
    }
    return false;
}

// Signs of ASCII that are no letters, digits or the marks handled above.
void read_sign(Scan& scan, char c) {
    bool const before_number = is_digit(scan.peek(1)) || (scan.peek(1) == ' ' && is_digit(scan.peek(2)));
    bool const after_number = scan.at > 0 && is_digit(scan.text[scan.at - 1]);
    bool const spaced = scan.at > 0 && scan.text[scan.at - 1] == ' ' && scan.peek(1) == ' ';
    switch (c) {
    case '&':
        return scan.say("and");
    case '@':
        return scan.say("at");
    case '%':
        return scan.say("percent");
    case '$':
        return scan.say("dollars");
    case '=':
        return scan.say("equals");
    case '+':
        return before_number || spaced || after_number ? scan.say("plus") : void(scan.out += ' ');
    case '#':
        return is_digit(scan.peek(1)) ? scan.say("number") : void(scan.out += ' ');
    case '~':
        return before_number ? scan.say("about") : void(scan.out += ' ');
    case '<':
        return before_number ? scan.say("less than") : void(scan.out += ' ');
    case '>':
        return before_number ? scan.say("more than") : void(scan.out += ' ');
    case '*':
        return before_number && (after_number || spaced) ? scan.say("times") : void(scan.out += ' ');
    case '(':
    case ')':
    case '[':
    case ']':
    case '|':
        scan.out += ", ";
        return;
    default:
        scan.out += ' ';
    }
}

void read_other(Scan& scan) {
    auto const [code, length] = character_at(scan.text, scan.at);
    if (code == 0x2013) {
        read_hyphen(scan, length);
    } else if (auto const* words = symbol_words(code)) {
        auto const character = scan.text.substr(scan.at, length);
        bool const repeated = scan.at >= length && scan.text.substr(scan.at - length, length) == character;
        if (*words && !repeated) {
            scan.say(words);
        }
        scan.out += ' ';
    }
    scan.at += length > 0 ? length : 1;
}

void read_mark(Scan& scan, char c) {
    if (c == '.') {
        read_stop(scan);
    } else if (c == '-') {
        read_hyphen(scan, 1);
    } else if (c == '/') {
        read_slash(scan);
    } else if (c == '\'') {
        scan.out += ' ';
    } else if (is_in(",;:!?", c)) {
        scan.out += c;
    } else {
        read_sign(scan, c);
    }
    ++scan.at;
    if (is_in(".,;:!?()", c) && !(c == ',' && scan.after_date)) {
        scan.previous.clear();
        scan.after_date = false;
    }
}

std::string one_pass(std::string_view text) {
    Scan scan;
    scan.text = text;
    while (scan.at < text.size()) {
        char const c = text[scan.at];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            scan.out += ' ';
            ++scan.at;
        } else if ((is_digit(c) || currency_at(scan.rest())) && read_number(scan)) {
            continue;
        } else if (letter_at(text, scan.at)) {
            read_word(scan);
            scan.after_date = false;
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            read_other(scan);
        } else if (!read_sign_pair(scan)) {
            read_mark(scan, c);
        }
    }
    return std::move(scan.out);
}

// Single spaces, no space before a mark, one mark where several met, a hyphen only inside a word.
std::string tidied(std::string_view text) {
    std::string out;
    bool space = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        char const c = text[at];
        bool const stray_hyphen =
            c == '-' && (out.empty() || space || !letter_at(out, out.size() - 1) || !letter_at(text, at + 1));
        if (c == ' ' || stray_hyphen) {
            space = true;
            continue;
        }
        char const last = out.empty() ? '\0' : out.back();
        if (is_in(closing, c) || is_in(pausing, c)) {
            if (last == '\0' || (is_in(closing, last) && !(last == '.' && is_in("!?", c)))) {
                continue;
            }
            if (is_in(closing, last) || is_in(pausing, last)) {
                if (is_in(closing, c)) {
                    out.back() = c;
                }
                continue;
            }
            space = false;
            out += c;
            continue;
        }
        if (!out.empty() && (space || is_in(closing, last) || is_in(pausing, last))) {
            out += ' ';
        }
        space = false;
        out += c;
    }
    while (!out.empty() && is_in(pausing, out.back())) {
        out.pop_back();
    }
    return out;
}

} // namespace
} // namespace speech

std::string normalise_for_speech(std::string_view text) {
    auto out = speech::tidied(speech::one_pass(speech::strip_markup(speech::plain_letters(text))));
    // What was left out can bring an abbreviation's letters together; a few passes settle it.
    for (int pass = 0; pass < 4; ++pass) {
        auto again = speech::tidied(speech::one_pass(speech::strip_markup(out)));
        if (again == out) {
            break;
        }
        out = std::move(again);
    }
    return out;
}

std::string spoken_text(std::string_view text, std::string_view language) {
    if (language.starts_with("en") || language.empty()) {
        return normalise_for_speech(text);
    }
    return speech::tidied(speech::strip_markup(speech::plain_letters(text)));
}

} // namespace echollama
