// Distances of plain photos, rule by rule; and how often the interval holds and how far off the spoken numbers are, on
// drawn geometry (sampled_photos.h).
#include "evaluation/distance_errors.h"
#include "sampled_photos.h"
#include "scene/camera.h"
#include "scene/distance.h"
#include "scene/floor.h"
#include "scene/photo_distance.h"
#include "scene/size_prior.h"
#include "support/paths.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <numbers>
#include <sstream>

namespace echollama {
namespace {

using test::detection;

constexpr int width = 640, height = 480;

Distance of_box(std::string const& label, Box const& box, bool assumed = false) {
    auto camera = test::plain_camera();
    camera.assumed = assumed;
    return distance_from_size(detection(label, box), camera, width, height);
}

float spread(Distance const& distance) {
    return std::log(distance.high / distance.low);
}

// A standing person of 1.68 m at 4 m: 65 x 210 pixels.
constexpr Box person_at_4_m{300, 100, 365, 310};

TEST(DistanceFromSize, AnAssumedCameraIsMoreDoubtThanAKnownOne) {
    auto const known = of_box("person", person_at_4_m), assumed = of_box("person", person_at_4_m, true);
    EXPECT_NEAR(known.metres, 4, 0.3F);
    EXPECT_NEAR(assumed.metres, 4, 0.5F);
    EXPECT_GT(spread(assumed), spread(known) + 0.2F);
    EXPECT_GT(std::log(assumed.high / known.high), std::log(known.low / assumed.low)) << "long lenses make all far";
}

TEST(DistanceFromSize, ScalesWithTheBoxAndTheLens) {
    for (auto const& known : coco_classes()) {
        std::string const label(known.name);
        auto const small = of_box(label, {300, 200, 340, 260}), large = of_box(label, {300, 200, 380, 320});
        ASSERT_NE(small.source, DistanceSource::none) << label;
        EXPECT_NEAR(std::log(small.metres / large.metres), std::log(2.0F), 0.06F) << label;
        auto camera = test::plain_camera();
        camera.fx *= 3, camera.fy *= 3;
        auto const longer = distance_from_size(detection(label, {300, 200, 340, 260}), camera, width, height);
        EXPECT_NEAR(std::log(longer.metres / small.metres), std::log(3.0F), 0.06F) << label;
    }
}

// What the edge cuts is seen in part: it is nearer than its outline says, and less is known of it.
TEST(DistanceFromSize, WhatTheEdgeCutsIsNearerAndLessSure) {
    for (auto const& known : coco_classes()) {
        std::string const label(known.name);
        Box const whole{200, 150, 300, 300};
        auto const seen = of_box(label, whole);
        for (Box const& cut :
             {Box{0, 150, 100, 300}, Box{540, 150, 640, 300}, Box{200, 0, 300, 150}, Box{200, 330, 300, 480}}) {
            auto const part = of_box(label, cut);
            EXPECT_LT(part.low, seen.low) << label;
            EXPECT_LT(part.metres, 1.1F * seen.metres) << label;
        }
        EXPECT_EQ(of_box(label, {0, 0, 640, 480}).source, DistanceSource::none) << label << ", cut at all sides";
        EXPECT_NE(of_box(label, {2.5F, 0, 640, 480}).source, DistanceSource::none) << label;
    }
}

// The outline of several people, or of one who sits, is no number of metres: the poses lie too far apart.
TEST(DistanceFromSize, PosesThatTheOutlineDoesNotTellApartWidenTheInterval) {
    auto const upright = of_box("person", {300, 100, 365, 310});
    auto const broad = of_box("person", {250, 100, 400, 310});
    EXPECT_TRUE(is_tellable(upright));
    EXPECT_GT(spread(broad), spread(upright));
    // A car's outline tells from which side it is seen.
    auto const side = of_box("car", {100, 200, 100 + 500 * 4.4F / 10, 200 + 500 * 1.5F / 10});
    auto const front = of_box("car", {100, 200, 100 + 500 * 1.8F / 10, 200 + 500 * 1.5F / 10});
    EXPECT_NEAR(side.metres, 10, 1.5F);
    EXPECT_NEAR(front.metres, 10, 1.5F);
    // A knife may point anywhere.
    auto const flat = of_box("knife", {200, 200, 300, 210}), upward = of_box("knife", {200, 200, 210, 300});
    EXPECT_NEAR(flat.metres, upward.metres, 0.02F * flat.metres);
}

TEST(DistanceFromSize, ARivalNameAddsItsOwnSizes) {
    auto const camera = test::plain_camera();
    auto found = detection("cat", {300, 200, 400, 300});
    auto const cat = distance_from_size(found, camera, width, height);
    found.label = "dog";
    auto const dog = distance_from_size(found, camera, width, height);
    found.alternative = "cat";
    auto const either = distance_from_size(found, camera, width, height);
    EXPECT_GT(either.metres, cat.metres);
    EXPECT_LT(either.metres, dog.metres);
    EXPECT_GT(spread(either), spread(cat));
    found.alternative = "unicorn"; // of unknown size
    EXPECT_EQ(distance_from_size(found, camera, width, height).source, DistanceSource::none);
}

TEST(DistanceFromSize, NothingIsSaidOfBrokenBoxesAndCameras) {
    auto const camera = test::plain_camera();
    for (Box const& box :
         {Box{300, 200, 301, 245}, Box{300, 200, 350, 201}, Box{300, 200, NAN, 245}, Box{-INFINITY, 200, 350, 245}}) {
        EXPECT_EQ(of_box("cup", box).source, DistanceSource::none);
    }
    EXPECT_EQ(distance_from_size(detection("cup", {300, 200, 350, 245}), {}, width, height).source,
              DistanceSource::none);
    EXPECT_EQ(distance_from_size(detection("unicorn", {300, 200, 350, 245}), camera, width, height).source,
              DistanceSource::none);
}

// The foot of something at so many metres on the floor, the camera at 1.4 m and level.
float foot_of(float metres) {
    return 240 + 500 * 1.4F / metres;
}

TEST(Floor, FeetOfKnownThingsTellHowFarOthersStand) {
    // A suitcase whose size says little; three people on the same level floor.
    auto const standing = [](char const* label, float metres, float x, float tall, float wide) {
        float const foot = foot_of(metres);
        return detection(label, {x, foot - 500 * tall / metres, x + 500 * wide / metres, foot});
    };
    auto const camera = test::plain_camera();
    auto const dog = standing("dog", 6, 300, 0.75F, 1.0F); // a large one: its size alone says 4.3 metres
    std::vector<Detection> const all{dog, standing("person", 4, 60, 1.68F, 0.52F),
                                     standing("person", 8, 450, 1.68F, 0.52F),
                                     standing("person", 6, 550, 1.68F, 0.52F)};
    auto const alone = distance_from_size(dog, camera, width, height);
    auto const together = photo_distances(all, camera, width, height)[0];
    EXPECT_LT(std::abs(std::log(together.metres / 6)), std::abs(std::log(alone.metres / 6)));
    EXPECT_LT(spread(together), spread(alone));
    EXPECT_NEAR(together.metres, 6, 1);
    // The bottom of the box hidden behind something nearer, or cut, tells nothing of the floor.
    auto hidden = all;
    hidden.push_back(detection("suitcase", {dog.box.x0 - 20, dog.box.y1 - 20, dog.box.x1 + 20, dog.box.y1 + 60}));
    EXPECT_NEAR(photo_distances(hidden, camera, width, height)[0].metres, alone.metres, 0.01F * alone.metres);
}

TEST(Floor, AFootAboveEveryHorizonChangesNothing) {
    StandingThing thing;
    thing.belief.add(std::log(3.0F), 0.2F, 1);
    thing.belief.normalise();
    auto const before = thing.belief.distance(DistanceSource::object_size);
    thing.foot = -1.2F; // radians: high over the axis
    std::vector<StandingThing> things{thing};
    stand_on_one_floor(things);
    auto const after = things[0].belief.distance(DistanceSource::object_size);
    EXPECT_NEAR(after.metres, before.metres, 0.01F);
    EXPECT_NEAR(after.high, before.high, 0.02F);
}

TEST(DistanceBelief, MultipliesEvidenceAndAddsAlternatives) {
    auto const normal = [](float metres, float deviation) {
        auto belief = DistanceBelief::none();
        belief.add(std::log(metres), deviation, 1);
        belief.normalise();
        return belief;
    };
    auto one = normal(2, 0.3F);
    auto const wide = one.distance(DistanceSource::object_size);
    EXPECT_NEAR(wide.metres, 2, 0.02F);
    EXPECT_NEAR(std::log(wide.high / wide.metres), 1.645F * 0.3F, 0.02F);
    EXPECT_NEAR(std::log(wide.metres / wide.low), 1.645F * 0.3F, 0.02F);
    one.multiply(normal(4, 0.3F)); // the geometric mean, and surer by the square root of two
    auto const both = one.distance(DistanceSource::object_size);
    EXPECT_NEAR(both.metres, std::sqrt(8.0F), 0.05F);
    EXPECT_NEAR(spread(both), 2 * 1.645F * 0.3F / std::numbers::sqrt2_v<float>, 0.03F);
    auto far = normal(2, 0.05F);
    far.multiply(normal(500, 0.05F)); // they exclude each other
    EXPECT_NEAR(far.distance(DistanceSource::object_size).metres, 2, 0.02F);
    auto either = normal(1, 0.1F);
    either.add(normal(9, 0.1F), 1);
    either.normalise();
    auto const split = either.distance(DistanceSource::object_size);
    EXPECT_LT(split.low, 1);
    EXPECT_GT(split.high, 9);
    EXPECT_NEAR(std::log(normal(2, 0.3F).widened(0.5F, 0.4F).distance(DistanceSource::object_size).metres),
                std::log(2.0F) + 0.5F, 0.02F);
    EXPECT_NEAR(normal(2, 0.3F).agreement(DistanceBelief::any()), 1.0F / DistanceBelief::steps, 1e-4F);
}

TEST(SizePrior, EveryClassHasUsefulPoses) {
    for (auto const& known : coco_classes()) {
        auto const prior = size_prior(known.name);
        ASSERT_FALSE(prior.poses.empty()) << known.name;
        EXPECT_GT(prior.scale_doubt, 0.04F) << known.name;
        for (auto const& pose : prior.poses) {
            EXPECT_GT(pose.share, 0) << known.name;
            EXPECT_GT(pose.width, 0) << known.name;
            EXPECT_EQ(pose.height > 0, !prior.length_only) << known.name;
            EXPECT_GT(pose.width_doubt, 0) << known.name;
        }
    }
    EXPECT_TRUE(size_prior("unicorn").poses.empty());
}

// What is too uncertain for a number is said roughly, and only what holds for all of the interval.
TEST(RoughWords, HoldForTheWholeInterval) {
    auto const guess = [](float metres, float low, float high) {
        return Distance{DistanceSource::object_size, metres, low, high};
    };
    EXPECT_EQ(distance_words(guess(2, 1.2F, 3.5F), Units::metres), "about 2 metres away");
    EXPECT_EQ(distance_words(guess(2, 1.0F, 3.9F), Units::metres), "some metres away");
    EXPECT_EQ(distance_words(guess(2, 1.0F, 3.9F), Units::centimetres), "some metres away");
    EXPECT_EQ(distance_words(guess(2, 1.0F, 3.9F), Units::steps), "some steps away");
    EXPECT_EQ(distance_words(guess(2, 1.0F, 3.9F), Units::feet), "some yards away");
    EXPECT_EQ(distance_words(guess(1, 0.4F, 2.5F), Units::metres), "close by");
    EXPECT_EQ(distance_words(guess(20, 9, 60), Units::metres), "far away");
    EXPECT_EQ(distance_words(guess(2, 0.5F, 8), Units::metres), "") << "anything";
    EXPECT_EQ(distance_words(guess(5, 1, 30), Units::metres), "");
    EXPECT_EQ(length_words(guess(2, 1.0F, 3.9F), Units::metres), "some metres");
    EXPECT_EQ(distance_words({DistanceSource::sensor, 2, 0.5F, 8}, Units::metres), "2 metres away");
}

std::vector<JudgedDistance> judged(bool camera_known, std::uint64_t photos) {
    std::vector<JudgedDistance> all;
    for (std::uint64_t seed = 0; seed < photos; ++seed) {
        auto const photo = test::sampled_photo(seed, camera_known);
        std::vector<Detection> found;
        for (auto const& thing : photo.things) {
            found.push_back(thing.detection);
        }
        auto const distances =
            photo_distances(found, photo.camera, test::SampledPhoto::width, test::SampledPhoto::height);
        for (std::size_t i = 0; i < photo.things.size(); ++i) {
            all.push_back({found[i].label, photo.things[i].metres, distances[i]});
        }
    }
    return all;
}

TEST(PhotoDistances, IntervalsHoldAndSpokenNumbersAreSeldomFarOff) {
    for (bool known : {true, false}) {
        auto const errors = distance_errors(judged(known, 1500));
        std::cout << (known ? "camera known: " : "camera assumed: ") << errors.guessed << " guesses of "
                  << errors.things << ", median error " << errors.median_percent << " %, inside the interval "
                  << 100 * errors.intervals.share() << " %, spoken as numbers " << errors.within_two.all
                  << ", of these off by no more than a factor of two " << 100 * errors.within_two.share() << " %\n";
        EXPECT_GT(errors.things, 3000U);
        EXPECT_GE(errors.intervals.share(), 0.85);
        EXPECT_LE(errors.intervals.share(), 0.97);
        EXPECT_GE(errors.within_two.share(), 0.95);
        EXPECT_GT(errors.within_two.all, errors.things / 3) << "silence is no way to be right";
    }
}

// Real photos, taken as if nothing were known of their cameras (the motorcycle's lens sees 41 degrees).
TEST(PhotoDistances, OnFramesWithMeasuredDepth) {
    std::ifstream file(test::data_dir() / "distance_boxes.tsv");
    std::map<std::string, std::vector<std::pair<Detection, float>>> frames;
    std::map<std::string, Intrinsics> cameras;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) {
            continue;
        }
        std::istringstream row(line);
        std::string photo, label;
        int wide = 0, tall = 0;
        float metres = 0;
        Box box;
        row >> photo >> wide >> tall;
        std::getline(row.ignore(), label, '\t') >> metres >> box.x0 >> box.y0 >> box.x1 >> box.y1;
        ASSERT_TRUE(row) << line;
        frames[photo].emplace_back(detection(label, box), metres);
        cameras[photo] = guess_camera(wide, tall, std::nullopt);
    }
    std::vector<JudgedDistance> all;
    for (auto const& [photo, things] : frames) {
        std::vector<Detection> found;
        for (auto const& [thing, metres] : things) {
            found.push_back(thing);
        }
        auto const& camera = cameras[photo];
        auto const distances =
            photo_distances(found, camera, static_cast<int>(2 * camera.cx), static_cast<int>(2 * camera.cy));
        for (std::size_t i = 0; i < found.size(); ++i) {
            auto const& guess = distances[i];
            all.push_back({found[i].label, things[i].second, guess});
            std::cout << photo << ": " << found[i].label << ", measured " << things[i].second << ", guessed "
                      << guess.metres << " (" << guess.low << " to " << guess.high
                      << (is_tellable(guess) ? ")\n" : "), not spoken\n");
        }
    }
    auto const errors = distance_errors(all);
    std::cout << errors.guessed << " guesses of " << errors.things << ", median error " << errors.median_percent
              << " %, inside the interval " << errors.intervals.right << ", spoken as numbers " << errors.within_two.all
              << ", of these off by no more than a factor of two " << errors.within_two.right << "\n";
    EXPECT_GE(errors.guessed, 18U);
    EXPECT_GE(errors.intervals.share(), 0.85);
    EXPECT_GE(errors.within_two.share(), 0.95);
}

} // namespace
} // namespace echollama
