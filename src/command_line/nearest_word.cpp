#include "command_line/nearest_word.h"

#include <algorithm>

namespace echollama {
namespace {

constexpr std::size_t longest_compared = 64; // nobody misspells a longer word into one of ours
constexpr std::size_t shortest_beginning = 3;

std::string bare(std::string_view word) {
    auto const dashes = std::min(word.find_first_not_of('-'), word.size());
    return folded(word.substr(dashes));
}

std::string only_continuation(std::string const& typed, std::vector<std::string> const& words) {
    std::string found;
    for (auto const& word : words) {
        auto const other = bare(word);
        auto const shorter = std::min(typed.size(), other.size());
        if (shorter < shortest_beginning || typed.compare(0, shorter, other, 0, shorter) != 0) {
            continue;
        }
        if (!found.empty()) {
            return "";
        }
        found = word;
    }
    return found;
}

} // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = std::min(now[j], before[j - 2] + 1);
            }
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

std::string nearest_word(std::string_view typed, std::vector<std::string> const& words) {
    auto const wanted = bare(typed);
    if (wanted.empty() || wanted.size() > longest_compared) {
        return "";
    }
    if (auto word = only_continuation(wanted, words); !word.empty()) {
        return word;
    }
    std::string best;
    std::size_t least = 0;
    for (auto const& word : words) {
        auto const other = bare(word);
        auto const distance = edit_distance(wanted, other);
        auto const allowed = std::max<std::size_t>(1, std::max(wanted.size(), other.size()) / 3);
        if (distance <= allowed && distance < other.size() && (best.empty() || distance < least)) {
            best = word;
            least = distance;
        }
    }
    return best;
}

std::string folded(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' || c == ' ' ? '-' : c;
    }
    return result;
}

} // namespace echollama
