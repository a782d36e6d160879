#include "wording/phrases.h"

#include "scene/english.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>

namespace echollama {
namespace {

using Words = std::initializer_list<std::string_view>;

bool one_of(std::string_view word, Words wanted) {
    return std::find(wanted.begin(), wanted.end(), word) != wanted.end();
}

struct Pattern {
    Relation relation;
    std::array<std::string_view, 4> words; // empty: shorter
};

// Longer ones before the shorter ones they begin with.
constexpr Pattern patterns[] = {
    {Relation::in_front_of, {"in", "front", "of"}},
    {Relation::in_front_of, {"straight", "ahead", "of"}},
    {Relation::in_front_of, {"ahead", "of"}},
    {Relation::on, {"on", "top", "of"}},
    {Relation::on, {"on", "the", "top", "of"}},
    {Relation::left_of, {"left", "side", "of"}},
    {Relation::right_of, {"right", "side", "of"}},
    {Relation::left_of, {"left", "of"}},
    {Relation::right_of, {"right", "of"}},
    {Relation::left_of, {"left", "from"}},
    {Relation::right_of, {"right", "from"}},
    {Relation::beside, {"next", "to"}},
    {Relation::beside, {"close", "to"}},
    {Relation::beside, {"adjacent", "to"}},
    {Relation::on, {"on"}},
    {Relation::on, {"upon"}},
    {Relation::on, {"onto"}},
    {Relation::on, {"atop"}},
    {Relation::behind, {"behind"}},
    {Relation::under, {"under"}},
    {Relation::under, {"underneath"}},
    {Relation::under, {"beneath"}},
    {Relation::above, {"above"}},
    {Relation::below, {"below"}},
    {Relation::beside, {"beside"}},
    {Relation::beside, {"alongside"}},
    {Relation::beside, {"near"}},
    {Relation::beside, {"by"}},
    {Relation::inside, {"inside"}},
    {Relation::inside, {"in"}},
    {Relation::inside, {"within"}},
    {Relation::between, {"between"}},
};

std::size_t length_of(Pattern const& pattern) {
    return static_cast<std::size_t>(
        std::count_if(pattern.words.begin(), pattern.words.end(), [](auto word) { return !word.empty(); }));
}

bool matches(ReadText const& read, Pattern const& pattern, std::size_t word) {
    for (std::size_t i = 0; i < length_of(pattern); ++i) {
        if (!read.is(word + i, pattern.words[i]) || !read.same_sentence(word, word + i)) {
            return false;
        }
    }
    return true;
}

// Words that may stand between a relation and its object: "on the big wooden table". Words of place end the search:
// "on the left is a table" has no relation.
bool may_precede_object(std::string_view word) {
    return !one_of(word, {"left",    "right",  "is",     "are",  "there", "you", "me",    "and",    "with", "side",
                          "stands",  "sits",   "of",     "at",   "to",    "on",  "in",    "front",  "top",  "middle",
                          "center",  "centre", "bottom", "lies", "was",   "has", "which", "that",   "it",   "your",
                          "picture", "image",  "scene",  "view", "see",   "i",   "ahead", "o'clock"});
}

std::optional<std::size_t> mention_starting(ReadText const& read, std::size_t word) {
    for (std::size_t i = 0; i < read.mentions.size(); ++i) {
        if (read.mentions[i].first == word) {
            return i;
        }
    }
    return std::nullopt;
}

bool inside_mention(ReadText const& read, std::size_t word) {
    return is_mentioned(read.mentions, word);
}

// The mention that the phrase ending before `word` leads to.
std::optional<std::size_t> object_after(ReadText const& read, std::size_t word) {
    for (std::size_t i = word; i < std::min(word + 4, read.words.size()) && read.same_sentence(word - 1, i); ++i) {
        if (auto mention = mention_starting(read, i)) {
            return mention;
        }
        if (!may_precede_object(read.words[i].text)) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> next_mention(ReadText const& read, std::size_t mention) {
    bool there = mention + 1 < read.mentions.size() &&
                 read.same_sentence(read.mentions[mention].first, read.mentions[mention + 1].first);
    return there ? std::optional(mention + 1) : std::nullopt;
}

std::optional<RelationPhrase> complete(ReadText const& read, Pattern const& pattern, std::size_t word) {
    RelationPhrase phrase{pattern.relation, word, length_of(pattern), 0, 0, std::nullopt, false};
    auto object = object_after(read, word + phrase.count);
    if (!object) {
        return std::nullopt;
    }
    phrase.object = *object;
    auto last = *object;
    if (phrase.relation == Relation::between) {
        phrase.object2 = next_mention(read, last);
        last = phrase.object2.value_or(last);
    }
    for (std::size_t i = 0; i < *object; ++i) {
        if (read.mentions[i].first < word && read.same_sentence(read.mentions[i].first, word)) {
            phrase.subject = i;
            phrase.negated = std::any_of(read.words.begin() + static_cast<std::ptrdiff_t>(read.mentions[i].first),
                                         read.words.begin() + static_cast<std::ptrdiff_t>(word),
                                         [](auto const& w) { return is_negation(w.text); });
            last = i;
        }
    }
    if (last >= *object) { // nothing before it: "Behind the table is a chair"
        auto subject = next_mention(read, last);
        if (!subject) {
            return std::nullopt;
        }
        phrase.subject = *subject;
    }
    return phrase;
}

} // namespace

bool ReadText::same_sentence(std::size_t first, std::size_t last) const {
    for (std::size_t i = first; i < last; ++i) {
        auto gap = std::string_view(text).substr(words[i].end, words[i + 1].begin - words[i].end);
        if (gap.find_first_of(".;!?:\n") != std::string_view::npos) {
            return false;
        }
    }
    return true;
}

ReadText read_text(std::string text) {
    ReadText read{std::move(text), {}, {}};
    read.words = split_words(read.text);
    read.mentions = find_mentions(read.words);
    return read;
}

std::vector<RelationPhrase> find_relation_phrases(ReadText const& read) {
    std::vector<RelationPhrase> phrases;
    for (std::size_t i = 0; i < read.words.size();) {
        auto const* pattern = inside_mention(read, i)
                                  ? std::end(patterns)
                                  : std::find_if(std::begin(patterns), std::end(patterns),
                                                 [&](auto const& p) { return matches(read, p, i); });
        if (pattern == std::end(patterns)) {
            ++i;
            continue;
        }
        if (auto phrase = complete(read, *pattern, i)) {
            phrases.push_back(*phrase);
        }
        i += length_of(*pattern);
    }
    return phrases;
}

bool leads_to_thing(ReadText const& read, std::size_t word) {
    static constexpr std::string_view articles[] = {"the", "a", "an", "this", "that", "its"};
    bool article = std::any_of(std::begin(articles), std::end(articles), [&](auto a) { return read.is(word, a); });
    return article && read.same_sentence(word - 1, word) && object_after(read, word + 1);
}

std::optional<int> side_at(ReadText const& read, std::size_t word) {
    auto const& text = read.words[word].text;
    bool before_thing = (text == "straight" && read.is(word + 1, "ahead") && read.is(word + 2, "of") &&
                         leads_to_thing(read, word + 3)) ||
                        (text == "ahead" && read.is(word + 1, "of") && leads_to_thing(read, word + 2));
    if (before_thing) {
        return std::nullopt; // "ahead of the cup"
    }
    if (one_of(text, {"left", "right", "leftmost", "rightmost", "left-hand", "right-hand"})) {
        bool relational = false;
        for (auto const& pattern : patterns) {
            bool sideways = pattern.relation == Relation::left_of || pattern.relation == Relation::right_of;
            relational = relational ||
                         (sideways && matches(read, pattern, word) && object_after(read, word + length_of(pattern)));
        }
        return relational ? std::nullopt : std::optional(text.starts_with("left") ? -1 : 1);
    }
    bool before_viewer = text == "front" && read.is(word + 1, "of") &&
                         (read.is(word + 2, "you") || read.is(word + 2, "me") || read.is(word + 2, "us"));
    return text == "ahead" || text == "straight" || before_viewer ? std::optional(0) : std::nullopt;
}

std::optional<double> length_at(ReadText const& read, std::size_t i) {
    if (i + 1 >= read.words.size()) {
        return std::nullopt;
    }
    auto const& unit = read.words[i + 1].text;
    double factor = one_of(unit, {"m", "metre", "metres", "meter", "meters"})                        ? 1.0
                    : one_of(unit, {"cm", "centimetre", "centimetres", "centimeter", "centimeters"}) ? 0.01
                    : one_of(unit, {"feet", "foot", "ft"})                                           ? 0.3048
                    : one_of(unit, {"inch", "inches"})                                               ? 0.0254
                    : one_of(unit, {"step", "steps", "pace", "paces"})                               ? step_m
                                                                                                     : 0.0;
    auto const& word = read.words[i].text;
    char* end = nullptr;
    double value = std::strtod(word.c_str(), &end);
    if (end != word.c_str() + word.size()) {
        value = number_of(word);
    }
    return factor == 0.0 || value < 0 ? std::nullopt : std::optional(value * factor);
}

bool is_negated(ReadText const& read, Mention const& mention) {
    std::size_t others = 0; // words on the way that are neither list words nor mentions
    for (std::size_t i = mention.first; i-- > 0 && read.same_sentence(i, i + 1);) {
        auto const& word = read.words[i].text;
        if (is_negation(word)) {
            return true;
        }
        // "no dog and a cup", "no dog but cups": what follows is said to be there
        bool number_after = number_of(read.words[i + 1].text) > 0; // an article is one, too
        if (one_of(word, {"but", "only", "is",   "are",    "while", "with", "on",    "in", "behind", "under",
                          "of",  "at",   "near", "beside", "to",    "from", "above", "by", "below",  "between"}) ||
            (word == "and" && number_after)) {
            return false;
        }
        bool list_word = one_of(word, {"or", "nor", "and", "any", "a", "an", "the", "other", "single"});
        others += !list_word && !inside_mention(read, i);
        if (others > 2) {
            return false;
        }
    }
    return false;
}

} // namespace echollama
