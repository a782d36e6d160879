// What was seen where and when.
#include "live/scene_memory.h"
#include "scene/build.h"
#include "scene/camera.h"

#include <gtest/gtest.h>

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
    auto const answer = memory.answer("Where did you last see my mug?", 130, {});
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->starts_with("I last saw a cup about 2 minutes ago, on the left")) << *answer;
    EXPECT_NE(answer->find("It may have been moved since."), std::string::npos) << *answer;
    auto const now = memory.answer("where was the chair last seen?", 50.5, {});
    ASSERT_TRUE(now);
    EXPECT_TRUE(now->starts_with("I last saw a chair just now, straight ahead")) << *now;
    EXPECT_EQ(now->find("moved"), std::string::npos) << *now;
}

TEST(SceneMemory, DoesNotClaimWhatItCannotKnow) {
    SceneMemory memory;
    memory.see(10, scene_with("cup", 40));
    EXPECT_EQ(memory.answer("where did you last see the dog?", 20, {}),
              "I have not seen a dog since I began to watch.");
    EXPECT_EQ(memory.answer("where did you last see the keys?", 20, {}),
              "I cannot recognise what you ask for, so I cannot say where it was.");
    EXPECT_FALSE(memory.answer("where is the cup?", 20, {}));
}

TEST(SceneMemory, AgesInWords) {
    EXPECT_EQ(age_words(0.5), "just now");
    EXPECT_EQ(age_words(7.2), "7 seconds ago");
    EXPECT_EQ(age_words(43), "45 seconds ago");
    EXPECT_EQ(age_words(61), "about 1 minute ago");
    EXPECT_EQ(age_words(7300), "about 2 hours ago");
}

} // namespace
} // namespace echollama
