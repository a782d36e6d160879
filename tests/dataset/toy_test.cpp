// Rows about made-up scenes: what is chosen is true, what is rejected is not better in any way but its fault.
#include "dataset/toy_rows.h"
#include "wording/grounding.h"
#include "wording/mentions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace echollama::dataset {
namespace {

constexpr std::uint64_t rows = 600;

ToyRow row_at(std::uint64_t index, bool held_out = false) {
    return make_toy_row({.seed = 5, .held_out = held_out}, index);
}

std::size_t words_of(std::string const& text) {
    return split_words(text).size();
}

TEST(ToyRows, DependOnTheirNumbersAlone) {
    auto const first = row_at(7), again = row_at(7);
    EXPECT_EQ(first.row, again.row);
    EXPECT_NE(first.row, row_at(8).row);
    EXPECT_NE(first.row, row_at(7, true).row);
    EXPECT_NE(first.row, make_toy_row({.seed = 6}, 7).row);
}

TEST(ToyRows, ThePromptIsTheProgramsOwn) {
    std::map<PromptStyle, int> styles;
    for (std::uint64_t i = 0; i < 50; ++i) {
        auto const made = row_at(i);
        auto const prompt = scene_prompt(made.scene, made.question, made.options);
        EXPECT_EQ(made.row.system, prompt.system);
        EXPECT_EQ(made.row.prompt, turns_with_context(prompt).front().text);
        ++styles[made.options.style];
    }
    EXPECT_GT(styles[PromptStyle::standard], 15);
    EXPECT_GT(styles[PromptStyle::paper], 5);
}

TEST(ToyRows, WhatIsChosenIsTrueAndShort) {
    std::set<std::string> beginnings;
    for (std::uint64_t i = 0; i < rows; ++i) {
        auto const made = row_at(i);
        for (auto const& claim : check_claims(made.row.chosen, made.scene)) {
            EXPECT_EQ(claim.verdict, Verdict::supported) << claim.words << " in: " << made.row.chosen;
        }
        EXPECT_FALSE(is_meta_talk(made.row.chosen)) << made.row.chosen;
        EXPECT_LE(words_of(made.row.chosen), 60U) << made.row.chosen;
        auto const words = split_words(made.row.chosen);
        beginnings.insert(words[0].text + " " + words[std::min<std::size_t>(1, words.size() - 1)].text);
        if (made.unknown) {
            EXPECT_TRUE(made.row.chosen.find("cannot tell") != std::string::npos ||
                        made.row.chosen.find("do not know") != std::string::npos)
                << made.row.chosen;
        }
    }
    EXPECT_GT(beginnings.size(), 20U) << "they all sound alike";
}

// The paper's matrix holds no distances, and not the things that scored low.
TEST(ToyRows, NothingIsChosenThatThePromptDoesNotHold) {
    for (std::uint64_t i = 0; i < rows; ++i) {
        auto const made = row_at(i);
        if (made.options.style != PromptStyle::paper) {
            continue;
        }
        EXPECT_EQ(made.row.chosen.find("away"), std::string::npos) << made.row.chosen;
        for (auto const& object : made.scene.objects) {
            auto const& label = object.detection.label;
            bool const told = made.row.prompt.find(label) != std::string::npos;
            bool const named = made.row.chosen.find(" " + label + " ") != std::string::npos;
            EXPECT_TRUE(told || !named) << label << " in: " << made.row.chosen;
        }
    }
}

TEST(ToyRows, WhatIsRejectedHasAFault) {
    std::map<std::string, int> faults;
    std::size_t hard = 0, longer = 0;
    for (std::uint64_t i = 0; i < rows; ++i) {
        auto const made = row_at(i);
        ++faults[made.fault];
        EXPECT_NE(made.row.chosen, made.row.rejected);
        auto const &good = made.row.chosen_claims, &bad = made.row.rejected_claims;
        if (made.fault == "long") {
            EXPECT_GT(words_of(made.row.rejected), words_of(made.row.chosen) + 20);
        } else if (made.hard && made.fault != "certainty" && !made.unknown) {
            EXPECT_GT(bad.contradicted + bad.unknown, good.contradicted + good.unknown) << made.row.rejected;
        }
        if (made.hard && !made.unknown) {
            ++hard;
            longer += words_of(made.row.chosen) > words_of(made.row.rejected) ? 1 : 0;
            EXPECT_LT(words_of(made.row.rejected), words_of(made.row.chosen) + 12) << made.row.rejected;
        }
    }
    EXPECT_GT(hard, rows / 3);
    EXPECT_LT(longer, hard / 2) << "a trainer would learn the length";
    for (auto const* fault : {"side", "count", "object", "distance", "certainty", "invented", "repeats", "long"}) {
        EXPECT_GT(faults[fault], 5) << fault;
    }
}

TEST(ToyRows, HeldOutQuestionsAreInOtherWords) {
    std::set<std::string> asked;
    auto const pattern = [](ToyRow const& made) { // the question without names of things
        std::string text;
        auto const words = split_words(made.question);
        auto const mentions = find_mentions(words);
        for (std::size_t i = 0; i < words.size(); ++i) {
            bool const named =
                is_mentioned(mentions, i) || words[i].text == "a" || words[i].text == "an" || words[i].text == "some";
            text += named ? "" : words[i].text + " ";
        }
        return text;
    };
    for (std::uint64_t i = 0; i < rows; ++i) {
        asked.insert(pattern(row_at(i)));
    }
    int questions = 0;
    for (std::uint64_t i = 0; i < rows / 3; ++i) {
        auto const made = row_at(i, true);
        if (!made.question.empty()) {
            ++questions;
            EXPECT_FALSE(asked.contains(pattern(made))) << made.question;
        }
    }
    EXPECT_GT(questions, 50);
}

} // namespace
} // namespace echollama::dataset
