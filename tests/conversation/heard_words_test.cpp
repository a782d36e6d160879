// What was heard when the sound was cut.
#include "conversation/heard_words.h"

#include <gtest/gtest.h>

#include <cmath>

namespace echollama {
namespace {

// A tone of that many seconds; words told where a voice would.
AudioChunk sound(double seconds, std::vector<SpokenWord> words = {}, bool end = true) {
    AudioChunk chunk{.samples = std::vector<float>(static_cast<std::size_t>(seconds * 1000)), .rate = 1000, .end = end};
    for (std::size_t i = 0; i < chunk.samples.size(); ++i) {
        chunk.samples[i] = 0.5F * std::sin(static_cast<float>(i));
    }
    chunk.words = std::move(words);
    return chunk;
}

TEST(HeardWords, EndWhereTheSoundWasCut) {
    HeardWords heard;
    heard.expect("A cup ahead.");
    heard.expect("Two chairs left.");
    heard.write(sound(1.5, {{"A", 0}, {"cup", 0.2}, {"ahead", 0.8}}));
    heard.write(sound(1.8, {{"two", 0}, {"chairs", 0.4}, {"left", 1}}));
    EXPECT_EQ(heard.after(0), "");
    EXPECT_EQ(heard.after(150), "") << "the word under way was not heard";
    EXPECT_EQ(heard.after(210), "A");
    EXPECT_EQ(heard.after(799), "A");
    EXPECT_EQ(heard.after(800), "A cup");
    EXPECT_EQ(heard.after(1500), "A cup ahead.");
    EXPECT_EQ(heard.after(1500 + 450), "A cup ahead. Two");
    EXPECT_EQ(heard.after(1500 + 1000), "A cup ahead. Two chairs");
    EXPECT_EQ(heard.after(9000), "A cup ahead. Two chairs left.");
    EXPECT_EQ(heard.all(), "A cup ahead. Two chairs left.");
    heard.reset();
    EXPECT_EQ(heard.after(9000), "");
}

TEST(HeardWords, NeverTellMoreWhenLessWasPlayed) {
    HeardWords heard; // a voice that tells no words, cut in the middle of a sentence that was still being made
    heard.expect("A dining table, straight ahead, about two metres away.");
    heard.expect("Nothing of this was made.");
    heard.write(sound(1, {}, false));
    std::string before;
    for (int frames = 0; frames <= 1000; frames += 10) {
        auto const now = heard.after(frames);
        EXPECT_TRUE(now.starts_with(before)) << now;
        before = now;
    }
    EXPECT_FALSE(before.empty());
    EXPECT_LT(before.size(), 30U) << "most of the sentence was not even made: " << before;
}

// A voice tells its words as they come; those that it has not come to were not heard.
TEST(HeardWords, OfASentenceStillBeingMadeEndWithItsSound) {
    HeardWords heard;
    heard.expect("A cup is on the large brown table in the corner of the room.");
    heard.write(sound(0.9, {{"A", 0}, {"cup", 0.2}, {"is", 0.6}}, false));
    EXPECT_EQ(heard.after(210), "A");
    EXPECT_EQ(heard.after(620), "A cup");
    EXPECT_EQ(heard.after(900), "A cup is");
    heard.write(sound(0.9, {{"on", 0.95}, {"the", 1.1}, {"large", 1.3}}, false));
    EXPECT_EQ(heard.after(620), "A cup");
    EXPECT_EQ(heard.after(1299), "A cup is on");
    EXPECT_EQ(heard.after(1310), "A cup is on the");
}

TEST(HeardWords, OfSilenceAreNone) {
    HeardWords heard;
    heard.expect("A cup.");
    heard.write({.samples = std::vector<float>(300), .rate = 1000, .words = {{"A", 0}, {"cup", 0.2}}});
    EXPECT_EQ(heard.after(250), "");
}

} // namespace
} // namespace echollama
