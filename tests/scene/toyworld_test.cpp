#include "base/error.h"
#include "scene/answers.h"
#include "scene/build.h"
#include "scene/metrics.h"
#include "scene/toyworld.h"
#include "scene/wording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>

namespace echollama {
namespace {

constexpr int rooms = 200;

Scene scene_of(ToyPicture const& picture, DepthMap const* depth) {
    return build_scene(toy_detections(picture), picture.width, picture.height, picture.camera, depth);
}

ToyPicture room(std::uint64_t seed, ToyVariant variant) {
    return render_toy_room(seed, variant, 160, 120);
}

float median(std::vector<float> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

TEST(ToyWorld, BoxesHoldExactlyTheMaskAndDepthIsInTheRoom) {
    for (auto variant : {ToyVariant::plain, ToyVariant::mirrored, ToyVariant::rotated, ToyVariant::cropped}) {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            auto picture = room(seed, variant);
            auto pixels = static_cast<std::size_t>(picture.width * picture.height);
            ASSERT_EQ(picture.mask.size(), pixels);
            ASSERT_EQ(picture.rgb.size(), 3 * pixels);
            std::vector<Box> boxes(picture.objects.size(), {1e9F, 1e9F, -1, -1});
            std::vector<std::size_t> counts(picture.objects.size());
            for (std::size_t i = 0; i < pixels; ++i) {
                EXPECT_GT(picture.depth.values[i], 0.05F);
                EXPECT_LE(picture.depth.values[i], 9.0F);
                if (picture.mask[i] < 0) {
                    continue;
                }
                auto object = static_cast<std::size_t>(picture.mask[i]);
                auto x = static_cast<float>(i % static_cast<std::size_t>(picture.width));
                auto y = static_cast<float>(i / static_cast<std::size_t>(picture.width));
                auto& box = boxes[object];
                box = {std::min(box.x0, x), std::min(box.y0, y), std::max(box.x1, x + 1), std::max(box.y1, y + 1)};
                ++counts[object];
            }
            for (std::size_t i = 0; i < boxes.size(); ++i) {
                auto const& said = picture.objects[i].box;
                EXPECT_EQ(std::tie(said.x0, said.y0, said.x1, said.y1),
                          std::tie(boxes[i].x0, boxes[i].y0, boxes[i].x1, boxes[i].y1));
                EXPECT_EQ(picture.objects[i].pixels, counts[i]);
                EXPECT_LE(picture.objects[i].visible, 1.001F);
            }
        }
    }
}

TEST(ToyWorld, VariantsAreWhatTheySay) {
    auto plain = room(3, ToyVariant::plain);
    EXPECT_EQ(plain.rgb, room(3, ToyVariant::plain).rgb);
    EXPECT_NE(plain.rgb, room(4, ToyVariant::plain).rgb);
    auto mirror = room(3, ToyVariant::mirrored);
    auto turned = room(3, ToyVariant::rotated);
    EXPECT_EQ(turned.width, plain.height);
    for (int y = 0; y < plain.height; ++y) {
        for (int x = 0; x < plain.width; ++x) {
            auto at = [](ToyPicture const& p, int column, int row) {
                return p.depth.values[static_cast<std::size_t>(row * p.width + column)];
            };
            ASSERT_EQ(at(plain, x, y), at(mirror, plain.width - 1 - x, y));
            ASSERT_EQ(at(plain, x, y), at(turned, plain.height - 1 - y, x));
        }
    }
    EXPECT_TRUE(room(3, ToyVariant::blank).objects.empty());
    EXPECT_TRUE(room(3, ToyVariant::junk).objects.empty());
    auto dark = room(3, ToyVariant::dark);
    EXPECT_LE(*std::max_element(dark.rgb.begin(), dark.rgb.end()), 11);
    EXPECT_EQ(dark.objects.size(), plain.objects.size());
    EXPECT_EQ(room(3, ToyVariant::cropped).width, 96);
    EXPECT_THROW(render_toy_room(1, ToyVariant::plain, 0, 100), Error);
}

TEST(ToyWorld, GeometryFromTrueBoxesAndDepth) {
    for (auto variant : {ToyVariant::plain, ToyVariant::mirrored, ToyVariant::rotated, ToyVariant::cropped}) {
        GeometryScore score;
        for (std::uint64_t seed = 0; seed < rooms; ++seed) {
            auto picture = room(seed, variant);
            score.add(scene_of(picture, &picture.depth), picture);
        }
        std::cout << "variant " << static_cast<int>(variant) << ": bearing error median "
                  << median(score.bearing_errors_deg) << " degrees, worst "
                  << *std::max_element(score.bearing_errors_deg.begin(), score.bearing_errors_deg.end())
                  << "; distances " << score.distances.right << "/" << score.distances.all << "; on " << score.on.right
                  << "/" << score.on.all << "; relations " << score.relations.right << "/" << score.relations.all
                  << "\n";
        EXPECT_EQ(score.missed + score.invented, 0U);
        EXPECT_GT(score.bearing_errors_deg.size(), 30U);
        EXPECT_LT(median(score.bearing_errors_deg), 1.5F);
        EXPECT_EQ(score.clock_hours.right, score.clock_hours.all);
        EXPECT_EQ(score.cells.right, score.cells.all);
        EXPECT_GE(score.distances.share(), 0.9);
        if (variant != ToyVariant::rotated) { // what lies on what is not seen in a picture that lies on its side
            EXPECT_EQ(score.relations.right, score.relations.all);
        }
        EXPECT_GT(score.relations.all, 50U);
    }
}

TEST(ToyWorld, ThingsOnTablesAreSaidToBeThere) {
    GeometryScore score;
    for (std::uint64_t seed = 0; seed < rooms; ++seed) {
        auto picture = room(seed, ToyVariant::plain);
        score.add(scene_of(picture, &picture.depth), picture);
    }
    EXPECT_GT(score.on.all, 10U);
    EXPECT_GE(score.on.share(), 0.9) << "the others are hidden in part: then nothing is said";
}

TEST(ToyWorld, DistancesBySizeAlone) {
    GeometryScore score;
    for (std::uint64_t seed = 0; seed < rooms; ++seed) {
        auto picture = room(seed, ToyVariant::plain);
        score.add(scene_of(picture, nullptr), picture);
    }
    std::cout << "by size: within 25 % " << score.distances.right << "/" << score.distances.all << ", inside interval "
              << score.intervals.right << "/" << score.intervals.all << "\n";
    EXPECT_GE(score.intervals.share(), 0.7);
}

// What a perfect MiDaS would give: inverse depth with unknown scale and shift.
DepthMap relative_map(DepthMap depth) {
    depth.kind = DepthKind::relative_inverse;
    for (auto& value : depth.values) {
        value = 700 / value + 35;
    }
    return depth;
}

TEST(ToyWorld, DistancesByCalibratedRelativeDepth) {
    GeometryScore score;
    Tally calibrated;    // of those that the map gave
    std::size_t cut = 0; // calibrated although the size alone says nothing
    for (std::uint64_t seed = 0; seed < rooms; ++seed) {
        auto picture = room(seed, ToyVariant::plain);
        auto depth = relative_map(picture.depth);
        auto scene = scene_of(picture, &depth);
        score.add(scene, picture);
        auto alone = scene_of(picture, nullptr);
        auto unknown = [](Scene const& s) {
            return std::count_if(s.objects.begin(), s.objects.end(),
                                 [](auto const& o) { return o.distance.source == DistanceSource::none; });
        };
        EXPECT_LE(unknown(scene), unknown(alone));
        cut += static_cast<std::size_t>(unknown(alone) - unknown(scene));
        for (auto const& object : scene.objects) {
            calibrated.count(object.distance.source == DistanceSource::calibrated_depth);
        }
    }
    std::cout << "calibrated: " << calibrated.right << "/" << calibrated.all << " objects; all within 25 % "
              << score.distances.right << "/" << score.distances.all << ", inside interval " << score.intervals.right
              << "/" << score.intervals.all << "; distances found that size alone does not give: " << cut << "\n";
    EXPECT_GT(calibrated.share(), 0.3);
    EXPECT_GT(cut, 0U);
    EXPECT_GE(score.intervals.share(), 0.7);
}

TEST(ToyWorld, MirroredPairsAgree) {
    Tally tally;
    for (std::uint64_t seed = 0; seed < rooms; ++seed) {
        auto plain = room(seed, ToyVariant::plain);
        auto mirror = room(seed, ToyVariant::mirrored);
        auto one = mirrored_relations(scene_of(plain, &plain.depth), scene_of(mirror, &mirror.depth));
        tally.right += one.right;
        tally.all += one.all;
    }
    EXPECT_GT(tally.all, 100U);
    EXPECT_EQ(tally.right, tally.all);
}

TEST(Metrics, ChairCountsInventions) {
    auto picture = room(1, ToyVariant::plain);
    auto scene = scene_of(picture, nullptr);
    ASSERT_FALSE(scene.objects.empty());
    ChairScore score;
    score.add("There is " + std::string("a ") + scene.objects[0].detection.label + ".", scene);
    EXPECT_EQ(score.chair_i(), 0);
    score.add("There is a giraffe.", scene);
    score.add("There is no zebra.", scene);
    EXPECT_DOUBLE_EQ(score.chair_i(), 0.5);
    EXPECT_NEAR(score.chair_s(), 1.0 / 3, 1e-9);
}

TEST(Metrics, TemplateInventsNothingAndAnswersPope) {
    std::vector<Scene> scenes;
    ChairScore chair;
    for (std::uint64_t seed = 0; seed < rooms; ++seed) {
        auto variant = seed % 5 == 4 ? ToyVariant::junk : ToyVariant::plain;
        auto picture = room(seed, variant);
        scenes.push_back(scene_of(picture, nullptr));
        for (auto const& sentence : describe_scene(scenes.back(), {})) {
            chair.add(sentence, scenes.back());
        }
    }
    EXPECT_EQ(chair.chair_i(), 0);
    EXPECT_GT(chair.named.all, 50U);
    for (auto sampling : {PopeSampling::random, PopeSampling::popular, PopeSampling::adversarial}) {
        auto questions = pope_questions(scenes, sampling, 7);
        ASSERT_GT(questions.size(), 50U);
        auto yes = std::count_if(questions.begin(), questions.end(), [](auto const& q) { return q.present; });
        EXPECT_EQ(2 * static_cast<std::size_t>(yes), questions.size());
        auto score = pope_score(questions, [&](PopeQuestion const& question) {
            return answer_question(scenes[question.scene], question.text, {}).value_or(Answer{}).text;
        });
        EXPECT_EQ(score.accuracy(), 1);
        EXPECT_EQ(score.no_answer, 0U);
        auto always = pope_score(questions, [](auto const&) { return "Yes, there is."; });
        EXPECT_DOUBLE_EQ(always.accuracy(), 0.5);
        EXPECT_DOUBLE_EQ(always.yes_share(), 1);
        EXPECT_NEAR(always.f1(), 2.0 / 3, 1e-9);
    }
}

} // namespace
} // namespace echollama
