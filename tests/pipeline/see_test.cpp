// Seeing with fakes: what reaches the scene, and what runs beside what.
#include "base/error.h"
#include "pipeline/see.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

namespace echollama {
namespace {

struct FakeDetector : Detector {
    std::vector<Detection> found;
    std::function<void()> work = [] {};
    std::vector<Detection> detect(Image const&, float, std::stop_token) override {
        work();
        return found;
    }
};

struct FakeDepth : DepthEstimator {
    std::function<DepthMap(Image const&)> map;
    int calls = 0;
    DepthMap depth(Image const& image, std::stop_token) override {
        ++calls;
        return map(image);
    }
};

struct FakeCaptioner : Captioner {
    std::function<std::string()> words;
    std::string caption(Image const&, CaptionRequest const& request, std::stop_token) override {
        EXPECT_EQ(request.question, "");
        return words();
    }
};

// The left half is near, the right half far.
DepthMap two_halves(Image const& image) {
    DepthMap map{image.width, image.height, DepthKind::relative_inverse, {}};
    for (int i = 0; i < image.width * image.height; ++i) {
        map.values.push_back(i % image.width < image.width / 2 ? 900.0F : 100.0F);
    }
    return map;
}

struct Seen {
    std::shared_ptr<FakeDetector> detector = std::make_shared<FakeDetector>();
    std::shared_ptr<FakeDepth> estimator = std::make_shared<FakeDepth>();
    SeeingModels models{ready<Detector>(detector), ready<DepthEstimator>(estimator)};
    View view;
    Timings timings;

    Seen() {
        view.image = {640, 480, std::vector<std::uint8_t>(std::size_t{3} * 640 * 480)};
        estimator->map = two_halves;
        // two things without a usual size, the far one larger
        detector->found = {{"kite", 0, 0.9F, {380, 100, 620, 400}, {}}, {"kite", 0, 0.9F, {60, 200, 160, 300}, {}}};
    }
    Observation look() { return see(view, models, -1, timings, {}); }
};

TEST(See, AnEstimatedDepthMapOrdersAndPlacesTheObjects) {
    Seen seen;
    auto observation = seen.look();
    ASSERT_EQ(observation.scene.objects.size(), 2U);
    EXPECT_LT(observation.scene.objects[0].x, 320) << "the near one comes first";
    EXPECT_FLOAT_EQ(observation.scene.objects[0].z, 255);
    EXPECT_FLOAT_EQ(observation.scene.objects[1].z, 0);
    ASSERT_TRUE(observation.depth);
    auto stages = seen.timings.stages();
    EXPECT_TRUE(std::any_of(stages.begin(), stages.end(), [](auto const& s) { return s.stage == "depth"; }));
}

TEST(See, WithoutAnEstimatorThereIsNoDepth) {
    Seen seen;
    seen.models.depth = {};
    auto observation = seen.look();
    EXPECT_FALSE(observation.depth);
    EXPECT_GT(observation.scene.objects[0].x, 320) << "the larger one comes first";
}

TEST(See, ASensorIsNotOverruledByAnEstimate) {
    Seen seen;
    seen.view.depth = DepthMap{640, 480, DepthKind::metres, std::vector<float>(std::size_t{640} * 480, 2.5F)};
    auto observation = seen.look();
    EXPECT_EQ(seen.estimator->calls, 0);
    EXPECT_EQ(observation.scene.objects[0].distance.source, DistanceSource::sensor);
    EXPECT_FLOAT_EQ(observation.scene.objects[0].distance.metres, 2.5F);
}

TEST(See, DetectorAndEstimatorWorkSideBySide) {
    Seen seen;
    std::promise<void> detecting, estimating;
    auto meet = [](std::promise<void>& mine, std::promise<void>& other) {
        mine.set_value();
        EXPECT_EQ(other.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
    };
    seen.detector->work = [&] { meet(detecting, estimating); };
    seen.estimator->map = [&](Image const& image) {
        meet(estimating, detecting);
        return two_halves(image);
    };
    EXPECT_TRUE(seen.look().depth);
}

TEST(See, AStoppedEstimateIsLeftAway) {
    Seen seen;
    seen.estimator->map = [](Image const&) { return DepthMap{}; };
    EXPECT_FALSE(seen.look().depth);
}

TEST(See, WhatTheEstimatorThrowsArrives) {
    Seen seen;
    seen.estimator->map = [](Image const&) -> DepthMap { throw Error("no memory"); };
    EXPECT_THROW(seen.look(), Error);
}

TEST(See, TheCaptionReachesTheScene) {
    Seen seen;
    auto captioner = std::make_shared<FakeCaptioner>();
    captioner->words = [] { return "Two kites in the sky."; };
    seen.models.captioner = ready<Captioner>(captioner);
    EXPECT_EQ(seen.look().scene.caption, "Two kites in the sky.");
    auto stages = seen.timings.stages();
    EXPECT_TRUE(std::any_of(stages.begin(), stages.end(), [](auto const& s) { return s.stage == "caption"; }));
}

TEST(See, ACaptionerThatFailsCostsOnlyTheCaption) {
    Seen seen;
    auto captioner = std::make_shared<FakeCaptioner>();
    captioner->words = []() -> std::string { throw Error("no memory"); };
    seen.models.captioner = ready<Captioner>(captioner);
    auto observation = seen.look();
    EXPECT_EQ(observation.scene.caption, "");
    EXPECT_EQ(observation.scene.objects.size(), 2U);
}

struct FakeReader : Reader {
    std::function<std::vector<TextLine>()> lines;
    std::vector<TextLine> read(Image const&, std::stop_token) override { return lines(); }
};

TEST(See, ReadingIsNotWaitedForAndBeginsWhenTheObjectsAreKnown) {
    Seen seen;
    std::promise<void> go;
    bool detected = false, detected_before = false;
    seen.detector->work = [&] { detected = true; };
    auto reader = std::make_shared<FakeReader>();
    reader->lines = [&] {
        detected_before = detected;
        go.get_future().wait();
        TextLine line;
        line.words.push_back({"EXIT", 1});
        return std::vector<TextLine>{line};
    };
    seen.models.reader = ready<Reader>(reader);
    auto observation = seen.look(); // would not return if it waited
    EXPECT_FALSE(observation.scene.text);
    go.set_value();
    ASSERT_TRUE(observation.text.valid());
    ASSERT_TRUE(observation.text.get());
    EXPECT_EQ(observation.text.get()->at(0).words.at(0).text, "EXIT");
    EXPECT_TRUE(detected_before);
}

TEST(See, AReaderThatFailsCostsOnlyTheText) {
    Seen seen;
    auto reader = std::make_shared<FakeReader>();
    reader->lines = []() -> std::vector<TextLine> { throw Error("The reading model is broken."); };
    seen.models.reader = ready<Reader>(reader);
    auto observation = seen.look();
    EXPECT_EQ(observation.scene.objects.size(), 2U);
    ASSERT_TRUE(observation.text.valid());
    EXPECT_FALSE(observation.text.get());
}

TEST(See, NothingIsReadWhereNobodyReadsOrNothingWasPhotographed) {
    Seen seen;
    EXPECT_FALSE(seen.look().text.valid());
    auto reader = std::make_shared<FakeReader>();
    reader->lines = [] { return std::vector<TextLine>(); };
    seen.models.reader = ready<Reader>(reader);
    seen.view.drawn = true;
    EXPECT_FALSE(seen.look().text.valid());
}

} // namespace
} // namespace echollama
