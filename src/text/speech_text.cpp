#include "text/speech_text.h"

#include "text/abbreviations.h"
#include "text/speech_text_parts.h"

namespace echollama {
namespace speech {

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
    return length > 0 && is_letter(code);
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t count = 0;
    while (at + count < text.size() && is_digit(text[at + count])) {
        ++count;
    }
    return count;
}

std::string_view letters_at(std::string_view text, std::size_t at) {
    auto end = at;
    while (is_ascii_letter(char_at(text, end))) {
        ++end;
    }
    return from(text, at).substr(0, end - at);
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

void Scan::forget_words() {
    previous.clear();
    previous_capital = false;
    sentence_words = 0;
}

bool stop_ends_sentence(std::string_view rest) {
    auto const next = rest.find_first_not_of(" \"')]");
    return next == std::string_view::npos || (is_upper(rest[next]) && next > 0);
}

bool surely_ends_sentence(std::string_view rest) {
    auto const next = rest.find_first_not_of(" \"')]");
    return next == std::string_view::npos || (next > 0 && begins_sentence(letters_at(rest, next)));
}

namespace {

constexpr std::string_view closing = ".!?", pausing = ",;:";

std::string one_pass(std::string_view text) {
    Scan scan;
    scan.text = text;
    while (scan.at < text.size()) {
        char const c = text[scan.at];
        if (is_in(" \t\n\r", c)) {
            scan.out += ' ';
            ++scan.at;
        } else if (read_number(scan)) {
            continue;
        } else if (letter_at(text, scan.at)) {
            read_word(scan);
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            read_other(scan);
        } else {
            read_mark(scan);
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

std::string plain(std::string_view text) {
    return plain_letters(strip_markup(plain_letters(text)));
}

} // namespace
} // namespace speech

std::string normalise_for_speech(std::string_view text) {
    auto out = speech::tidied(speech::one_pass(speech::plain(text)));
    // What was left out can bring an abbreviation's letters together; a few passes settle it.
    for (int pass = 0; pass < 4; ++pass) {
        auto again = speech::tidied(speech::one_pass(speech::plain(out)));
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
    return speech::tidied(speech::plain(text));
}

} // namespace echollama
