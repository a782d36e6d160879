// What is neither a letter nor a number: marks of punctuation make pauses, signs are said by their names.
#include "text/speech_text.h"
#include "text/speech_text_parts.h"

#include <algorithm>

namespace echollama::speech {
namespace {

bool at_word_start(Scan const& scan) {
    return scan.at == 0 || is_in(" (:=/[\"'<>*", scan.text[scan.at - 1]) || scan.out.ends_with(", ");
}

bool number_at(std::string_view text, std::size_t at) {
    return is_digit(char_at(text, at)) || (char_at(text, at) == '.' && is_digit(char_at(text, at + 1)));
}

// A number, or a sign of money before one.
bool value_at(std::string_view text, std::size_t at) {
    if (number_at(text, at)) {
        return true;
    }
    auto const* currency = currency_at(from(text, at));
    return currency && number_at(text, at + std::string_view(currency->symbol).size());
}

// Is it the slash of a quotient? "10 / 2 = 5"
bool divides(Scan const& scan) {
    return in_equation(scan.text, scan.at) && (is_digit(scan.before()) || scan.before() == ' ') &&
           (is_digit(scan.peek(1)) || scan.peek(1) == ' ');
}

void read_slash(Scan& scan) {
    scan.say(divides(scan) ? "divided by" : "slash");
    scan.out += ' ';
}

// A full stop between letters is a missing space ("end.Next") or a name ("node.js").
void read_stop(Scan& scan) {
    if (scan.peek(1) == '.') { // an ellipsis
        auto const end = scan.text.find_first_not_of(". ", scan.at);
        bool const goes_on = end != std::string_view::npos && letter_at(scan.text, end) && !is_upper(scan.text[end]);
        scan.out += goes_on ? ", " : ". ";
        scan.at = (end == std::string_view::npos ? scan.text.size() : end) - 1;
        return;
    }
    bool const inside = letter_at(scan.text, scan.at - 1) && letter_at(scan.text, scan.at + 1);
    bool const before_name = (scan.at == 0 || is_in(" /\\~", scan.before())) && is_lower(scan.peek(1)); // ".bashrc"
    bool const in_name = is_upper(scan.before()) && is_digit(scan.peek(1));                             // "BS.1770"
    if ((inside && !is_upper(scan.peek(1))) || before_name || in_name) {
        scan.say("dot");
        scan.out += ' ';
    } else {
        scan.out += '.';
    }
}

// "to" between two numbers, times, days …; with spaces around it a hyphen is a minus unless the numbers rise.
std::string_view between_values(Scan const& scan, std::size_t size) {
    bool const spaced = scan.before() == ' ' && scan.peek(size) == ' ';
    auto const left_end = scan.at - (spaced ? 1 : 0);
    auto const right = scan.at + size + (spaced ? 1 : 0);
    if (scan.name_end == left_end && !calendar_name(letters_at(scan.text, right)).empty()) {
        return "to";
    }
    if (scan.amount_end != left_end || !value_at(scan.text, right)) {
        return "";
    }
    if (in_equation(scan.text, scan.at)) {
        return "minus";
    }
    if (!spaced || size > 1 || !is_digit(scan.text[left_end - 1])) {
        return "to";
    }
    auto begin = left_end;
    while (begin > 0 && is_digit(scan.text[begin - 1]) && left_end - begin < 16) {
        --begin;
    }
    auto const next = digits_at(scan.text, right);
    bool const whole = left_end - begin < 16 && next > 0 && next < 16 && char_at(scan.text, right + next) != '.';
    return whole && std::stoull(std::string(scan.text.substr(begin, left_end - begin))) <
                        std::stoull(std::string(scan.text.substr(right, next)))
               ? "to"
               : "minus";
}

void read_hyphen(Scan& scan, std::size_t size) {
    auto const after = scan.at + size;
    char const next = char_at(scan.text, after);
    bool const word_before = letter_at(scan.text, scan.at - 1) || is_digit(scan.before());
    bool const spaced = scan.before() == ' ' && next == ' ';
    if (auto const words = between_values(scan, size); !words.empty()) {
        scan.say(words);
    } else if (value_at(scan.text, after) && at_word_start(scan) && !(size == 1 && scan.before() == '/')) {
        scan.say("minus");
    } else if (word_before && letter_at(scan.text, after) && size == 1) {
        scan.out += '-';
    } else if (spaced && in_equation(scan.text, scan.at)) {
        scan.say("minus");
    } else if (spaced) {
        scan.out += ',';
    } else if (size == 1 && is_upper(scan.before()) && !letter_at(scan.text, scan.at - 2) && scan.at > 1 &&
               (next == '\0' || is_in(" .,;:!?)", next))) { // the mark "B-"
        scan.say("minus");
    } else if (size == 1 && at_word_start(scan) && letter_at(scan.text, after + (next == '-' ? 1 : 0))) {
        scan.say("dash"); // "-v", "--help"
        scan.at += next == '-' ? 1 : 0;
    } else {
        scan.out += ' ';
    }
}

struct SignPair {
    std::string_view sign, words;
};
constexpr SignPair sign_pairs[] = {{"<=>", "if and only if"},
                                   {">=", "at least"},
                                   {"<=", "at most"},
                                   {"==", "equals"},
                                   {"!=", "is not equal to"},
                                   {"->", "to"},
                                   {"=>", "to"},
                                   {"<->", "to and from"},
                                   {"<-", "from"},
                                   {"+/-", "plus or minus"},
                                   {"+-", "plus or minus"}};

bool read_sign_pair(Scan& scan) {
    if (!is_in("<>=!-+", scan.peek())) {
        return false;
    }
    for (auto const& [sign, words] : sign_pairs) {
        if (scan.rest().starts_with(sign) && !(sign == "<-" && is_digit(scan.peek(2))) &&
            !(sign == "+-" && !is_digit(scan.peek(2)))) {
            scan.say(words);
            scan.at += sign.size();
            return true;
        }
    }
    return false;
}

// "^2", "^-3", "^n" behind a number or a letter
void read_power(Scan& scan) {
    auto const minus = scan.peek(1) == '-' ? 1U : 0U;
    auto const size = digits_at(scan.text, scan.at + 1 + minus);
    auto const digits = scan.text.substr(scan.at + 1 + minus, size);
    auto const letter_before = [&](std::size_t back) { return letter_at(scan.text, scan.at - back); };
    bool const variable_or_unit = letter_before(1) && (!letter_before(2) || !letter_before(3));
    bool const base = is_digit(scan.before()) || scan.before() == ')' || variable_or_unit;
    if (size > 0 && !base) { // a note's number
        scan.out += ' ';
    } else if (!minus && (digits == "2" || digits == "3")) {
        scan.say(digits == "2" ? "squared" : "cubed");
        scan.at += 1;
    } else if (size > 0 || letter_at(scan.text, scan.at + 1)) {
        scan.say(minus ? "to the power of minus" : "to the power of");
        scan.at += minus;
    } else {
        scan.say("caret");
    }
}

// "#7" number seven, "#MindTheGap" hashtag Mind The Gap
void read_hash(Scan& scan) {
    if (is_digit(scan.peek(1))) {
        scan.say("number");
        return;
    }
    if (!letter_at(scan.text, scan.at + 1)) {
        scan.say("hash");
        return;
    }
    scan.say("hashtag ");
    auto const word = letters_at(scan.text, scan.at + 1);
    for (std::size_t i = 0; i < word.size(); ++i) {
        bool const begins = i > 0 && is_upper(word[i]) && (is_lower(word[i - 1]) || is_lower(char_at(word, i + 1)));
        scan.out += (begins ? " " : "") + std::string(1, word[i]);
    }
    scan.at += word.size();
}

bool in_product(Scan const& scan) {
    auto const operand = [&](char c) { return is_digit(c) || c == '(' || c == ')'; };
    bool const left =
        operand(scan.before()) || (scan.before() == ' ' && scan.at > 1 && operand(scan.text[scan.at - 2]));
    bool const right = operand(scan.peek(1)) || (scan.peek(1) == ' ' && operand(scan.peek(2)));
    return (left && right) || in_equation(scan.text, scan.at);
}

// How often the sign is repeated from here.
std::size_t run_of(std::string_view text, std::size_t at) {
    std::size_t count = 1;
    while (char_at(text, at + count) == text[at]) {
        ++count;
    }
    return count;
}

// Signs of ASCII that are no letters, digits or punctuation.
void read_sign(Scan& scan, char c) {
    bool const before_number =
        number_at(scan.text, scan.at + 1) || (scan.peek(1) == ' ' && number_at(scan.text, scan.at + 2));
    if (c == '^') {
        return read_power(scan);
    }
    if (c == '#') {
        return read_hash(scan);
    }
    if (c == '*' && in_product(scan)) {
        return scan.say("times");
    }
    if (c == '~' && before_number) {
        return scan.say("about");
    }
    if (c == '>' && before_number) {
        return scan.say("more than");
    }
    if (c == '|' && scan.before() == ' ' && scan.peek(1) == ' ') {
        scan.out += ", ";
        return;
    }
    if (is_in("()[]", c)) {
        scan.out += ", ";
        return;
    }
    auto const* name = sign_name(c);
    constexpr std::size_t many = 4; // repeated signs are counted, not repeated
    if (auto const run = run_of(scan.text, scan.at); name && run >= many && c != '"') {
        scan.say(cardinal_words(run) + " times " + name);
        scan.at += run - 1;
    } else if (name && c != '"') {
        scan.say(name);
    }
    scan.out += ' ';
}

bool says_by(Scan const& scan, std::size_t size) {
    auto const next = scan.text.find_first_not_of(' ', scan.at + size);
    bool const behind = scan.amount_end == scan.at || (scan.at > 0 && scan.amount_end + 1 == scan.at);
    return behind && next != std::string_view::npos && is_digit(scan.text[next]) && !in_equation(scan.text, scan.at);
}

} // namespace

char const* sign_name(char sign) {
    switch (sign) {
    case '!':
        return "exclamation mark";
    case '"':
        return "quote";
    case '#':
        return "hash";
    case '$':
        return "dollar";
    case '%':
        return "percent";
    case '&':
        return "and";
    case '\'':
        return "apostrophe";
    case '(':
        return "open bracket";
    case ')':
        return "close bracket";
    case '*':
        return "asterisk";
    case '+':
        return "plus";
    case ',':
        return "comma";
    case '-':
        return "dash";
    case '.':
        return "dot";
    case '/':
        return "slash";
    case ':':
        return "colon";
    case ';':
        return "semicolon";
    case '<':
        return "less than";
    case '=':
        return "equals";
    case '>':
        return "greater than";
    case '?':
        return "question mark";
    case '@':
        return "at";
    case '[':
        return "open square bracket";
    case '\\':
        return "backslash";
    case ']':
        return "close square bracket";
    case '^':
        return "caret";
    case '_':
        return "underscore";
    case '`':
        return "backquote";
    case '{':
        return "open brace";
    case '|':
        return "vertical bar";
    case '}':
        return "close brace";
    case '~':
        return "tilde";
    default:
        return nullptr;
    }
}

void read_other(Scan& scan) {
    auto const [code, length] = character_at(scan.text, scan.at);
    if (code == 0x2013) {
        read_hyphen(scan, length);
    } else if (code == 0xD7 && says_by(scan, length)) {
        scan.say("by");
    } else if (code >= 0x1F1E6 && code <= 0x1F1FF) { // two letters are a flag
        auto const before = scan.at >= 4 ? character_at(scan.text, scan.at - 4).code : 0;
        bool const second = before >= 0x1F1E6 && before <= 0x1F1FF;
        scan.say(second ? "" : "flag ");
        scan.out += static_cast<char>('A' + (code - 0x1F1E6));
        scan.out += second ? " " : "";
    } else if (length > 0) {
        auto const words = symbol_words(code);
        auto const character = scan.text.substr(scan.at, length);
        bool const repeated = scan.at >= length && scan.text.substr(scan.at - length, length) == character;
        if (!words.empty() && !repeated) {
            scan.say(words);
        }
        scan.out += ' ';
    }
    scan.at += length > 0 ? length : 1;
}

bool in_equation(std::string_view text, std::size_t at) {
    constexpr std::size_t reach = 60;                     // bytes to each side that are looked at
    auto const size = [&](std::size_t i) -> std::size_t { // of a part of a calculation
        for (std::string_view sign : {"×", "÷", "−", "–"}) {
            if (from(text, i).starts_with(sign)) {
                return sign.size();
            }
        }
        bool const variable = is_ascii_letter(text[i]) && !letter_at(text, i + 1) && !letter_at(text, i - 1);
        bool const inside_number = text[i] == ',' && is_digit(char_at(text, i + 1));
        return variable || inside_number || is_digit(text[i]) || is_in(".+-*/^() ", text[i]) ? 1 : 0;
    };
    for (std::size_t i = at, step = 1; i < text.size() && i - at < reach && step > 0; i += step) {
        if (text[i] == '=') {
            return true;
        }
        step = size(i);
    }
    for (std::size_t i = at; i-- > 0 && at - i < reach;) {
        if (text[i] == '=') {
            return true;
        }
        bool const tail = (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80; // of a sign
        if (!tail && size(i) == 0) {
            return false;
        }
    }
    return false;
}

void read_mark(Scan& scan) {
    if (read_sign_pair(scan)) {
        return;
    }
    char const c = scan.peek();
    if (c == '.') {
        read_stop(scan);
    } else if (c == '-') {
        read_hyphen(scan, 1);
    } else if (c == '/') {
        read_slash(scan);
    } else if (c == '\'' && scan.amount_end == scan.at && scan.peek(1) == 's' && !letter_at(scan.text, scan.at + 2)) {
        scan.out += "'s"; // "the 747's wings"
        ++scan.at;
    } else if (c == '\'') {
        scan.out += ' ';
    } else if (is_in(",;:!?", c)) {
        scan.out += c;
    } else {
        read_sign(scan, c);
    }
    ++scan.at;
    if (is_in(".,;:!?()", c)) {
        scan.forget_words();
    }
}

} // namespace echollama::speech
