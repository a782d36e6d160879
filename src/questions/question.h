// A question about a scene, read whole: every word is either understood or kept as one that was not.
#pragma once

#include "scene/types.h"
#include "wording/mentions.h"
#include "wording/wording.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

// What is asked.
enum class Ask {
    unknown,
    presence,     // is there, do you see, is it on the left
    where,        // where is, find
    count,        // how many
    distance,     // how far
    what,         // what is on the left, which chair is nearest
    compare,      // which is nearer, A or B
    alternatives, // is it a cat or a dog
    describe,
    quality, // is the picture blurred, dark, bright, any good
    safety,  // is it safe, is the way free
    self,    // who are you
    greeting,
    thanks,
};

// A thing that is asked about, its own words included.
struct AskedThing {
    Mention mention;
    bool is_known() const { return !mention.label.empty() || !mention.exact; } // a class or a kind of classes
};

// "two", "at least two"
struct AskedCount {
    enum class Limit { exactly, at_least, at_most, more, fewer };
    int number = 0;
    Limit limit = Limit::exactly;
    bool plain = true; // without "exactly" or "only": three are two as well
};

// A part of the picture, or what lies outside of it.
struct AskedPlace {
    enum class Kind { side, clock, row, near, reach, outside };
    Kind kind = Kind::side;
    int value = 0;     // side: -1 left, 0 ahead, 1 right; clock: the hour; row: 0 top, 1 bottom
    std::string words; // outside: as it is said to who asks, "behind you"
};

// "on the table": the place of what is asked about, or of the first thing.
struct AskedRelation {
    Relation relation = Relation::beside;
    AskedThing object;
    std::optional<AskedThing> object2; // of `between`
};

// What the scene does not hold.
enum class Attribute { colour, material, size, state, kind, other };

struct AskedAttribute {
    Attribute attribute = Attribute::other;
    std::string words; // state: "open"
};

enum class Extreme { none, nearest, farthest, leftmost, rightmost };
enum class Quality { any, blurred, sharp, dark, bright, colourless };
enum class Brevity { none, short_answer, one_word };

// "it", "the other one", "the second one", "what about the chair"
enum class Reference { none, it, other, numbered, same_question };

// What an earlier question was about, when this one asks for the others.
struct OtherThan {
    std::vector<AskedPlace> places;
    std::optional<AskedRelation> relation;
    Extreme extreme = Extreme::none;
};

struct Question {
    Ask ask = Ask::unknown;
    std::vector<AskedThing> things; // without those that stand in a relation's place
    bool any_of_things = false;     // "cups or bottles": one of them is enough
    bool all_things = false;        // "everything", "anything": whatever is there
    bool every_one = false;         // "are both chairs …", "are the chairs …": of each of them
    std::optional<AskedCount> count;
    std::vector<AskedPlace> places; // all of them hold
    std::optional<AskedRelation> relation;
    Extreme extreme = Extreme::none;
    bool farther = false; // of `compare`: which is farther
    std::optional<Quality> quality;
    std::optional<Units> units;
    bool measured = false; // "within 2 metres": the distance is told, and no yes or no
    Brevity brevity = Brevity::none;
    bool negated = false;
    bool yes_or_no = false; // begins as such a question does: "is", "do"
    Reference reference = Reference::none;
    std::size_t number = 0; // of Reference::numbered, from 0
    bool bare = false;      // names what is meant and not what is asked of it: "the other one", "the left one"
    std::optional<OtherThan> other_than = {}; // of Reference::other; none: than the first
    std::vector<AskedAttribute> attributes;
    std::vector<std::string> unknown; // words that mean nothing here

    // Nothing was asked beyond what a scene holds.
    bool is_understood() const { return attributes.empty() && unknown.empty(); }
};

// Longer questions are read up to here: nobody asks so much in a breath.
inline constexpr std::size_t most_question_words = 60;

// One question. Politeness, spoken style, contractions, and a wrong letter in a longer word do not matter.
Question read_question(std::string const& text);

// What "it", "the other one" and questions that are none by themselves ("and the chair?") mean after these turns.
Question resolve_references(Question question, std::vector<Turn> const& history);

} // namespace echollama
