#include "base/error.h"
#include "vision/with_spare.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace echollama {
namespace {

// Fails from its `good`-th picture on.
struct Failing : Detector, DepthEstimator {
    int good = 0;
    explicit Failing(int pictures) : good(pictures) {}
    void look() {
        if (good-- == 0) {
            throw Error("There is not enough memory.");
        }
    }
    std::vector<Detection> detect(Image const&, float, std::stop_token stop) override {
        if (stop.stop_requested()) {
            throw Cancelled();
        }
        look();
        return {};
    }
    DepthMap depth(Image const&, std::stop_token) override {
        look();
        return {};
    }
    float sure_score() const override { return 0.25F; }
};

struct Steady : Detector, DepthEstimator {
    int* looked = nullptr;
    explicit Steady(int& count) : looked(&count) {}
    std::vector<Detection> detect(Image const&, float, std::stop_token) override {
        ++*looked;
        return std::vector<Detection>(1);
    }
    DepthMap depth(Image const&, std::stop_token) override {
        ++*looked;
        return {};
    }
    float sure_score() const override { return 0.75F; }
};

TEST(WithSpare, TheSpareTakesThePictureAndAllThatFollow) {
    int looked = 0, made = 0;
    std::vector<std::string> told;
    auto detector = with_spare(
        std::make_unique<Failing>(1),
        [&]() -> std::unique_ptr<Detector> {
            ++made;
            return std::make_unique<Steady>(looked);
        },
        [&](char const* why) { told.emplace_back(why); });
    EXPECT_TRUE(detector->detect({}).empty());
    EXPECT_EQ(detector->sure_score(), 0.25F);
    EXPECT_EQ(made, 0);
    EXPECT_EQ(detector->detect({}).size(), 1U);
    EXPECT_EQ(detector->detect({}).size(), 1U);
    EXPECT_EQ(detector->sure_score(), 0.75F);
    EXPECT_EQ(made, 1);
    EXPECT_EQ(looked, 2);
    EXPECT_EQ(told, std::vector<std::string>{"There is not enough memory."});
}

TEST(WithSpare, AStopIsNoFailure) {
    auto detector = with_spare(
        std::make_unique<Failing>(1), []() -> std::unique_ptr<Detector> { return nullptr; },
        [](char const*) { ADD_FAILURE() << "it has not failed"; });
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(detector->detect({}, -1, stop.get_token()), Cancelled);
    EXPECT_TRUE(detector->detect({}).empty());
}

TEST(WithSpare, ASpareThatFailsTellsItself) {
    int told = 0;
    auto depth = with_spare(
        std::make_unique<Failing>(0), []() -> std::unique_ptr<DepthEstimator> { return std::make_unique<Failing>(1); },
        [&](char const*) { ++told; });
    EXPECT_NO_THROW(depth->depth({}));
    EXPECT_THROW(depth->depth({}), Error);
    EXPECT_EQ(told, 1);
}

} // namespace
} // namespace echollama
