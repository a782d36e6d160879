#include "media/sound/srt.h"
#include "media/sound/webvtt.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace echollama {
namespace {

std::string read(std::filesystem::path const& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(WebVtt, TimesHaveHoursAndMilliseconds) {
    EXPECT_EQ(webvtt_time(0), "00:00:00.000");
    EXPECT_EQ(webvtt_time(3725.4567), "01:02:05.456");
    EXPECT_EQ(webvtt_time(59.9996), "00:00:59.999");
    EXPECT_EQ(webvtt_time(-1), "00:00:00.000");
    EXPECT_EQ(webvtt_time(std::nan("")), "00:00:00.000");
}

TEST(WebVtt, WordsCarryTheirTimes) {
    EXPECT_EQ(webvtt_cue({"A red cup.", 0.5, 2, {{0, 1, 0.5}, {2, 5, 0.9}, {6, 10, 1.25}}}),
              "00:00:00.500 --> 00:00:02.000\nA <00:00:00.900>red <00:00:01.250>cup.\n\n");
}

TEST(WebVtt, TimesThatDoNotGrowOrLieOutsideAreLeftOut) {
    EXPECT_EQ(webvtt_cue({"a b c d e", 1, 2, {{0, 1, 1}, {2, 3, 1.5}, {4, 5, 1.5}, {6, 7, 1.2}, {8, 9, 2.0}}}),
              "00:00:01.000 --> 00:00:02.000\na <00:00:01.500>b c d e\n\n");
    EXPECT_EQ(webvtt_cue({"x", 1, 1, {}}), "00:00:01.000 --> 00:00:01.001\nx\n\n") << "a cue lasts";
}

TEST(WebVtt, MarkupAndLineBreaksCannotBreakTheFile) {
    EXPECT_EQ(webvtt_cue({"a < b & c --> d\n\nNOTE e", 0, 1, {}}),
              "00:00:00.000 --> 00:00:01.000\na &lt; b &amp; c --&gt; d  NOTE e\n\n");
}

TEST(Srt, CuesHaveNumbersAndCommasAndOneLineOfText) {
    EXPECT_EQ(srt_time(3725.4567), "01:02:05,456");
    EXPECT_EQ(srt_time(-1), "00:00:00,000");
    EXPECT_EQ(srt_cue(7, {.text = "A red cup.", .start_s = 0.5, .end_s = 2}),
              "7\n00:00:00,500 --> 00:00:02,000\nA red cup.\n\n");
    EXPECT_EQ(srt_cue(1, {.text = "a\n\n2\r\nb", .start_s = 1, .end_s = 1}),
              "1\n00:00:01,000 --> 00:00:01,001\na  2  b\n\n")
        << "no line break ends the cue, and a cue lasts";
}

TEST(WebVtt, TheFileTellsWhereWordTimesComeFrom) {
    test::TempDir dir;
    WebVttWriter writer(dir / "a.vtt");
    writer.write({"One.", 0, 1, {{0, 4, 0}}, WordTimes::told});
    writer.write({" ", 1, 2, {}, WordTimes::told});
    writer.write({"Two.", 0.5, 2, {{0, 4, 0.5}}, WordTimes::estimated});
    EXPECT_FALSE(std::filesystem::exists(dir / "a.vtt"));
    writer.finish();
    EXPECT_EQ(read(dir / "a.vtt"), "WEBVTT\n\n"
                                   "NOTE The voice tells when its words begin.\n\n"
                                   "00:00:00.000 --> 00:00:01.000\nOne.\n\n"
                                   "NOTE The times of words are estimated from pauses and letters.\n\n"
                                   "00:00:01.000 --> 00:00:02.000\nTwo.\n\n");
}

TEST(Srt, TheFileCountsItsCuesAndTheirTimesNeverFall) {
    test::TempDir dir;
    SrtWriter writer(dir / "a.srt");
    writer.write({.text = "One.", .start_s = 0, .end_s = 1});
    writer.write({.text = " ", .start_s = 1, .end_s = 2});
    writer.write({.text = "Two.", .start_s = 0.5, .end_s = 0.7});
    EXPECT_FALSE(std::filesystem::exists(dir / "a.srt"));
    writer.finish();
    EXPECT_EQ(read(dir / "a.srt"), "1\n00:00:00,000 --> 00:00:01,000\nOne.\n\n"
                                   "2\n00:00:01,000 --> 00:00:01,001\nTwo.\n\n");
}

} // namespace
} // namespace echollama
