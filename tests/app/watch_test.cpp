// echollama watch: a film, a folder and what cannot be watched, on the simulated clock.
#include "run_program.h"
#include "support/film_pictures.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace echollama {
namespace {

std::vector<nlohmann::json> events_of(std::string const& text) {
    std::vector<nlohmann::json> events;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        events.push_back(nlohmann::json::parse(line));
    }
    return events;
}

TEST(Watch, AFilmOfNothingIsToldOnceAndThenThereIsSilence) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    test::TempDir const dir;
    test::write_film(dir / "film.mp4", {.frames = 40, .turned = 90});
    auto const film = (dir / "film.mp4").string(), record = (dir / "record").string();
    auto const result = test::echollama("watch " + film + " --simulate --json --record " + record + " </dev/null");
    ASSERT_EQ(result.code, 0) << result.err;
    auto const events = events_of(result.out);
    ASSERT_GE(events.size(), 3U) << result.out;
    EXPECT_EQ(events.front()["event"], "begins");
    EXPECT_EQ(events[1]["event"], "says");
    EXPECT_EQ(events[1]["kind"], nullptr);
    EXPECT_EQ(events.back()["event"], "ends");
    EXPECT_EQ(events.back()["frames_used"], 40);
    EXPECT_LE(events.back()["announcements"], 2);
    EXPECT_EQ(test::read_text(dir / "record/events.jsonl"), result.out);
    EXPECT_TRUE(test::read_text(dir / "record/tracks.csv").starts_with("seconds,thing,label"));
    auto const again = test::echollama("watch " + film + " --simulate --json </dev/null");
    EXPECT_EQ(events_of(again.out)[1], events[1]); // the same film, the same words
}

TEST(Watch, QuestionsAreAnsweredFromThePresentScene) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    test::TempDir const dir;
    test::write_film(dir / "film.avi", {.frames = 30});
    auto const result = test::echollama("watch " + (dir / "film.avi").string() + " --simulate",
                                        "printf 'what changed?\\nhow many dogs are there?\\n' |");
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_NE(result.out.find("Nothing has changed."), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("dog"), std::string::npos) << result.out;
}

TEST(Watch, WhatCannotBeWatchedIsRefusedInOneSentence) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    test::TempDir const dir;
    test::write_film_sound(dir / "sound.m4a", AV_CODEC_ID_AAC, 16000, 1, std::vector<float>(16000));
    std::filesystem::create_directory(dir / "empty");
    test::write_bytes(dir / "broken.mp4", std::vector<std::uint8_t>(3000, 'x'));
    for (auto const& source : {(dir / "sound.m4a").string(), (dir / "empty").string(), (dir / "broken.mp4").string(),
                               (dir / "absent.mp4").string(), std::string("/dev/video97"), std::string("camera:97")}) {
        auto const result = test::echollama("watch " + source + " --simulate </dev/null");
        EXPECT_EQ(result.code, 1) << source;
        EXPECT_EQ(result.out, "") << source;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
        EXPECT_TRUE(result.err.starts_with("error: ") && result.err.ends_with(".\n")) << result.err;
    }
    EXPECT_EQ(test::echollama("watch a.mp4 --simulate --play").code, 2);
}

} // namespace
} // namespace echollama
