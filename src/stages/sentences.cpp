#include "stages/sentences.h"

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
    if (text[at] == '"' || text[at] == '\'' || text[at] == ')' || text[at] == ']' || text[at] == '*') {
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

// The place after the first complete sentence; npos when none is certain. Decisions look at the character after the
// white space, so a cut waits for it.
std::size_t SentenceCutter::next_cut(bool at_end) const {
    std::string_view text = text_;
    auto const first = text.find_first_not_of(" \t\r\n");
    auto const window = std::min(text.size(), limit_);
    for (std::size_t i = first; i != std::string_view::npos && i < window; ++i) {
        if (text[i] == '\n') {
            auto after = text.find_first_not_of(" \t\r\n", i);
            return after == std::string_view::npos ? (at_end ? text.size() : after) : std::min(after, limit_);
        }
        if (mark_at(text, i) == 0) {
            continue;
        }
        std::size_t end = i;
        std::size_t marks = 0;
        for (std::size_t n = 0; end < text.size() && (n = mark_at(text, end)) > 0; end += n) {
            ++marks;
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
            return at_end ? text.size() : after; // what follows decides
        }
        bool ends = after > end && !(plain_stop && !stop_ends(text, i, text[after])) &&
                    !((ellipsis || closed) && is_lower(text[after])) && after <= limit_;
        if (ends) {
            return after;
        }
        i = end - 1;
    }
    if (text.size() > limit_ + (at_end ? 0 : 4)) { // four bytes more: a mark at the limit may still be incomplete
        auto space = text.rfind(' ', limit_ - 1);
        if (space != std::string_view::npos && first != std::string_view::npos && space > first) {
            return space + 1;
        }
        std::size_t cut = limit_;
        while (cut > 1 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) {
            --cut;
        }
        return cut;
    }
    return at_end && !text.empty() ? text.size() : std::string_view::npos;
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
