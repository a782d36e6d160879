// The command line by itself: what is declared is what is read. What the program's own options refuse: tests/app.
#include "base/error.h"
#include "command_line/command_line.h"
#include "command_line/nearest_word.h"

#include <gtest/gtest.h>

namespace echollama {
namespace {

struct Given {
    bool loud = false;
    std::string text = "unchanged";
    std::optional<int> count;
    std::optional<float> rate;
    std::vector<std::string> names, words;
    int unit = 0;
};

class CommandLine : public testing::Test {
  protected:
    CommandLine() {
        root.flag("--loud,-l", given.loud, "Loudly");
        auto& text = say.option("--text,-t", given.text, "A text");
        say.option("--count", given.count, "How often").range(1, 9);
        say.option("--rate", given.rate, "How fast").needs(text);
        say.list("--name", given.names, "Who").excludes(text);
        say.choice("--unit", given.unit, {{"metres", 1, {"meters"}}, {"feet", 2, {}}, {"feelings", 3, {}}}, "Unit");
        say.list("words", given.words, "What");
        say.run = [] {};
    }

    void read(std::vector<std::string> words) {
        words.insert(words.begin(), "say");
        EXPECT_EQ(parse_command_line(root, words).command, &say);
    }

    std::string refusal(std::vector<std::string> const& words) {
        try {
            read(words);
        } catch (UsageError const& error) {
            return error.what();
        }
        return "";
    }

    Given given;
    Command root{"program", "Does what it is told"};
    Command& say = root.subcommand("say", "Say words");
};

TEST_F(CommandLine, ValuesStandInTheNextWordOrBehindAnEqualsSignOrALetter) {
    for (std::vector<std::string> const& words :
         {std::vector<std::string>{"--text", "a=b"}, {"--text=a=b"}, {"-t", "a=b"}, {"-ta=b"}, {"-lta=b"}}) {
        given.text.clear();
        read(words);
        EXPECT_EQ(given.text, "a=b") << words.front();
    }
    read({"-t=a=b"});
    EXPECT_EQ(given.text, "a=b") << "as people write who are used to --text=";
}

TEST_F(CommandLine, WhatIsNotGivenStaysAsItWas) {
    read({"one", "two"});
    EXPECT_EQ(given.text, "unchanged");
    EXPECT_FALSE(given.count || given.rate || given.loud);
    EXPECT_EQ(given.words, (std::vector<std::string>{"one", "two"}));
}

TEST_F(CommandLine, NumbersAreWholeWithinTheirBoundsAndNothingElse) {
    for (std::string const good : {"1", "9", "+3"}) {
        read({"--count", good});
        EXPECT_EQ(given.count, std::stoi(good));
    }
    for (std::string const bad : {"0", "10", "-1", "2.0", "2e0", "3x", " 3", "", "nan", "0x3", "++3"}) {
        EXPECT_NE(refusal({"--count", bad}).find("--count needs a whole number from 1 to 9"), std::string::npos) << bad;
    }
    for (std::string const bad : {"inf", "nan", "1,5", "1.5.2", "e5", ""}) {
        EXPECT_NE(refusal({"--text", "x", "--rate", bad}).find("--rate needs a number"), std::string::npos) << bad;
    }
}

TEST_F(CommandLine, AChoiceIsItsWordANearWordOrItsBeginning) {
    for (auto const& [word, unit] : {std::pair{"metres", 1}, {"METERS", 1}, {"met", 1}, {"feet", 2}, {"feel", 3}}) {
        read({"--unit", word});
        EXPECT_EQ(given.unit, unit) << word;
    }
    for (std::string const bad : {"fee", "", "yards", "metress"}) {
        EXPECT_NE(refusal({"--unit", bad}).find("metres, feet or feelings"), std::string::npos) << bad;
    }
}

TEST_F(CommandLine, OptionsThatNeedOrExcludeOthersSaySo) {
    EXPECT_EQ(refusal({"--rate", "1"}), "--rate needs --text beside it.");
    EXPECT_EQ(refusal({"--name", "a", "--text", "b"}), "--text and --name exclude each other; give one of them.");
    EXPECT_EQ(refusal({"--text", "a", "--text", "b"}), "--text is given twice; give it once.");
    given.names.clear();
    read({"--name", "a", "--name", "b"});
    EXPECT_EQ(given.names, (std::vector<std::string>{"a", "b"}));
}

TEST_F(CommandLine, TextMayBeginWithADash) {
    read({"-5", "- and so on", "---", "-", "--", "--loud"});
    EXPECT_EQ(given.words, (std::vector<std::string>{"-5", "- and so on", "---", "-", "--loud"}));
    EXPECT_FALSE(given.loud);
    EXPECT_NE(refusal({"--text", "--loud"}).find("--loud follows"), std::string::npos) << "a value was forgotten";
}

TEST_F(CommandLine, TheFirstFaultIsToldUnlessHelpIsAskedFor) {
    EXPECT_NE(refusal({"--bogus", "--count", "0"}).find("--bogus"), std::string::npos);
    EXPECT_TRUE(parse_command_line(root, {"say", "--bogus", "--help"}).help);
}

TEST(NearestWord, IsWhatAPersonMeans) {
    std::vector<std::string> const words{"--annotate", "--level", "--out", "--language"};
    EXPECT_EQ(nearest_word("--anotate", words), "--annotate");
    EXPECT_EQ(nearest_word("-levle", words), "--level");
    EXPECT_EQ(nearest_word("--la", words), "") << "too short to be a beginning, too far to be a slip";
    EXPECT_EQ(nearest_word("--l", words), "");
    EXPECT_EQ(nearest_word("--lang", words), "--language");
    EXPECT_EQ(nearest_word("--output", words), "--out");
    EXPECT_EQ(nearest_word("--xyzzy", words), "");
}

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndExchanges) {
    for (auto const& [a, b, distance] : {std::tuple{"", "", 0},
                                         {"", "abc", 3},
                                         {"abc", "abc", 0},
                                         {"abc", "acb", 1},
                                         {"abc", "ab", 1},
                                         {"abc", "xbc", 1},
                                         {"ca", "abc", 3}}) {
        EXPECT_EQ(edit_distance(a, b), static_cast<std::size_t>(distance)) << a << " " << b;
        EXPECT_EQ(edit_distance(b, a), static_cast<std::size_t>(distance)) << "the other way round";
    }
}

} // namespace
} // namespace echollama
