// What a screen reader meets: plain lines, one fact each, nothing drawn and nothing that moves.
#include "run_program.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace echollama {
namespace {

std::filesystem::path photo(std::string const& name) {
    return test::models_dir().parent_path() / "photos" / (name + ".png");
}

// Escape sequences, carriage returns, tabs, box drawing (U+2500 to U+259F) and spinners (Braille, U+2800 to U+28FF).
std::string what_is_drawn(std::string const& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const byte = [&](std::size_t k) {
            return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0;
        };
        bool const control = byte(0) < 0x20 && text[i] != '\n';
        bool const drawn =
            byte(0) == 0xE2 && ((byte(1) >= 0x94 && byte(1) <= 0x96) || (byte(1) >= 0xA0 && byte(1) <= 0xA3));
        if (control || drawn) {
            return "at " + std::to_string(i) + " of: " + text;
        }
    }
    return "";
}

TEST(Accessibility, SentencesArePlainLinesWithOneFactEach) {
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    for (std::string const name : {"coffee", "astronaut", "motorcycle_left"}) {
        SKIP_WITHOUT(photo(name));
        for (std::string const command : {"scene", "describe --no-llm", "describe --no-llm --level short"}) {
            auto const result = test::echollama(command + " " + photo(name).string());
            ASSERT_EQ(result.code, 0) << result.err;
            EXPECT_EQ(what_is_drawn(result.out), "");
            EXPECT_EQ(result.err, "") << "nothing is said that is no result";
            std::istringstream lines(result.out);
            int count = 0;
            for (std::string line; std::getline(lines, line); ++count) {
                EXPECT_TRUE(line.ends_with('.')) << line;
                EXPECT_EQ(line.find(". "), std::string::npos) << "two facts in a line: " << line;
                EXPECT_LE(std::count(line.begin(), line.end(), ' '), 20) << "too long to listen to: " << line;
                EXPECT_EQ(line.find_first_of("[]{}|*#_<>"), std::string::npos) << line;
                EXPECT_EQ(line.find("  "), std::string::npos) << line;
            }
            EXPECT_GT(count, 0);
            EXPECT_TRUE(result.out.ends_with(".\n"));
        }
    }
}

TEST(Accessibility, SpeakingAloudDrawsNothing) {
    test::TempDir dir;
    auto const result = test::echollama("say 'Mind the step.' --voice fast --out " + (dir / "a.wav").string());
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out + result.err, "") << "the speech is the result";
}

TEST(Accessibility, MistakesAreOneSentence) {
    for (std::string const arguments : {"describe no-such.png", "scene no-such.png", "ask no-such.png 'Where?'"}) {
        auto const result = test::echollama(arguments);
        EXPECT_NE(result.code, 0);
        EXPECT_EQ(result.out, "");
        EXPECT_EQ(what_is_drawn(result.err), "");
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
}

TEST(Accessibility, HelpIsPlainText) {
    for (std::string const command : {"", "describe", "scene", "say", "ask", "chat", "listen", "detect"}) {
        auto const result = test::echollama(command + " --help");
        EXPECT_EQ(result.code, 0);
        EXPECT_EQ(what_is_drawn(result.out), "");
    }
}

} // namespace
} // namespace echollama
