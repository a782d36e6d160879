#include "base/counter_rng.h"
#include "text/thoughts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace echollama {
namespace {

using Start = ThoughtFilter::Start;

std::string answer_in(std::string const& text, std::size_t step, Start start = Start::answer,
                      std::vector<ThoughtTags> const& declared = {}) {
    ThoughtFilter filter(declared, start);
    std::string answer;
    for (std::size_t at = 0; at < text.size(); at += step) {
        answer += filter.push(text.substr(at, step));
    }
    return answer + filter.finish();
}

void expect_answer(std::string const& text, std::string const& answer, Start start = Start::answer,
                   std::vector<ThoughtTags> const& declared = {}) {
    for (std::size_t const step : {1, 2, 3, 7, 1000}) {
        EXPECT_EQ(answer_in(text, step, start, declared), answer) << text << " in steps of " << step;
    }
}

TEST(Thoughts, GoInTheTagsOfEveryModel) {
    for (auto const& [open, close] : std::vector<std::pair<std::string, std::string>>{
             {"<think>", "</think>"},
             {"<thinking>", "</thinking>"},
             {"<thought>", "</thought>"},
             {"<reasoning>", "</reasoning>"},
             {"<seed:think>", "</seed:think>"},
             {"<mm:think>", "</mm:think>"},
             {"[THINK]", "[/THINK]"},
             {"<|START_THINKING|>", "<|END_THINKING|>"},
             {"<|begin_of_thought|>", "<|end_of_thought|>"},
             {"<|think|>", "<|end|><|begin|>assistant<|content|>"},
             {"\u25C1think\u25B7", "\u25C1/think\u25B7"},
             {"<|channel>thought\n", "<channel|>"},
             {"<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"}}) {
        expect_answer(open + "\nThere < may be [a] cup? <b>\n" + close + "\n\nA cup.", "A cup.");
        expect_answer("Yes. " + open + "Hm" + close + " A cup.", "Yes. A cup.");
        expect_answer(open + "a" + close + "One. " + open + "b" + close + "Two.", "One. Two.");
        expect_answer(open + " It never ends, so", "");
        expect_answer("Hm, a cup" + close + "\nA cup.", "A cup.", Start::thought);
        expect_answer("Hm, a cup" + close + "\nA cup.", "A cup.", Start::unknown);
    }
}

TEST(Thoughts, ThePromptMayHaveOpenedThem) {
    expect_answer("It never ends.", "", Start::thought);
    expect_answer("No thoughts at all.", "No thoughts at all.", Start::unknown);
    expect_answer("<think>x</think>A cup.", "A cup.", Start::unknown);
    expect_answer("<think>x</think>A cup.", "A cup.", Start::thought);
    ThoughtFilter filter;
    EXPECT_EQ(filter.push("Hm</think>A cup."), "A cup.");
    EXPECT_TRUE(filter.closed_unopened());
    ThoughtFilter opened;
    EXPECT_EQ(opened.push("<think>Hm</think>A cup."), "A cup.");
    EXPECT_FALSE(opened.closed_unopened());
    ThoughtFilter only_final;
    EXPECT_EQ(only_final.push("<|channel|>final<|message|>A cup."), "A cup.");
    EXPECT_FALSE(only_final.closed_unopened());
}

TEST(Thoughts, WhatIsNoTagStays) {
    for (std::string const text : {"I think so. 3 < 4 and <b>bold</b> [x](y) <", "a <", "<|im_end|> [THIN", "<thin", "",
                                   "What do you think>?", "< think >", " \n A cup"}) {
        expect_answer(text, text);
    }
}

TEST(Thoughts, DeclaredTags) {
    std::vector<ThoughtTags> const declared{{"((", "))"}};
    expect_answer("((hm)) A cup.", "A cup.", Start::answer, declared);
    expect_answer("(A cup.)", "(A cup.)", Start::answer, declared);
    expect_answer("(hm", "(hm", Start::answer, {{"", ""}});
    expect_answer("Hm.\n[FINAL]\nA cup.", "A cup.", Start::unknown, {{"", "[FINAL]"}});
    expect_answer("A cup [FIN", "A cup [FIN", Start::unknown, {{"", "[FINAL]"}});
    ThoughtFilter const filter(declared);
    EXPECT_TRUE(filter.knows("(("));
    EXPECT_TRUE(filter.knows("<|channel|>"));
    EXPECT_TRUE(filter.knows("<|message|>"));
    EXPECT_TRUE(filter.knows("[/THINK]"));
    EXPECT_TRUE(filter.knows("<think>"));
    EXPECT_FALSE(filter.knows("<|im_end|>"));
}

// The answer is certain at once, except for what may become a tag.
TEST(Thoughts, TheAnswerDoesNotWait) {
    ThoughtFilter filter;
    EXPECT_EQ(filter.push("A cup. "), "A cup. ");
    EXPECT_EQ(filter.push("A <th"), "A ");
    EXPECT_EQ(filter.push("ing is"), "<thing is");
    EXPECT_EQ(filter.push(" 3 < 4 "), " 3 < 4 ");
    EXPECT_EQ(filter.finish(), "");
}

TEST(Thoughts, TagsThatATemplateDeclares) {
    auto const tags = [](std::string const& with, std::string const& without) {
        auto const found = thought_tags_in(with, without, "THOUGHT", "ANSWER");
        return found.open + " " + found.close;
    };
    EXPECT_EQ(tags("user: q assistant: <x>\nTHOUGHT\n</x>\n\nANSWER", "user: q assistant: ANSWER"), "<x> </x>");
    // without thoughts an empty pair stands there
    EXPECT_EQ(tags("q <x>\nTHOUGHT\n</x>\n\nANSWER", "q <x>\n\n</x>\n\nANSWER"), "<x> </x>");
    EXPECT_EQ(tags("q [T]THOUGHT[/T]ANSWER", "q ANSWER"), "[T] [/T]");
    // both begin with the beginning of a tag
    EXPECT_EQ(tags("q <|a|>ponder<|b|>THOUGHT<|end|><|a|>final<|b|>ANSWER", "q <|a|>final<|b|>ANSWER"),
              "<|a|>ponder<|b|> <|end|><|a|>final<|b|>");
    EXPECT_EQ(tags("q <|x|>THOUGHT<|end|><|y|>ANSWER", "q <|y|>ANSWER"), "<|x|> <|end|><|y|>");
    EXPECT_EQ(tags("q <|o|>t<|s|>THOUGHT<|c|>t<|s|><|o|>r<|s|>ANSWER", "q <|o|>t<|s|><|c|>t<|s|><|o|>r<|s|>ANSWER"),
              "<|o|>t<|s|> <|c|>t<|s|><|o|>r<|s|>");
    EXPECT_EQ(tags("q <s>a to=self<|m|>THOUGHT<e><s>a to=user<|m|>ANSWER", "q <s>a to=user<|m|>ANSWER"),
              "to=self<|m|> <e><s>a to=user<|m|>");
    EXPECT_EQ(tags("q <a>\nHere I think:\nTHOUGHT\n[FINAL]\nANSWER", "q <a>\n[FINAL]\nANSWER"),
              "Here I think: [FINAL]");
    // what begins every answer opens no thought
    EXPECT_EQ(tags("q <A>THOUGHT</x>ANSWER", "q <A>ANSWER"), "<x> </x>");
    EXPECT_EQ(tags("q THOUGHT[FINAL]ANSWER", "q ANSWER"), " [FINAL]"); // only how it ends
    EXPECT_EQ(tags("q ANSWER", "q ANSWER"), " ");
    EXPECT_EQ(tags("ANSWER THOUGHT", "ANSWER"), " ");
}

TEST(Thoughts, APromptThatOpensThem) {
    EXPECT_TRUE(opens_thought("user\nassistant\n<think>\n", {}));
    EXPECT_TRUE(opens_thought("assistant [THINK]", {}));
    EXPECT_TRUE(opens_thought("assistant <seed:think>", {}));
    EXPECT_TRUE(opens_thought("assistant ((", {{"((", "))"}}));
    EXPECT_FALSE(opens_thought("assistant <think>\n\n</think>\n\n", {}));
    EXPECT_FALSE(opens_thought("I <think> so", {}));
    EXPECT_FALSE(opens_thought("assistant: ", {{"", ""}}));
    EXPECT_FALSE(opens_thought("", {}));
}

// Whatever the pieces and wherever the tags stand, the answer does not depend on how it arrives.
TEST(Thoughts, ThePiecesDoNotMatter) {
    std::vector<std::string> const parts{"<think>",     "</think>",    "<",  ">",  "[THINK]", "[/THINK]", "[",  "word ",
                                         "<|channel|>", "analysis",    "<|", "|>", "\n",      "é",        "</", "think",
                                         "<reasoning>", "</reasoning>"};
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        std::uint64_t n = 0;
        std::string text;
        for (auto count = 1 + splitmix64(seed, n++) % 12; count > 0; --count) {
            text += parts[splitmix64(seed, n++) % parts.size()];
        }
        // what a closing tag takes back that nothing opened has been passed on or not
        auto const close = std::min(text.find("</"), text.find("[/"));
        if (close == std::string::npos) {
            ASSERT_EQ(answer_in(text, 1), answer_in(text, 1000)) << text;
        }
        if (text.find("</", close + 1) == std::string::npos && text.find("[/", close + 1) == std::string::npos) {
            for (auto const start : {Start::thought, Start::unknown}) {
                ASSERT_EQ(answer_in(text, 1, start), answer_in(text, 1000, start)) << text;
            }
        }
    }
}

} // namespace
} // namespace echollama
