#include "verify/key_words.h"

#include "scene/english.h"
#include "text/speech_text.h"
#include "verify/comparable_words.h"
#include "verify/word_errors.h"
#include "wording/mentions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <utility>

namespace echollama {
namespace {

constexpr std::string_view directions[] = {"left",  "right", "ahead", "behind", "front", "above",
                                           "below", "under", "near",  "far",    "up",    "down"};
// Numbers that are no figures, and units as singular() makes them.
constexpr std::string_view others[] = {"half",  "quarter",    "million", "meter",      "foot",
                                       "feet",  "centimeter", "inch",    "millimeter", "kilometer",
                                       "inche", "mile",       "minute",  "hour",       "degree"};

// Heard → what it may stand for.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> sounds_like{{{"to", "2"},
                                                                                     {"too", "2"},
                                                                                     {"free", "3"},
                                                                                     {"for", "4"},
                                                                                     {"won", "1"},
                                                                                     {"ate", "8"},
                                                                                     {"know", "no"},
                                                                                     {"knot", "not"},
                                                                                     {"write", "right"},
                                                                                     {"read", "red"},
                                                                                     {"hole", "whole"}}};

bool one_of(std::string_view word, std::span<std::string_view const> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// "first" … "twentieth", "thirtieth": comparable_words() leaves "twenty" as a figure before them.
bool is_ordinal(std::string_view word) {
    static std::set<std::string, std::less<>> const ordinals = [] {
        std::set<std::string, std::less<>> words;
        for (std::uint64_t n = 1; n <= 100; n += n < 20 ? 1 : 10) {
            words.insert(ordinal_words(n));
        }
        return words;
    }();
    return ordinals.contains(word);
}

std::string singular(std::string word) {
    if (word.size() > 3 && word.ends_with('s') && !word.ends_with("ss")) {
        word.pop_back();
    }
    return word;
}

// A listener's spelling of the same sounds: "cop" for "cup". One letter may differ, not the first.
bool nearly_same(std::string_view a, std::string_view b) {
    if (a.size() < 3 || a.size() != b.size() || a[0] != b[0]) {
        return false;
    }
    int different = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        different += a[i] != b[i] ? 1 : 0;
    }
    return different <= 1;
}

// Neighbouring words that must be heard together: a number, a direction, "dining table".
struct Key {
    std::size_t first = 0, count = 1;
    bool thing = false;
};

std::vector<Key> find_keys(std::vector<std::string> const& words) {
    std::vector<Word> parts;
    for (auto const& word : words) {
        parts.push_back({word, 0, 0});
    }
    auto const mentions = find_mentions(parts);
    std::vector<Key> keys;
    auto next = mentions.begin();
    for (std::size_t i = 0; i < words.size();) {
        while (next != mentions.end() && next->first < i) {
            ++next;
        }
        if (next != mentions.end() && next->first == i) {
            keys.push_back({i, next->count, true});
            i += next->count;
            continue;
        }
        if (std::isdigit(static_cast<unsigned char>(words[i][0])) || is_negation(words[i]) ||
            one_of(words[i], directions) || is_ordinal(words[i]) || one_of(singular(words[i]), others)) {
            keys.push_back({i, 1, false});
        }
        ++i;
    }
    return keys;
}

std::string text_of(Key const& key, std::vector<std::string> const& words) {
    std::string text = words[key.first];
    for (std::size_t i = 1; i < key.count; ++i) {
        text += " " + words[key.first + i];
    }
    return key.thing ? singular(text) : text;
}

std::vector<std::string> words_of_things(std::vector<std::string> const& words) {
    std::vector<std::string> out;
    for (auto const& key : find_keys(words)) {
        for (std::size_t i = 0; key.thing && i < key.count; ++i) {
            out.push_back(singular(words[key.first + i]));
        }
    }
    return out;
}

} // namespace

std::vector<std::string> key_words(std::string_view sentence) {
    auto const words = comparable_words(sentence);
    std::vector<std::string> texts;
    for (auto const& key : find_keys(words)) {
        texts.push_back(text_of(key, words));
    }
    return texts;
}

std::vector<std::string> missing_key_words(std::string_view sentence, std::string_view heard_text) {
    auto const said = comparable_words(sentence), heard = comparable_words(heard_text);
    auto const said_things = words_of_things(said), heard_things = words_of_things(heard);
    auto is_in = [](std::string const& word, std::vector<std::string> const& words) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    auto same = [&](std::string const& a, std::string const& b) {
        auto const one = singular(a), other = singular(b);
        auto const meant = std::any_of(sounds_like.begin(), sounds_like.end(),
                                       [&](auto const& s) { return s.first == b && s.second == a; });
        return one == other || meant ||
               (is_in(one, said_things) && !is_in(other, heard_things) && nearly_same(one, other));
    };
    auto const keys = find_keys(said);
    auto is_key = [&](WordMatch const& match) {
        return match.said_count > 0 && std::any_of(keys.begin(), keys.end(), [&](Key const& key) {
                   return match.said >= key.first && match.said < key.first + key.count;
               });
    };
    std::vector<bool> understood(said.size());
    std::vector<std::string> missing;
    for (auto const& match : align_words(said, heard, same)) {
        for (std::size_t i = 0; match.same && i < match.said_count; ++i) {
            understood[match.said + i] = true;
        }
        bool const added = !match.same && match.heard_count > 0 && !is_key(match);
        if (added && (is_negation(heard[match.heard]) || one_of(heard[match.heard], directions))) {
            missing.push_back(heard[match.heard]);
        }
    }
    for (auto const& key : keys) {
        auto const first = understood.begin() + static_cast<std::ptrdiff_t>(key.first);
        if (!std::all_of(first, first + static_cast<std::ptrdiff_t>(key.count), [](bool u) { return u; })) {
            missing.push_back(text_of(key, said));
        }
    }
    return missing;
}

} // namespace echollama
