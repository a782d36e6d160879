#include "listener/whisper_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace echollama {
namespace {

bool is_word_byte(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || (static_cast<unsigned char>(c) & 0x80) != 0;
}

// Lower-case words with single spaces.
std::string plain(std::string_view text) {
    std::string words;
    bool gap = false;
    for (char c : text) {
        if (is_word_byte(c) || c == '\'') {
            words += gap && !words.empty() ? " " : "";
            words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            gap = false;
        } else {
            gap = true;
        }
    }
    return words;
}

// Removes everything from an opening sign to its closing sign; an opening sign without one stays.
void remove_between(std::string& text, std::string_view open, std::string_view close) {
    std::size_t at = 0;
    while ((at = text.find(open, at)) != std::string::npos) {
        auto end = text.find(close, at + open.size());
        if (end == std::string::npos) {
            return;
        }
        text.replace(at, end + close.size() - at, " ");
    }
}

void remove_all(std::string& text, std::string_view sign) {
    for (std::size_t at = 0; (at = text.find(sign, at)) != std::string::npos;) {
        text.replace(at, sign.size(), " ");
    }
}

// Whole UTF-8 characters only: whisper writes single bytes of characters where it hears music.
std::string whole_characters(std::string_view text) {
    std::string whole;
    for (std::size_t i = 0; i < text.size();) {
        auto const lead = static_cast<unsigned char>(text[i]);
        std::size_t const length = lead < 0x80   ? 1
                                   : lead < 0xC2 ? 0
                                   : lead < 0xE0 ? 2
                                   : lead < 0xF0 ? 3
                                   : lead < 0xF5 ? 4
                                                 : 0;
        bool complete = length > 0 && i + length <= text.size();
        for (std::size_t k = 1; complete && k < length; ++k) {
            complete = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
        }
        whole += complete ? text.substr(i, length) : "";
        i += complete ? length : 1;
    }
    return whole;
}

// Phrases that close the videos whisper was trained on; said into silence again and again.
constexpr std::array closing_phrases{
    "you",
    "thank you",
    "thanks",
    "thank you very much",
    "thanks for watching",
    "thank you for watching",
    "bye",
    "bye bye",
    "the end",
    "please subscribe",
    "i'll see you next time",
    "so",
    "okay",
    "oh",
    "see you in the next video",
};

} // namespace

std::string without_annotations(std::string_view text) {
    auto kept = whole_characters(text);
    remove_between(kept, "[", "]");
    remove_between(kept, "(", ")");
    remove_between(kept, "*", "*");
    for (auto const* note : {"♪", "♫", "🎵", "🎶"}) {
        remove_between(kept, note, note);
        remove_all(kept, note);
    }
    std::string clean;
    for (char c : kept) {
        bool const space = std::isspace(static_cast<unsigned char>(c)) != 0;
        if (!space) {
            clean += c;
        } else if (!clean.empty() && clean.back() != ' ') {
            clean += ' ';
        }
    }
    if (clean.ends_with(' ')) {
        clean.pop_back();
    }
    return std::any_of(clean.begin(), clean.end(), is_word_byte) ? clean : std::string();
}

bool is_made_up(std::string_view text, float no_speech, float confidence) {
    // The thresholds of OpenAI's transcribe.py (no_speech 0.6, mean log probability -1 = 0.37).
    if (no_speech > 0.6F && confidence < 0.37F) {
        return true;
    }
    auto const said = plain(text);
    bool const closing = std::find(closing_phrases.begin(), closing_phrases.end(), said) != closing_phrases.end();
    return closing && (no_speech > 0.3F || confidence < 0.5F);
}

bool repeats(std::vector<std::string> const& before, std::string_view text) {
    auto const said = plain(text);
    auto const n = before.size();
    return n >= 2 && plain(before[n - 1]) == said && plain(before[n - 2]) == said;
}

bool runs_in_circles(std::string_view text, double seconds) {
    constexpr double most_words_a_second = 7; // fast auctioneers say six
    constexpr std::size_t longest_circle = 6;
    std::vector<std::string_view> words;
    auto const said = plain(text);
    for (std::string_view rest = said; !rest.empty();) {
        auto const end = std::min(rest.find(' '), rest.size());
        words.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (static_cast<double>(words.size()) > 4 + most_words_a_second * seconds) {
        return true;
    }
    auto const half = words.size() / 2;
    if (half >= 2 && words.size() % 2 == 0 &&
        std::equal(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(half),
                   words.begin() + static_cast<std::ptrdiff_t>(half))) {
        return true;
    }
    for (std::size_t length = 1; length <= longest_circle; ++length) {
        std::size_t same = 0; // words equal to those `length` before them, one after the other
        for (std::size_t i = length; i < words.size(); ++i) {
            same = words[i] == words[i - length] ? same + 1 : 0;
            if (same >= 3 * length) { // "a b a b a b a b"
                return true;
            }
        }
    }
    return false;
}

std::string hint_prompt(std::string_view hint, std::string_view language) {
    auto words = bounded_hint(hint);
    bool const list = language == "en" && !plain(words).empty() && words.find_first_of(".?!") == std::string::npos;
    return list ? "Where is the " + words + "?" : words;
}

std::string bounded_hint(std::string_view hint, std::size_t bytes) {
    if (hint.size() <= bytes) {
        return std::string(hint);
    }
    auto end = hint.substr(0, bytes + 1).find_last_of(" \t\n,;");
    return end == std::string_view::npos || end == 0 ? std::string() : std::string(hint.substr(0, end));
}

} // namespace echollama
