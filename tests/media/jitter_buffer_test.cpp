// The buffer in front of the sound device, with a device whose clock the tests turn.
#include "media/device/jitter_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

namespace echollama {
namespace {

constexpr int rate = 16000;
constexpr double pi = 3.14159265358979;

std::vector<float> tone(std::size_t count, double hertz) {
    std::vector<float> samples(count);
    for (std::size_t i = 0; i < count; ++i) {
        samples[i] = static_cast<float>(0.5 * std::sin(2 * pi * hertz * static_cast<double>(i) / rate));
    }
    return samples;
}

// What the device gets in so many periods of 20 ms.
std::vector<float> pull(JitterBuffer& buffer, int periods) {
    std::vector<float> heard(static_cast<std::size_t>(periods * rate / 50));
    for (int i = 0; i < periods; ++i) {
        buffer.pull(std::span(heard).subspan(static_cast<std::size_t>(i * rate / 50), rate / 50));
    }
    return heard;
}

// Crossings of zero upwards a second.
double pitch(std::span<float const> samples) {
    int crossings = 0;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        crossings += samples[i - 1] < 0 && samples[i] >= 0 ? 1 : 0;
    }
    return crossings * static_cast<double>(rate) / static_cast<double>(samples.size());
}

TEST(JitterBuffer, GivesWhatWasPushedUnchangedAndInOrder) {
    JitterBuffer buffer(rate, 1, 0.5);
    auto const samples = tone(rate * 3, 200);
    std::vector<float> heard;
    std::size_t at = 0;
    while (at < samples.size()) { // wraps round several times
        std::size_t const count = std::min({std::size_t{777}, buffer.room(), samples.size() - at});
        buffer.push(std::span(samples).subspan(at, count), {});
        at += count;
        if (buffer.room() < 1000) {
            auto const more = pull(buffer, 5);
            heard.insert(heard.end(), more.begin(), more.end());
        }
    }
    buffer.end();
    auto const rest = pull(buffer, 50);
    heard.insert(heard.end(), rest.begin(), rest.end());
    ASSERT_GE(heard.size(), samples.size());
    EXPECT_TRUE(std::equal(samples.begin(), samples.end(), heard.begin()));
    EXPECT_EQ(buffer.frames_played(), rate * 3);
    EXPECT_EQ(buffer.underruns(), 0);
}

TEST(JitterBuffer, ChannelsStayTogetherAcrossTheEndOfTheRing) {
    JitterBuffer buffer(rate, 2, 0.5);
    std::vector<float> frame(2 * 700);
    for (std::size_t i = 0; i < frame.size(); ++i) {
        frame[i] = i % 2 == 0 ? 0.25F : -0.5F;
    }
    std::vector<float> out(2 * 320);
    for (int turn = 0; turn < 40; ++turn) {
        while (buffer.room() >= 700) {
            buffer.push(frame, {});
        }
        buffer.pull(out);
        for (std::size_t i = 0; i < out.size(); ++i) {
            ASSERT_EQ(out[i], i % 2 == 0 ? 0.25F : -0.5F);
        }
    }
    EXPECT_EQ(buffer.frames_played(), 40 * 320);
}

TEST(JitterBuffer, TheSpeedChangesWhileItPlaysAndThePitchStays) {
    for (float speed : {0.5F, 1.5F, 2.0F, 4.0F}) {
        JitterBuffer buffer(rate, 1, 30);
        buffer.push(tone(rate * 10, 220), {});
        buffer.end();
        auto const before = pull(buffer, 100); // two seconds at normal speed
        EXPECT_NEAR(pitch(before), 220, 3);
        buffer.set_speed(speed);
        auto const after = pull(buffer, 2000);
        auto const played = buffer.frames_played() - 2 * rate;
        EXPECT_NEAR(static_cast<double>(played) / rate, 8 / static_cast<double>(speed), 0.1) << speed;
        auto const second = std::span(after).subspan(rate / 2, rate);
        EXPECT_NEAR(pitch(second), 220, 8) << speed;
        EXPECT_EQ(buffer.underruns(), 0);
        float jump = 0; // no click: a tone of 220 Hz moves at most 0.043 a sample
        for (std::size_t i = 1; i < second.size(); ++i) {
            jump = std::max(jump, std::abs(second[i] - second[i - 1]));
        }
        EXPECT_LT(jump, 0.15F) << speed;
    }
}

TEST(JitterBuffer, SilenceDropsWhatWaitsAtOnce) {
    JitterBuffer buffer(rate, 1, 8);
    buffer.set_speed(2);
    buffer.push(tone(rate * 4, 300), {});
    pull(buffer, 20);
    buffer.silence();
    auto const after = pull(buffer, 50);
    EXPECT_TRUE(std::all_of(after.begin(), after.end(), [](float s) { return s == 0; }));
    EXPECT_EQ(buffer.underruns(), 0) << "asked-for silence is no gap";
    EXPECT_EQ(buffer.room(), 8U * rate);
}

TEST(JitterBuffer, SilenceFreesAVoiceThatWaitsForRoom) {
    JitterBuffer buffer(rate, 1, 0.5);
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        buffer.silence();
    });
    auto const begin = std::chrono::steady_clock::now();
    buffer.push(tone(rate * 5, 300), {}); // no device pulls
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
    EXPECT_EQ(buffer.room(), rate / 2U) << "nothing of it is left";
}

TEST(JitterBuffer, StopEndsWaitingWithoutWaitingForTheDevice) {
    JitterBuffer buffer(rate, 1, 0.5);
    std::stop_source stop;
    auto const begin = std::chrono::steady_clock::now();
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    buffer.push(tone(rate * 5, 300), stop.get_token()); // no device pulls
    buffer.drain(stop.get_token());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(JitterBuffer, WhatWasHeardIsWhatTheDeviceTook) {
    JitterBuffer buffer(8000, 2, 4);
    std::vector<float> const second(16000, 0.1F);
    std::vector<float> period(320);
    buffer.push(second, {});
    EXPECT_EQ(buffer.frames_accepted(), 8000);
    EXPECT_EQ(buffer.frames_heard(), 0);
    for (int i = 0; i < 10; ++i) {
        buffer.pull(period);
    }
    EXPECT_EQ(buffer.frames_heard(), 1600);
    buffer.silence();
    EXPECT_EQ(buffer.frames_heard(), 1600);
    EXPECT_EQ(buffer.frames_accepted(), 1600) << "what was dropped was never there";
    buffer.push(second, {});
    EXPECT_EQ(buffer.frames_accepted(), 1600) << "silent";
    buffer.resume();
    buffer.push(second, {});
    buffer.set_speed(2);
    buffer.end();
    for (int i = 0; i < 100; ++i) {
        buffer.pull(period);
    }
    EXPECT_EQ(buffer.frames_heard(), 9600) << "counted as it was spoken, not as it was played";
}

} // namespace
} // namespace echollama
