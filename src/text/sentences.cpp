#include "text/sentences.h"

#include "text/abbreviations.h"
#include "text/speech_text_parts.h"

#include <algorithm>
#include <optional>
#include <sstream>

namespace echollama {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

// Bytes of a closing quote or bracket at `at`; 0 for none.
std::size_t closing_at(std::string_view text, std::size_t at) {
    if (std::string_view("\"')]*_`").find(text[at]) != std::string_view::npos) {
        return 1;
    }
    for (std::string_view mark : {"\u201D", "\u2019", "\u00BB"}) {
        if (text.substr(at).starts_with(mark)) {
            return mark.size();
        }
    }
    return 0;
}

// Bytes of a sentence mark at `at`; 0 for none.
std::size_t mark_at(std::string_view text, std::size_t at) {
    if (text[at] == '.' || text[at] == '!' || text[at] == '?') {
        return 1;
    }
    return text.substr(at).starts_with("\u2026") ? 3 : 0;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

// The word before `end`, back to white space or an opening mark.
std::string_view word_before(std::string_view text, std::size_t end) {
    auto begin = end;
    while (begin > 0 && !is_space(text[begin - 1]) && text[begin - 1] != '(' && text[begin - 1] != '"') {
        --begin;
    }
    return text.substr(begin, end - begin);
}

std::string_view letters_from(std::string_view text, std::size_t at) {
    auto end = at;
    while (end < text.size() && is_letter(text[end])) {
        ++end;
    }
    return text.substr(at, end - at);
}

// "5 ft.", "10min."
bool is_measured(std::string_view text, std::string_view word, std::size_t dot) {
    auto const letters = std::min(word.find_first_not_of("0123456789.,"), word.size());
    if (!is_short_unit(word.substr(letters))) {
        return false;
    }
    auto const begin = dot - word.size();
    return letters > 0 || (begin > 1 && text[begin - 1] == ' ' && is_digit(text[begin - 2]));
}

// "e.s.t", "U.S": single letters with full stops
bool is_dotted_letters(std::string_view word) {
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (i % 2 == 0 ? !is_letter(word[i]) : word[i] != '.') {
            return false;
        }
    }
    return word.size() > 2;
}

// What a short form says about the full stop behind it; nullopt: the word is none.
std::optional<bool> short_form_ends(std::string_view word, std::string_view next_word, char next) {
    bool known = false;
    for (auto const& form : abbreviations()) {
        if (!is_written_as(form, word)) {
            continue;
        }
        known = true;
        bool const number_follows = is_digit(next);
        if (form.kind == ShortForm::title || form.kind == ShortForm::word) {
            return false;
        }
        if (form.kind == ShortForm::number && number_follows) {
            return false;
        }
        if (form.kind == ShortForm::ending) {
            bool const any_capital = word == "etc" || form.spoken == "AM" || form.spoken == "PM";
            bool const capital = next >= 'A' && next <= 'Z';
            return any_capital ? capital : begins_sentence(next_word);
        }
    }
    return known ? std::optional(true) : std::nullopt; // "She said no."
}

// A street or a saint, which another table speaks.
bool is_way(std::string_view word) {
    static constexpr std::string_view ways[] = {"St", "Ave", "Rd", "Blvd", "Ln", "Ct", "Pl", "Sq", "Pkwy", "Hwy", "st"};
    return std::find(std::begin(ways), std::end(ways), word) != std::end(ways);
}

// May a full stop at `dot` end the sentence? `after`: where the text goes on.
bool stop_ends(std::string_view text, std::size_t dot, std::size_t after) {
    char const next = text[after];
    auto const word = word_before(text, dot);
    auto const begin = dot - word.size();
    auto const next_word = letters_from(text, after);
    bool list_number = begin == text.find_first_not_of(" \t\r\n") && !word.empty() && word.size() <= 3 &&
                       std::all_of(word.begin(), word.end(), is_digit);
    if (list_number) {
        return false;
    }
    // "J. Smith", but "I see what you and I." ends.
    if (word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z' && word[0] != 'I') {
        return false;
    }
    if (is_digit(next) && word.size() < 5 && speech::month_number(word) > 0) { // "jan. 15"
        return false;
    }
    if (is_measured(text, word, dot)) { // "5 in. high"
        return !is_lower(next) && !is_digit(next);
    }
    if (is_way(word) || is_dotted_letters(word)) {
        if (auto const ends = short_form_ends(word, next_word, next)) {
            return *ends;
        }
        return begins_sentence(next_word);
    }
    return short_form_ends(word, next_word, next).value_or(true);
}

constexpr std::size_t long_line = 40; // bytes; shorter lines are lines of a list

// Was the line break at `at` only made to wrap a long line? `after`: where the text goes on.
bool only_wraps(std::string_view text, std::size_t first, std::size_t at, std::size_t after) {
    auto const line = text.rfind('\n', at == 0 ? 0 : at - 1);
    auto const begin = line == std::string_view::npos || line < first ? first : line + 1;
    auto const gap = text.substr(at, after - at);
    return at - begin >= long_line && is_lower(text[after]) && std::count(gap.begin(), gap.end(), '\n') == 1 &&
           text[begin] != '|' && mark_at(text, at - 1) == 0 && text[at - 1] != ':';
}

// Does `text`, the beginning of a sentence, end inside a link, code, a tag or a table's row?
bool ends_inside_markup(std::string_view text) {
    if (text.starts_with('|')) {
        return true;
    }
    bool code = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '`') {
            code = !code;
            continue;
        }
        bool const tag = text[at] == '<' && at + 1 < text.size() &&
                         (text[at + 1] == '|' || text[at + 1] == '/' || is_lower(text[at + 1]));
        if (code || (text[at] != '[' && !tag)) {
            continue;
        }
        auto end = text.find(tag ? '>' : ']', at + 1);
        if (end != std::string_view::npos && !tag && end + 1 < text.size() && text[end + 1] == '(') {
            end = text.find(')', end + 2);
        }
        if (end == std::string_view::npos) {
            return true;
        }
        at = end;
    }
    return code;
}

} // namespace

std::string trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return std::string(text);
}

// Looks at the mark at `i`, if one is there.
SentenceCutter::End SentenceCutter::sentence_end(std::size_t i) const {
    std::string_view text = text_;
    std::size_t end = i;
    std::size_t marks = 0;
    for (std::size_t n = 0; end < text.size() && (n = mark_at(text, end)) > 0; end += n) {
        ++marks;
    }
    if (marks == 0) {
        return {i + 1, none};
    }
    bool plain_stop = text[i] == '.' && marks == 1;
    bool ellipsis = !plain_stop && (text[i] == '.' || text[i] == '\xE2') &&
                    text.substr(i, end - i).find_first_of("!?") == std::string_view::npos;
    bool closed = false;
    for (std::size_t n = 0; end < text.size() && (n = closing_at(text, end)) > 0; end += n) {
        closed = true;
    }
    auto after = text.find_first_not_of(" \t\r\n", end);
    if (after == std::string_view::npos) {
        return {end, wait}; // what follows decides
    }
    bool ends = after > end && !(plain_stop && !stop_ends(text, i, after)) &&
                !((ellipsis || closed) && is_lower(text[after])) && after <= limit_;
    return {end, ends ? after : none};
}

// A sentence that is too long ends at a space, or between characters.
std::size_t SentenceCutter::cut_at_limit(std::size_t first) const {
    auto space = text_.rfind(' ', limit_ - 1);
    if (space != std::string::npos && first != std::string::npos && space > first) {
        return space + 1;
    }
    std::size_t cut = limit_;
    while (cut > 1 && (static_cast<unsigned char>(text_[cut]) & 0xC0) == 0x80) {
        --cut;
    }
    return cut;
}

// The place after the first complete sentence; npos when none is certain. Decisions look at the character after the
// white space, so a cut waits for it; a sentence inside markup waits for its end, the line's end or the limit.
std::size_t SentenceCutter::next_cut(bool at_end) const {
    std::string_view text = text_;
    auto const first = text.find_first_not_of(" \t\r\n");
    auto const window = std::min(text.size(), limit_);
    std::size_t held = std::string_view::npos; // the first cut inside markup that is still open
    auto inside = [&](std::size_t cut) { return ends_inside_markup(text.substr(first, cut - first)); };
    auto here_or_held = [&](std::size_t cut) {
        return held != std::string_view::npos && inside(cut) && text[first] != '|' ? held : cut;
    };
    for (std::size_t i = first; i != std::string_view::npos && i < window; ++i) {
        if (text[i] == '\n') {
            auto after = text.find_first_not_of(" \t\r\n", i);
            if (after == std::string_view::npos) {
                return at_end ? here_or_held(text.size()) : after;
            }
            if (only_wraps(text, first, i, after)) {
                continue;
            }
            return std::min(here_or_held(after), limit_);
        }
        auto const [end, cut] = sentence_end(i);
        if (cut == wait) {
            return at_end ? here_or_held(text.size()) : std::string_view::npos;
        }
        if (cut != none && !inside(cut)) {
            return cut;
        }
        if (cut != none && held == std::string_view::npos) {
            held = cut;
        }
        i = std::max(i, end - 1);
    }
    if (text.size() > limit_ + (at_end ? 0 : 4)) { // four bytes more: a mark at the limit may still be incomplete
        return held != std::string_view::npos ? held : cut_at_limit(first);
    }
    return at_end && !text.empty() ? here_or_held(text.size()) : std::string_view::npos;
}

std::vector<std::string> SentenceCutter::take(bool at_end) {
    std::vector<std::string> sentences;
    while (!text_.empty()) {
        // Marks and quotes of several bytes may be cut in two by the pieces: a sentence is certain only when some
        // text follows behind the longest look-ahead.
        auto cut = next_cut(at_end);
        if (cut == std::string::npos || (!at_end && cut + 4 > text_.size())) {
            break;
        }
        sentences.push_back(text_.substr(0, cut));
        text_.erase(0, cut);
    }
    return sentences;
}

std::vector<std::string> SentenceCutter::push(std::string_view piece) {
    text_ += piece;
    return take(false);
}

std::vector<std::string> SentenceCutter::finish() {
    return take(true);
}

std::vector<std::string> written_words(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::vector<std::string> words;
    for (std::string word; in >> word;) {
        words.push_back(word);
    }
    return words;
}

} // namespace echollama
