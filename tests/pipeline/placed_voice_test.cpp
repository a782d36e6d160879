#include "pipeline/placed_voice.h"
#include "support/sound.h"

#include <gtest/gtest.h>

#include <future>

namespace echollama {
namespace {

// Says 0.2 s of noise for any text, in uneven pieces, and remembers the texts.
class NoiseVoice : public Speaker {
  public:
    std::vector<std::string> texts;
    std::stop_source* stop_after_first = nullptr;

    int sample_rate() const override { return 22050; }
    void say(std::string const& sentence, SpeechOptions const&, AudioSink const& sink, std::stop_token) override {
        texts.push_back(sentence);
        auto const sound = test::speech_like(4410, 22050, 1);
        for (std::size_t at = 0; at < sound.size(); at += 999) {
            auto const end = std::min<std::size_t>(at + 999, sound.size());
            sink({{sound.begin() + static_cast<std::ptrdiff_t>(at), sound.begin() + static_cast<std::ptrdiff_t>(end)},
                  22050,
                  static_cast<std::int64_t>(at),
                  false});
        }
        if (stop_after_first) {
            stop_after_first->request_stop();
        }
        sink({{}, 22050, 4410, true});
    }
};

SceneObject object(std::string label, float bearing, float metres) {
    SceneObject object;
    object.detection.label = std::move(label);
    object.detection.score = 0.9F;
    object.bearing_deg = bearing;
    if (metres > 0) {
        object.distance = {DistanceSource::sensor, metres, metres, metres};
    }
    return object;
}

struct PlacedVoiceTest : ::testing::Test {
    std::shared_ptr<NoiseVoice> noise = std::make_shared<NoiseVoice>();
    Loading<Head> head = ready(std::make_shared<Head>(default_head()));

    test::Stereo say(Placing placing, std::string const& sentence, std::stop_token stop = {}) {
        auto voice = make_placed_voice(ready<Speaker>(noise), head, std::move(placing));
        std::vector<float> frames;
        int ends = 0;
        voice->say(
            sentence, {},
            [&](AudioChunk&& chunk) {
                EXPECT_EQ(chunk.channels, 2);
                EXPECT_EQ(chunk.rate, 22050);
                EXPECT_EQ(chunk.first_sample * 2, static_cast<std::int64_t>(frames.size()));
                frames.insert(frames.end(), chunk.samples.begin(), chunk.samples.end());
                ends += chunk.end;
            },
            stop);
        EXPECT_EQ(ends, 1);
        return test::split(frames, 22050);
    }
};

TEST_F(PlacedVoiceTest, ThingsAreHeardWhereTheyAreInTheOrderOfTheWords) {
    Scene scene;
    scene.objects = {object("cup", -40, 1), object("dog", 35, 2)};
    auto const sound = say(at_objects(scene), "A dog, on the right; a cup, on the left.");
    EXPECT_EQ(noise->texts, (std::vector<std::string>{"A dog, on the right;", "a cup, on the left."}));
    auto const half = static_cast<std::ptrdiff_t>(sound.left.size() / 2);
    test::Stereo const first{
        22050, {sound.left.begin(), sound.left.begin() + half}, {sound.right.begin(), sound.right.begin() + half}};
    test::Stereo const second{
        22050, {sound.left.begin() + half, sound.left.end()}, {sound.right.begin() + half, sound.right.end()}};
    EXPECT_GT(test::time_difference(first), 100e-6);
    EXPECT_LT(test::time_difference(second), -100e-6);
    EXPECT_GT(test::level_difference(first), 2);
    EXPECT_LT(test::level_difference(second), -2);
    EXPECT_LT(sound.left.size(), 2 * (4410U + 221U)) << "at most 10 ms more for each part";
}

TEST_F(PlacedVoiceTest, WallsAreHeardWhereTheyAre) {
    Scene scene;
    scene.around.emplace();
    scene.around->walls = {{{-2, 1}, {-2, 4}, {2, 1.9F, 2.1F}, -90, {0, 2.5F}, true}};
    auto const sound = say(at_objects(scene), "Wall, on the left, 2 metres.");
    EXPECT_LT(test::time_difference(sound), -100e-6);
}

TEST_F(PlacedVoiceTest, WhatIsAboutNothingStaysInTheMiddle) {
    Scene scene;
    scene.objects = {object("cup", -40, 0)};
    auto const sound = say(at_objects(scene), "The picture is dark.");
    EXPECT_EQ(sound.left, sound.right);
    EXPECT_EQ(noise->texts, (std::vector<std::string>{"The picture is dark."}));
}

TEST_F(PlacedVoiceTest, FartherIsSofter) {
    auto const near = say(at_place({30, 0.5F}), "Here."), far = say(at_place({30, 8}), "There.");
    EXPECT_GT(test::power(near.right), 4 * test::power(far.right));
}

TEST_F(PlacedVoiceTest, NothingFollowsAfterAStop) {
    std::stop_source stop;
    noise->stop_after_first = &stop;
    Scene scene;
    scene.objects = {object("cup", -40, 1), object("dog", 35, 2)};
    say(at_objects(scene), "A dog, on the right; a cup, on the left.", stop.get_token());
    EXPECT_EQ(noise->texts.size(), 1U);
}

TEST_F(PlacedVoiceTest, AnEmptySentenceEndsToo) {
    EXPECT_TRUE(say(at_place({0, 1}), "").left.empty());
}

} // namespace
} // namespace echollama
