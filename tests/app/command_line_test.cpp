// What the command line refuses and how, seen from outside: one plain sentence that says what was wrong, what is
// allowed, and what may have been meant.
#include "run_program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace echollama {
namespace {

struct Refusal {
    std::string name, arguments;
    std::vector<std::string> told; // parts of the sentence
};

class CommandLineRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(CommandLineRefuses, InOnePlainSentence) {
    auto const result = test::echollama(GetParam().arguments);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
    EXPECT_TRUE(result.err.ends_with(".\n") || result.err.ends_with("?\n")) << result.err;
    EXPECT_EQ(result.err.find_first_of("{}[]<>|"), std::string::npos) << "a programmer's words: " << result.err;
    for (auto const& part : GetParam().told) {
        EXPECT_NE(result.err.find(part), std::string::npos) << part << " is not in: " << result.err;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Words, CommandLineRefuses,
    testing::Values(
        Refusal{"nothing", "", {"echollama describe photo.jpg", "--help"}},
        Refusal{"no_inner_command", "models", {"echollama models --help"}},
        Refusal{"misspelt_command", "descirbe a.png", {"'descirbe'", "did you mean echollama describe?"}},
        Refusal{"begun_command", "desc a.png", {"did you mean echollama describe?"}},
        Refusal{"misspelt_inner_command", "models isntall", {"did you mean echollama models install?"}},
        Refusal{"unknown_command", "xyzzy --out a.wav", {"'xyzzy'", "ask, caption", "say", " and watch"}},
        Refusal{"misspelt_option", "describe a.png --levle short", {"--levle", "did you mean --level?"}},
        Refusal{"begun_option", "describe a.png --anno b.png", {"did you mean --annotate?"}},
        Refusal{"longer_option", "describe a.png --output b.wav", {"did you mean --out?"}},
        Refusal{"one_dash", "describe a.png -json", {"-json", "did you mean --json?"}},
        Refusal{"underscore", "describe a.png --depth_units 5", {"did you mean --depth-units?"}},
        Refusal{"capital", "describe a.png --JSON", {"did you mean --json?"}},
        Refusal{"misspelt_global", "--thraeds 2 describe a.png", {"did you mean --threads?"}},
        Refusal{"unknown_option", "describe a.png --bogus", {"--bogus", "echollama describe --help"}},
        Refusal{"unknown_letter", "describe a.png -z", {"-z", "echollama describe --help"}},
        Refusal{"unknown_letter_in_group", "describe a.png -qz", {"-z"}},
        Refusal{"too_early", "--annotate b.png describe a.png", {"stands after the command"}},
        Refusal{"misspelt_choice", "scene a.png --level shrot", {"--level", "headline, short or full", "mean short?"}},
        Refusal{"unknown_choice", "scene a.png --level xyzzy", {"--level can be headline, short or full", "'xyzzy'"}},
        Refusal{"ambiguous_choice", "scene a.png --z-sampling me", {"centre, mean or median", "'me'"}},
        Refusal{"empty_choice", "scene a.png --units ''", {"m, ft or steps"}},
        Refusal{"number_as_choice", "scene a.png --units 2", {"m, ft or steps", "'2'"}},
        Refusal{"sound_format", "say x -o - --format aiff", {"wav, flac, opus, mp3 or raw"}},
        Refusal{"too_small", "--threads 0 models list", {"--threads needs a whole number from 1 to 256, not '0'"}},
        Refusal{"too_large", "say x --bearing 200", {"--bearing needs a number from -180 to 180, not '200'"}},
        Refusal{"negative", "scene a.png --threshold -0.1", {"from 0 to 1, not '-0.1'"}},
        Refusal{"no_number", "scene a.png --threshold much", {"from 0 to 1, not 'much'"}},
        Refusal{"number_and_more", "scene a.png --focal 500px", {"--focal needs a number", "'500px'"}},
        Refusal{"decimal_comma", "say x --pitch 1,5", {"from 0.5 to 2, not '1,5'"}},
        Refusal{"infinite", "scene a.png --focal inf", {"needs a number", "'inf'"}},
        Refusal{"no_whole_number", "--threads 1.5 models list", {"a whole number", "'1.5'"}},
        Refusal{
            "beyond_type", "describe a.png --seed 99999999999999999999999", {"a whole number from 0 to 4294967295"}},
        Refusal{"empty_number", "--threads '' models list", {"a whole number from 1 to 256, not nothing"}},
        Refusal{"empty_file", "describe ''", {"IMAGE needs the name of a file or folder, not nothing"}},
        Refusal{"empty_out", "say x --out ''", {"--out needs the name of a file or folder, not nothing"}},
        Refusal{"rate", "say x --rate 9", {"0.5 to 4", "80wpm to 900wpm", "'9'"}},
        Refusal{"no_value", "scene a.png --level", {"--level needs a value: headline, short or full"}},
        Refusal{"no_value_number", "scene a.png --threshold", {"--threshold needs a value: a number from 0 to 1"}},
        Refusal{"option_as_value", "describe a.png --out --json", {"--out needs a value", "--json"}},
        Refusal{"value_for_flag", "scene a.png --json=yes", {"--json takes no value"}},
        Refusal{"twice", "scene a.png --level short --level full", {"--level is given twice"}},
        Refusal{
            "missing_picture", "describe", {"echollama describe needs IMAGE", "as in 'echollama describe photo.jpg"}},
        Refusal{"missing_option", "models quantize a.gguf", {"echollama models quantize needs --out FILE"}},
        Refusal{"too_many_words", "say Hello world", {"'world'", "echollama say takes one TEXT", "quotes"}},
        Refusal{"no_words_at_all", "models list now", {"'now'", "echollama models list"}},
        Refusal{"excluded", "describe a.png --spatial --mono", {"--spatial and --mono exclude each other"}},
        Refusal{"needed", "describe a.png --llm-model x", {"--llm-model needs --llm-url"}}),
    [](auto const& tested) { return tested.param.name; });

TEST(CommandLine, NearWordsAreUnderstood) {
    struct Near {
        std::string option, words;
    };
    for (auto const& near :
         {Near{"scene DIR --units ", "m metre metres meter METERS ft foot feet Feet steps step"},
          Near{"scene DIR --level ", "headline head short brief full long FULL"},
          Near{"scene DIR --directions ", "clock degrees deg sides grid"},
          Near{"scene DIR --stereo ", "auto left-right left_right right-left none off"},
          Near{"scene DIR --z-sampling ", "centre center mean median"},
          Near{"scene DIR --prompt-style ", "standard default paper"}, Near{"scene DIR --up ", "x y z -x -y -z Z"},
          Near{"depth DIR --recipe ", "hf hub torch-hub hugging-face"},
          Near{"caption DIR --length ", "short normal long detailed"}}) {
        for (std::size_t i = 0; i < near.words.size();) {
            auto const end = std::min(near.words.find(' ', i), near.words.size());
            auto const word = near.words.substr(i, end - i);
            test::TempDir temp;
            auto arguments = near.option + word;
            arguments.replace(arguments.find("DIR"), 3, (temp / "none.png").string());
            auto const result = test::echollama(arguments);
            EXPECT_EQ(result.err.find(" can be "), std::string::npos) << arguments << ": " << result.err;
            EXPECT_NE(result.err.find("none.png"), std::string::npos) << arguments << ": " << result.err;
            i = end + 1;
        }
    }
}

TEST(CommandLine, OptionsStandAnywhereAndEndAtTwoDashes) {
    EXPECT_EQ(test::echollama("--version").code, 0);
    for (std::string const line : {"-q models list", "models -q list", "models list -q", "models list --quiet",
                                   "models list --threads=2", "--threads 2 models list", "models list -qv"}) {
        EXPECT_EQ(test::echollama(line).code, 0) << line;
    }
    test::TempDir temp;
    auto const out = (temp / "s.wav").string();
    std::vector<std::string> const lines{"say --voice fast -o" + out + " -- --json",
                                         "say --voice fast -o" + out + " -5",
                                         "say --voice fast -o " + out + " '- and so on'",
                                         "say --voice fast --out=" + out + " '-hello, is that an option'",
                                         "say --voice fast --out=" + out + " '[a, b]' ",
                                         "say --voice fast -o" + out + " ++"};
    for (auto const& line : lines) {
        std::filesystem::remove(out);
        auto const result = test::echollama(line);
        EXPECT_EQ(result.code, 0) << line << ": " << result.err;
        EXPECT_TRUE(std::filesystem::exists(out)) << line;
    }
}

TEST(CommandLine, HelpIsGivenForWhatWasNamedWhateverElseIsWrong) {
    auto const root = test::echollama("--help");
    EXPECT_EQ(root.code, 0);
    EXPECT_NE(root.out.find("describe"), std::string::npos);
    for (std::string const line : {"describe --help", "describe -h", "--help describe", "describe --bogus --help"}) {
        auto const result = test::echollama(line);
        EXPECT_EQ(result.code, 0) << line;
        EXPECT_NE(result.out.find("echollama describe [OPTION...] IMAGE"), std::string::npos) << result.out;
        EXPECT_EQ(result.err, "") << line;
    }
}

TEST(CommandLine, HelpLinesAreShort) {
    for (std::string const command : {"", "ask", "caption", "chat", "depth", "describe", "detect", "eval scene",
                                      "listen", "models convert", "models quantize", "say", "scene"}) {
        auto const help = test::echollama(command + " --help").out;
        for (std::size_t i = 0; i < help.size();) {
            auto const end = std::min(help.find('\n', i), help.size());
            auto const line = help.substr(i, end - i);
            bool const is_example = line.find("echollama ") != std::string::npos;
            EXPECT_TRUE(line.size() <= 80 || is_example) << command << ": " << line;
            i = end + 1;
        }
    }
}

} // namespace
} // namespace echollama
