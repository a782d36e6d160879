// Facts in words, with the variety of somebody who speaks: descriptions, and questions with their answers.
#pragma once

#include "base/counter_rng.h"
#include "dataset/toy_facts.h"

#include <optional>
#include <string>
#include <vector>

namespace echollama::dataset {

inline constexpr std::size_t most_described = 4; // things in one description

// One to three short sentences, the first things first. The same numbers give the same form whatever the facts are, so
// that a description with a fault differs from the right one by the fault alone.
std::string describe_facts(Facts const& facts, Draws& draw);

enum class Ask {
    where,     // of a thing that is there
    presence,  // of a thing that is there
    absence,   // of a thing that is not
    count,     // of a thing that is there
    distance,  // of a thing that is there
    side,      // what is on the left, ahead, on the right
    yes_or_no, // is the thing on that side?
    attribute, // of a thing that is there; no scene holds it
    beyond,    // what no scene holds
};

struct ToyQuestion {
    Ask ask = Ask::where;
    std::string label;    // of the thing that is asked about
    int side = 0;         // of `side` and `yes_or_no`
    std::string about;    // of `attribute`: what is asked, "colour"
    std::string text;     // as it is asked
    std::string invented; // of `attribute` and `beyond`: what somebody says who makes it up
    bool unknown() const { return ask == Ask::attribute || ask == Ask::beyond; }
};

// Half of the questions are of the kinds that no scene holds, because those are what a language model is asked at all.
// `held_out`: in wordings that are used for measuring only.
ToyQuestion make_question(Facts const& facts, bool held_out, Draws& draw);

// The answer as the facts have it, which may be facts with a fault. As above, the same numbers give the same form.
std::string answer_from(Facts const& facts, ToyQuestion const& question, Draws& draw);

} // namespace echollama::dataset
