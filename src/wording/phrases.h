// Phrases of place inside a sentence: relations ("in front of", "to the left of"), sides, lengths, negations.
#pragma once

#include "scene/types.h"
#include "wording/mentions.h"

#include <optional>
#include <string>
#include <vector>

namespace echollama {

// A text cut into words, with the mentions found in it.
struct ReadText {
    std::string text;
    std::vector<Word> words;
    std::vector<Mention> mentions;

    bool is(std::size_t word, std::string_view expected) const {
        return word < words.size() && words[word].text == expected;
    }
    // No full stop, colon, question mark or line end between two neighbouring or distant words.
    bool same_sentence(std::size_t first, std::size_t last) const;
};

ReadText read_text(std::string text);

// "X is <phrase> Y": which mention is said to be where to which.
struct RelationPhrase {
    Relation relation = Relation::beside;
    std::size_t first = 0, count = 0;    // words of the phrase
    std::size_t subject = 0, object = 0; // indices of mentions
    std::optional<std::size_t> object2;  // for `between`
    bool negated = false;
};

// All of them, in order. The subject is the mention before the phrase in its sentence, or, when the phrase opens the
// sentence ("Behind the table is a chair"), the one after the object.
std::vector<RelationPhrase> find_relation_phrases(ReadText const& read);

// "the cup", "a big cup": from an article at the word to a thing.
bool leads_to_thing(ReadText const& read, std::size_t word);

// Left and right as seen by the viewer -1, 1; straight ahead or in front of the viewer 0. "left of the cup" is a
// relation and gives nothing; "left of the picture" is a side.
std::optional<int> side_at(ReadText const& read, std::size_t word);

// Metres of "3 metres", "50 cm", "6 feet", "two steps" that begin at the word.
std::optional<double> length_at(ReadText const& read, std::size_t word);

// A step of walking, metres.
inline constexpr double step_m = 0.7;

// "no dog", "not a dog", "no cats, dogs or horses".
bool is_negated(ReadText const& read, Mention const& mention);

} // namespace echollama
