#include "text/sentences.h"

#include <algorithm>
#include <array>
#include <cctype>

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

bool is_abbreviation(std::string_view word) {
    static constexpr std::array<std::string_view, 26> known = {
        "mr",  "mrs",  "ms",   "dr", "prof", "st",   "sr",  "jr",  "vs",  "etc", "approx", "e.g", "i.e",
        "fig", "incl", "excl", "cf", "ca",   "dept", "est", "min", "max", "a.m", "p.m",    "u.s", "tel"};
    std::string lower(word);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::find(known.begin(), known.end(), lower) != known.end();
}

// "No. 5", "p. 12", "Jan. 5th"; without a number behind them these are words, or end a sentence.
bool announces_number(std::string_view word) {
    static constexpr std::array<std::string_view, 42> known = {
        "no",  "No",  "nr",  "Nr",  "p",   "pp",  "ch",  "Ch",  "vol", "Vol", "sec", "Sec", "art", "Art",
        "apt", "Apt", "eq",  "Eq",  "tab", "Tab", "par", "Par", "ed",  "Jan", "Feb", "Mar", "Apr", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Sept"};
    return std::find(known.begin(), known.end(), word) != known.end();
}

// May a full stop at `dot` end the sentence? `next` is the first character after the white space, 0 at the end.
bool stop_ends(std::string_view text, std::size_t dot, char next) {
    std::size_t begin = dot;
    while (begin > 0 && !is_space(text[begin - 1]) && text[begin - 1] != '(' && text[begin - 1] != '"') {
        --begin;
    }
    auto word = text.substr(begin, dot - begin);
    bool list_number = begin == text.find_first_not_of(" \t\r\n") && !word.empty() && word.size() <= 3 &&
                       std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (list_number) {
        return false;
    }
    // "J. Smith", but "I see what you and I." ends.
    if (word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z' && word[0] != 'I') {
        return next == 0;
    }
    if (announces_number(word)) { // "No. 5" goes on, "She said no." ends
        return !(next >= '0' && next <= '9');
    }
    if (is_abbreviation(word)) {
        bool may_end = word.find('.') != std::string_view::npos || word == "etc" || word == "min" || word == "max";
        return next == 0 || (may_end && next >= 'A' && next <= 'Z');
    }
    return true;
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
    bool ends = after > end && !(plain_stop && !stop_ends(text, i, text[after])) &&
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

} // namespace echollama
