// Reading printed words, as a user does.
#include "app/run_program.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <regex>

namespace echollama {
namespace {

using test::echollama;

std::string sign() {
    return test::data("ppocr/sign.png").string();
}

#define NEEDS_READER() SKIP_WITHOUT(test::models_dir() / "ppocrv6-small")

TEST(Read, PrintsTheLinesOfEachBlock) {
    NEEDS_READER();
    auto const result = echollama("read " + sign());
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "Mind the gap 42\n\nWay out, left\n\nopen 9:30\n");
}

TEST(Read, GivesWordsAndCornersAsJson) {
    NEEDS_READER();
    auto const result = echollama("read " + sign() + " --json");
    ASSERT_EQ(result.code, 0) << result.err;
    auto const json = nlohmann::json::parse(result.out);
    ASSERT_EQ(json["text"].size(), 3U);
    auto const& line = json["text"][1];
    EXPECT_EQ(line["text"], "Way out, left");
    EXPECT_EQ(line["words"].size(), 3U);
    EXPECT_GT(line["words"][0]["confidence"], 0.5);
    EXPECT_EQ(line["corners"].size(), 4U);
    EXPECT_NEAR(line["angle_deg"].get<double>(), 14, 2);
    EXPECT_EQ(line["block"], 1);
}

TEST(Read, SaysWhenThereIsNoText) {
    NEEDS_READER();
    auto const coffee = test::models_dir().parent_path() / "photos/coffee.png";
    SKIP_WITHOUT(coffee);
    auto const result = echollama("read " + coffee.string());
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "I do not see any text in this picture.\n");
}

TEST(Read, SpeaksWhatItReads) {
    NEEDS_READER();
    test::TempDir temp;
    auto const vtt = temp / "speech.vtt";
    auto const result = echollama("read " + sign() + " --voice fast --out " + (temp / "speech.wav").string() +
                                  " --vtt " + vtt.string());
    ASSERT_EQ(result.code, 0) << result.err;
    // Times may stand between the words.
    auto const spoken = std::regex_replace(test::read_text(vtt), std::regex("<[^>]*>"), "");
    EXPECT_NE(spoken.find("says: Mind the gap 42."), std::string::npos) << spoken;
    EXPECT_GT(std::filesystem::file_size(temp / "speech.wav"), 50'000U);
}

TEST(Read, DescribeAndAskKnowTheText) {
    NEEDS_READER();
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    auto const described = echollama("describe " + sign() + " --no-llm --json");
    ASSERT_EQ(described.code, 0) << described.err;
    auto const json = nlohmann::json::parse(described.out);
    EXPECT_EQ(json["scene"]["text"].size(), 3U);
    auto const asked = echollama("ask " + sign() + " \"What does it say?\" \"Does it say closed?\" --no-llm");
    EXPECT_EQ(asked.code, 0) << asked.err;
    EXPECT_NE(asked.out.find("Mind the gap 42"), std::string::npos) << asked.out;
    EXPECT_NE(asked.out.find("I do not read \"closed\"."), std::string::npos) << asked.out;
    auto const silent = echollama("ask " + sign() + " \"What does it say?\" --no-llm --no-reading");
    EXPECT_NE(silent.out.find("no model for reading"), std::string::npos) << silent.out;
}

TEST(Read, SaysWhatIsMissing) {
    test::TempDir empty;
    auto const result = echollama("read " + sign() + " --models " + empty.path().string());
    EXPECT_EQ(result.code, 1);
    EXPECT_NE(result.err.find("The model for reading is not installed"), std::string::npos) << result.err;
    EXPECT_EQ(echollama("read " + sign() + " --model " + empty.path().string()).code, 1);
    EXPECT_EQ(echollama("read /nowhere.png").code, 1);
}

} // namespace
} // namespace echollama
