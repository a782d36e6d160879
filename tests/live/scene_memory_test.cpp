// What was seen where and when.
#include "live/age_words.h"
#include "live/scene_memory.h"
#include "scene/build.h"
#include "scene/camera.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace echollama {
namespace {

Scene scene_with(std::string const& label, float x) {
    Detection detection;
    detection.label = label;
    detection.score = 0.9F;
    detection.box = {x, 200, x + 60, 280};
    return build_scene({detection}, 640, 480, guess_camera(640, 480, std::nullopt));
}

TEST(SceneMemory, SaysWhereAndHowLongAgo) {
    SceneMemory memory;
    memory.see(10, scene_with("cup", 40));
    memory.see(50, scene_with("chair", 300));
    auto const answer = memory.answer("Where did you last see my mug?", 130, 0, {});
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->starts_with("I last saw a cup about 2 minutes ago, on the left")) << *answer;
    EXPECT_NE(answer->find("It may have been moved since."), std::string::npos) << *answer;
    auto const now = memory.answer("where was the chair last seen?", 50.5, 0, {});
    ASSERT_TRUE(now);
    EXPECT_TRUE(now->starts_with("I last saw a chair just now, straight ahead")) << *now;
    EXPECT_EQ(now->find("moved"), std::string::npos) << *now;
}

TEST(SceneMemory, DoesNotClaimWhatItCannotKnow) {
    SceneMemory memory;
    memory.see(10, scene_with("cup", 40));
    EXPECT_EQ(memory.answer("where did you last see the dog?", 20, 0, {}),
              "I have not seen a dog since I began to watch.");
    EXPECT_EQ(memory.answer("where did you last see the keys?", 20, 0, {}),
              "I cannot recognise keys, so I cannot say where they were.");
    EXPECT_EQ(memory.answer("where did you last see my glasses?", 20, 0, {}),
              "I cannot recognise glasses, so I cannot say where they were.");
    auto const glass = memory.answer("where did you last see the glass?", 20, 0, {});
    ASSERT_TRUE(glass);
    EXPECT_TRUE(glass->starts_with("I last saw a cup")) << *glass;
    for (char const* present : {"where is the cup?", "do you see plastic cups?", "do you see the last cup?",
                                "is there a cup where you look?", "when is lunch?"}) {
        EXPECT_FALSE(memory.answer(present, 20, 0, {})) << present;
    }
    for (char const* past : {"Where did you see my cup?", "When was the cup last seen?", "where have you seen a cup",
                             "the last time you saw a mug?", "when did you notice the cup?"}) {
        EXPECT_TRUE(memory.answer(past, 20, 0, {})) << past;
    }
}

TEST(SceneMemory, AgesInWords) {
    EXPECT_EQ(age_words(0.5), "just now");
    EXPECT_EQ(age_words(7.2), "7 seconds ago");
    EXPECT_EQ(age_words(43), "45 seconds ago");
    EXPECT_EQ(age_words(58), "about 1 minute ago");
    EXPECT_EQ(age_words(61), "about 1 minute ago");
    EXPECT_EQ(age_words(3590), "about 1 hour ago");
    EXPECT_EQ(age_words(7300), "about 2 hours ago");
}

// Seconds since 1970 of a moment in the local time zone.
std::int64_t at(int year, int month, int day, int hour, int minute = 0) {
    std::tm parts{};
    parts.tm_year = year - 1900, parts.tm_mon = month - 1, parts.tm_mday = day;
    parts.tm_hour = hour, parts.tm_min = minute, parts.tm_isdst = -1;
    return std::mktime(&parts);
}

class LocalTime : public testing::TestWithParam<char const*> {
  protected:
    void SetUp() override {
        setenv("TZ", GetParam(), 1);
        tzset();
    }
    void TearDown() override {
        unsetenv("TZ");
        tzset();
    }
};

TEST_P(LocalTime, EarlierTimesAsPeopleSayThem) {
    auto const now = at(2026, 3, 29, 15); // a Sunday, when summer time begins in Europe
    EXPECT_EQ(earlier_words(now - 20, now), "20 seconds ago");
    EXPECT_EQ(earlier_words(now - 3 * 3600, now), "about 3 hours ago");
    EXPECT_EQ(earlier_words(at(2026, 3, 29, 0, 20), now), "today shortly after midnight");
    EXPECT_EQ(earlier_words(at(2026, 3, 28, 9, 50), now), "yesterday at about ten in the morning");
    EXPECT_EQ(earlier_words(at(2026, 3, 28, 23, 45), now), "yesterday shortly before midnight");
    EXPECT_EQ(earlier_words(at(2026, 3, 28, 23, 45), at(2026, 3, 29, 1)), "about 1 hour ago");
    EXPECT_EQ(earlier_words(at(2026, 3, 27, 12, 10), now), "on Friday at about noon");
    EXPECT_EQ(earlier_words(at(2026, 3, 23, 15, 10), now), "on Monday at about three in the afternoon");
    EXPECT_EQ(earlier_words(at(2026, 3, 23, 21, 40), now), "on Monday at about ten in the evening");
    EXPECT_EQ(earlier_words(at(2026, 3, 22, 15), now), "on 22 March");
    EXPECT_EQ(earlier_words(at(2025, 3, 3, 15), now), "on 3 March 2025");
    EXPECT_EQ(earlier_words(now + 60, now), "just now") << "clocks differ a little";
    EXPECT_EQ(earlier_words(now + 90000, now), "at a time that I cannot tell because the clock was changed");
}

INSTANTIATE_TEST_SUITE_P(Zones, LocalTime,
                         testing::Values("UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "NZST-12"));

Sighting kept(std::string const& label, std::int64_t seen_at, bool live = true) {
    Sighting seen;
    seen.label = label;
    seen.seen_at = seen_at;
    seen.live = live;
    seen.score = 0.9F;
    seen.bearing_deg = -30;
    seen.distance = {DistanceSource::sensor, 2, 1.9F, 2.1F};
    seen.relation = Relation::on;
    seen.landmark = "couch";
    return seen;
}

TEST(SceneMemory, RemembersEarlierWalksAndFilms) {
    SceneMemory memory;
    std::int64_t const clock = 1790000000;
    memory.recall({kept("cup", clock - 3 * 3600), kept("dog", clock - 3 * 3600, false)});
    EXPECT_EQ(
        memory.answer("where did you last see my mug?", 5, clock, {}),
        "I last saw a cup about 3 hours ago, in an earlier walk, on the couch, on the left, 2 metres away, as the "
        "camera looked then. It may have been moved since.");
    EXPECT_EQ(
        memory.answer("when did you last see the dog?", 5, clock, {.directions = Directions::grid}),
        "I last saw a dog in a film that I watched about 3 hours ago, on the couch, on the left, 2 metres away, as "
        "the camera looked then. When the film was taken I do not know.");
    EXPECT_EQ(memory.answer("where did you last see the chair?", 5, clock, {}),
              "I do not remember to have seen a chair.");
    memory.see(5, scene_with("cup", 300));
    auto const now = memory.answer("where did you last see the cup?", 5, clock, {});
    EXPECT_TRUE(now && now->starts_with("I last saw a cup just now")) << *now;
    EXPECT_EQ(memory.answer("where did you last see the chair?", 5, clock, {}),
              "I have not seen a chair since I began to watch, and remember none from before.");
}

TEST(SceneMemory, GivesWhatIsNewToBeKept) {
    SceneMemory memory;
    memory.see(10, scene_with("cup", 40));
    memory.see(12, scene_with("chair", 300));
    auto const all = memory.seen_after(-1, 15, 1000);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].label, "chair");
    EXPECT_EQ(all[0].seen_at, 997);
    EXPECT_EQ(all[1].label, "cup");
    EXPECT_EQ(all[1].seen_at, 995);
    EXPECT_LT(all[1].bearing_deg, -10);
    EXPECT_EQ(memory.seen_after(10, 15, 1000).size(), 1U);
    EXPECT_EQ(memory.seen_after(12, 15, 1000).size(), 0U);
}

} // namespace
} // namespace echollama
