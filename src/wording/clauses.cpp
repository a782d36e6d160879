#include "wording/clauses.h"

#include "scene/english.h"

#include <algorithm>
#include <string_view>

namespace echollama {
namespace {

std::string const& word(ReadText const& read, std::size_t i) {
    return read.words[i].text;
}

bool mention_between(ReadText const& read, std::size_t first, std::size_t last) {
    return std::any_of(read.mentions.begin(), read.mentions.end(),
                       [&](auto const& m) { return m.first >= first && m.first < last; });
}

} // namespace

bool is_clock_word(std::string_view word) {
    return word == "o'clock" || word == "o\u2019clock" || word == "oclock";
}

std::vector<Clause> clauses_of(ReadText const& read) {
    std::vector<Clause> result;
    std::size_t first = 0;
    for (std::size_t i = 1; i < read.words.size(); ++i) {
        auto gap =
            std::string_view(read.text).substr(read.words[i - 1].end, read.words[i].begin - read.words[i - 1].end);
        bool opens =
            gap.find_first_of(":\n") != std::string_view::npos && !mention_between(read, first, i); // "Left: a cup"
        bool separated = gap.find_first_of(".;!?:\n") != std::string_view::npos && !opens;
        bool joined = word(read, i) == "and" || word(read, i) == "while" || word(read, i) == "but";
        bool comma = gap.find(',') != std::string_view::npos;
        std::size_t reach = joined ? 8 : comma ? 5 : 0; // "and on the right hand side a cup"
        bool conjunction =
            mention_between(read, first, i) && mention_between(read, i, std::min(i + reach, read.words.size()));
        if (separated || conjunction) {
            result.push_back({first, i});
            first = i;
        }
    }
    if (first < read.words.size()) {
        result.push_back({first, read.words.size()});
    }
    return result;
}

Clause region_of(ReadText const& read, Clause const& clause, std::vector<std::size_t> const& inside,
                 std::size_t position) {
    std::size_t first = position == 0 ? clause.first : read.mentions[inside[position]].first;
    std::size_t last = position + 1 < inside.size() ? read.mentions[inside[position + 1]].first : clause.last;
    return {first, last};
}

std::optional<std::size_t> number_before(ReadText const& read, Clause const& clause, Mention const& mention) {
    auto begin = std::max(clause.first, mention.first >= 4 ? mention.first - 4 : 0);
    for (auto i = mention.first; i-- > begin;) {
        auto const& text = word(read, i);
        bool other_thing = is_mentioned(read.mentions, i);
        bool part = text == "of" && !(i > begin && (word(read, i - 1) == "pair" || word(read, i - 1) == "couple" ||
                                                    word(read, i - 1) == "total"));
        auto const& next = word(read, i + 1);
        bool measure = is_clock_word(next) || next.starts_with("degree") || length_at(read, i);
        if (other_thing || part || measure || text == "at" || text == "is") {
            return std::nullopt;
        }
        int number = number_of(text);
        if (number >= 0 && text != "a" && text != "an" && text != "no") {
            return static_cast<std::size_t>(number); // "zero cups" too
        }
    }
    return std::nullopt;
}

bool negated_at(ReadText const& read, Mention const& mention, std::size_t i) {
    for (auto k = mention.first + mention.count; k < i; ++k) {
        if (is_negation(word(read, k))) {
            return true;
        }
    }
    return false;
}

} // namespace echollama
