// The simulated device has a real clock, so the bounds on time are wide.
#include "media/device/playback.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace echollama {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

TEST(Player, EverySampleIsPlayedInRealTimeHoweverItIsCut) {
    for (std::size_t piece : {160UL, 1111UL, 9600UL}) {
        Player player(16000, {.buffer_seconds = 0.5, .simulated = true});
        std::vector<float> const samples(9600, 0.1F); // 0.6 s
        auto const begin = Clock::now();
        for (std::size_t at = 0; at < samples.size(); at += piece) {
            player.push(std::span(samples).subspan(at, std::min(piece, samples.size() - at)), {});
        }
        player.drain({});
        EXPECT_EQ(player.frames_played(), 9600);
        EXPECT_EQ(player.underruns(), 0);
        EXPECT_GT(since(begin), 0.4);
        EXPECT_LT(since(begin), 5);
    }
}

TEST(Player, TheBufferIsBounded) {
    Player player(16000, {.buffer_seconds = 0.5, .simulated = true});
    std::vector<float> const samples(16000 * 2);
    auto const begin = Clock::now();
    player.push(samples, {});
    EXPECT_GT(since(begin), 1.0); // two seconds fit only when at least 1.5 have been taken
    EXPECT_GE(player.frames_played(), 16000 * 3 / 2 - 8000);
}

TEST(Player, AGapIsCountedOnceAndAPauseAfterDrainIsNone) {
    Player player(16000, {.buffer_seconds = 0.5, .simulated = true});
    std::vector<float> const samples(3200, 0.1F); // 0.2 s
    player.push(samples, {});
    std::this_thread::sleep_for(600ms);
    EXPECT_EQ(player.underruns(), 1);
    player.push(samples, {});
    player.drain({});
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(player.underruns(), 1);
    EXPECT_EQ(player.frames_played(), 6400);
}

TEST(Player, LessThanTheLeadIsPlayedToo) {
    Player player(16000, {.buffer_seconds = 0.5, .simulated = true});
    player.push(std::vector<float>(100, 0.1F), {});
    auto const begin = Clock::now();
    while (player.frames_played() < 100 && since(begin) < 5) {
        std::this_thread::sleep_for(5ms);
    }
    EXPECT_EQ(player.frames_played(), 100);
}

TEST(Player, SilenceComesAtOnceAndSoundMayFollow) {
    Player player(16000, {.buffer_seconds = 0.5, .simulated = true});
    player.push(std::vector<float>(8000, 0.1F), {});
    std::this_thread::sleep_for(150ms);
    player.silence();
    auto const played = player.frames_played();
    EXPECT_LT(played, 8000);
    std::this_thread::sleep_for(150ms);
    EXPECT_EQ(player.frames_played(), played);
    EXPECT_EQ(player.underruns(), 0);
    player.push(std::vector<float>(1600, 0.1F), {}); // of a voice that has not noticed yet
    player.drain({});
    EXPECT_EQ(player.frames_played(), played);
    player.resume();
    player.push(std::vector<float>(1600, 0.1F), {});
    player.drain({});
    EXPECT_EQ(player.frames_played(), played + 1600);
}

TEST(Player, WaitingEndsWhenStopIsRequested) {
    Player player(16000, {.buffer_seconds = 0.5, .simulated = true});
    std::stop_source stop;
    std::jthread stopper([&] {
        std::this_thread::sleep_for(100ms);
        stop.request_stop();
    });
    std::vector<float> const minute(16000 * 60);
    auto const begin = Clock::now();
    player.push(minute, stop.get_token());
    player.drain(stop.get_token());
    EXPECT_LT(since(begin), 2);
}

TEST(Player, DrainOfNothingReturns) {
    Player player(16000, {.buffer_seconds = 0.5, .simulated = true});
    auto const begin = Clock::now();
    player.drain({});
    EXPECT_LT(since(begin), 1);
}

} // namespace
} // namespace echollama
