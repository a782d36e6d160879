// The words of a question, each with what it does there.
#pragma once

#include "wording/mentions.h"

#include <optional>
#include <string>
#include <vector>

namespace echollama {

enum class Mark {
    unknown,
    glue,     // articles, auxiliary verbs, politeness
    thing,    // its mention
    where,    // where, find
    count,    // how many
    distance, // how far
    see,      // is there, do you see
    what,
    which,
    who,
    describe,
    self,
    greeting,
    thanks,
    safety,
    quality,  // value: Quality
    side,     // value: -1, 0, 1
    clock,    // value: the hour
    row,      // value: 0 top, 1 bottom
    near,     // near me
    reach,    // within reach
    outside,  // behind me
    relation, // value: Relation
    extreme,  // value: Extreme
    compare,  // value: 0 nearer, 1 farther
    number,   // value
    all,      // all, both
    limit,    // value: AskedCount::Limit
    unit,     // value: Units
    brevity,  // value: Brevity
    negation,
    or_,
    everything,
    picture,
    place, // the room itself: "here"
    it,
    other,
    ordinal,   // value: from 0
    about,     // what about
    attribute, // value: Attribute
};

// Some words of the question.
struct MarkedWords {
    Mark mark = Mark::unknown;
    int value = 0;
    std::string words; // as they are understood
    std::optional<Mention> mention = {};
};

// Every word of the question is in exactly one of these, in order; articles and possessives are left out.
std::vector<MarkedWords> mark_words(std::string const& question);

} // namespace echollama
