#include "conversation/wholeness.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace echollama {
namespace {

// Where the bar stands, somebody may pause and has not asked yet.
struct Paused {
    std::string begun, rest;
};
std::vector<Paused> const paused = {
    {"Where is", "the cup?"},
    {"Where is the", "bottle?"},
    {"Where are my", "keys?"},
    {"Where", "is the door?"},
    {"Where is the nearest", "chair?"},
    {"How far is", "the chair?"},
    {"How far", "is the table?"},
    {"How far away is the", "laptop?"},
    {"How many", "cups are there?"},
    {"How many chairs do you", "see?"},
    {"What is", "on the left?"},
    {"What", "is on the table?"},
    {"What is next to", "the laptop?"},
    {"What is next to the", "laptop?"},
    {"What is at two", "o'clock?"},
    {"Is the cup", "on the left?"},
    {"Is the cup to", "the left of the laptop?"},
    {"Is it", "far away?"},
    {"Is there", "a dog?"},
    {"Is there a", "dog?"},
    {"Is there anything", "on the right?"},
    {"Is there anything within two", "metres?"},
    {"Is the chair closer", "than the bottle?"},
    {"Is the chair closer than the", "bottle?"},
    {"Which is nearer, the cup or", "the chair?"},
    {"Which is nearer, the cup", "or the chair?"},
    {"Can you see", "a person?"},
    {"Do you see any", "books?"},
    {"Tell me where", "the cup is."},
    {"Tell me how far the", "bottle is."},
    {"Could you find the", "laptop?"},
    {"I am looking for a", "chair."},
    {"Is the person nearer than", "the chair?"},
};

TEST(IsWhole, NotWhereSomethingMustFollow) {
    for (auto const& question : paused) {
        for (auto const* end : {"", "?", ".", "...", ","}) {
            EXPECT_FALSE(is_whole(question.begun + end)) << question.begun << end;
        }
        EXPECT_TRUE(is_whole(question.begun + " " + question.rest)) << question.begun << " " << question.rest;
    }
}

TEST(IsWhole, WhatCanEndThere) {
    for (char const* text : {"Is there a cup?",
                             "How many chairs?",
                             "Which one is nearest?",
                             "What do you see?",
                             "What else is there?",
                             "Is anybody there?",
                             "Is anybody in front of me?",
                             "How far is it?",
                             "And the other one?",
                             "Is it a dog?",
                             "Is it on the table?",
                             "Tell me where the cup is.",
                             "Describe the picture.",
                             "Where is that?",
                             "Is it safe to walk?",
                             "Is the picture blurred?",
                             "shorter",
                             "repeat that",
                             "more",
                             "stop",
                             "why?",
                             "look at photo.jpg",
                             "Is the bus within 20 metres?"}) {
        EXPECT_TRUE(is_whole(text)) << text;
    }
}

TEST(IsWhole, NotWithWordsThatMeanNothing) {
    for (char const* text : {"", "...", "Is there a zorblat?", "the", "Where is the blue cup with the handle?"}) {
        EXPECT_FALSE(is_whole(text)) << text;
    }
}

TEST(IsInterjection, NothingThatSaysSomething) {
    for (char const* text : {"", "Oh", "Oh.", "Um, uh...", "Hmm", "Ah, er"}) {
        EXPECT_TRUE(is_interjection(text)) << text;
    }
    for (char const* text : {"Oh no", "Um, where is the cup?", "Why?", "more", "No.", "Ohm"}) {
        EXPECT_FALSE(is_interjection(text)) << text;
    }
}

} // namespace
} // namespace echollama
