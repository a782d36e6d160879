#include "base/error.h"
#include "evaluation/metrics.h"
#include "evaluation/toyworld.h"
#include "questions/answers.h"
#include "scene/build.h"
#include "scene/camera.h"
#include "wording/wording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <numeric>
#include <set>

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

struct Place {
    float x, y, z;
};

// The place that a pixel of the plain picture shows, from its depth.
Place place_of(ToyPicture const& picture, int x, int y) {
    float const z = picture.depth.values[static_cast<std::size_t>(y * picture.width + x)];
    return {(static_cast<float>(x) + 0.5F - picture.camera.cx) / picture.camera.fx * z,
            (static_cast<float>(y) + 0.5F - picture.camera.cy) / picture.camera.fy * z, z};
}

bool is_one_of(float value, std::initializer_list<float> wanted) {
    return std::any_of(wanted.begin(), wanted.end(), [&](float w) { return std::abs(value - w) < 0.002F; });
}

// The room is 8 m wide, 9 m deep, its floor 1.4 m below the camera and its ceiling 1.2 m above.
TEST(ToyWorld, EveryPixelShowsASurfaceInItsLight) {
    int strays = 0; // of things that are too small to be counted as seen
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        auto const picture = room(seed, ToyVariant::plain);
        for (int y = 0; y < picture.height; ++y) {
            for (int x = 0; x < picture.width; ++x) {
                auto const at = static_cast<std::size_t>(y * picture.width + x);
                auto const p = place_of(picture, x, y);
                ASSERT_TRUE(std::abs(p.x) < 4.002F && p.y < 1.402F && p.y > -1.202F && p.z < 9.002F);
                if (picture.mask[at] >= 0) {
                    auto const& object = picture.objects[static_cast<std::size_t>(picture.mask[at])];
                    float const place[] = {p.x, p.y, p.z};
                    for (std::size_t i = 0; i < 3; ++i) {
                        ASSERT_GE(place[i], object.low[i] - 0.002F) << object.label;
                        ASSERT_LE(place[i], object.high[i] + 0.002F) << object.label;
                    }
                    continue;
                }
                bool const floor = is_one_of(p.y, {1.4F});
                if (!floor && !is_one_of(p.y, {-1.2F}) && !is_one_of(p.x, {-4, 4}) && !is_one_of(p.z, {9})) {
                    ++strays;
                    continue;
                }
                float const light = (floor ? 0.5F : 0.9F) * (1 - p.z / 20);
                bool const edge = floor && (is_one_of(p.x, {-4, 4}) || is_one_of(p.z, {9}));
                if (!edge) {
                    ASSERT_NEAR(picture.rgb[3 * at], 255 * 0.75F * light, 1);
                    ASSERT_NEAR(picture.rgb[3 * at + 1], 255 * 0.72F * light, 1);
                    ASSERT_NEAR(picture.rgb[3 * at + 2], 255 * 0.68F * light, 1);
                }
            }
        }
    }
    EXPECT_LT(strays, 24);
}

// The faces of a thing have its colour in three lights: from the side, from above, from the front.
TEST(ToyWorld, FacesHaveTheirLight) {
    auto const picture = render_toy_room(3, ToyVariant::plain, 320, 240);
    std::vector<std::array<float, 2>> brightest(picture.objects.size(), {0, 0}); // of fronts and tops, without distance
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            auto const at = static_cast<std::size_t>(y * picture.width + x);
            if (picture.mask[at] >= 0) {
                auto const p = place_of(picture, x, y);
                auto const& object = picture.objects[static_cast<std::size_t>(picture.mask[at])];
                bool const top = is_one_of(p.y, {object.low[1]}), front = is_one_of(p.z, {object.low[2]});
                float const colour = static_cast<float>(picture.rgb[3 * at]) / (1 - p.z / 20);
                if (top != front) {
                    auto& known = brightest[static_cast<std::size_t>(picture.mask[at])][top ? 1 : 0];
                    known = std::max(known, colour);
                }
            }
        }
    }
    for (std::size_t i = 0; i < picture.mask.size(); ++i) {
        if (picture.mask[i] >= 0) { // the room is nearly grey
            float const red = picture.rgb[3 * i], green = picture.rgb[3 * i + 1];
            ASSERT_GT(std::abs(green / red - 0.96F), 0.03F) << picture.mask[i];
        }
    }
    int compared = 0;
    for (auto const& [front, top] : brightest) {
        if (front > 0 && top > 0) {
            EXPECT_NEAR(front / top, 0.85F, 0.02F);
            ++compared;
        }
    }
    EXPECT_GT(compared, 0);
}

float gap_between(ToyObject const& a, ToyObject const& b, std::size_t axis) {
    return std::max(a.low[axis], b.low[axis]) - std::min(a.high[axis], b.high[axis]);
}

TEST(ToyWorld, ThingsHaveTheirSizesAndStandApart) {
    struct {
        char const* label;
        float width, height, length;
    } const shapes[] = {
        {"chair", 0.5F, 0.9F, 0.5F},       {"dining table", 1.5F, 0.75F, 0.8F}, {"couch", 1.9F, 0.85F, 0.9F},
        {"person", 0.5F, 1.68F, 0.3F},     {"dog", 0.7F, 0.5F, 0.25F},          {"refrigerator", 0.7F, 1.7F, 0.65F},
        {"suitcase", 0.45F, 0.62F, 0.25F}, {"cup", 0.10F, 0.09F, 0.10F},        {"bottle", 0.07F, 0.25F, 0.07F},
        {"laptop", 0.34F, 0.24F, 0.20F},   {"potted plant", 0.35F, 0.5F, 0.35F}};
    std::size_t most = 0;
    float widest = 0, farthest_on_table = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        auto const picture = room(seed, ToyVariant::plain);
        std::size_t standing = 0;
        for (auto const& object : picture.objects) {
            auto const* shape = std::find_if(std::begin(shapes), std::end(shapes),
                                             [&](auto const& s) { return object.label == s.label; });
            ASSERT_NE(shape, std::end(shapes)) << object.label;
            EXPECT_NEAR(object.high[0] - object.low[0], shape->width, 1e-4F) << object.label;
            EXPECT_NEAR(object.high[1] - object.low[1], shape->height, 1e-4F) << object.label;
            EXPECT_NEAR(object.high[2] - object.low[2], shape->length, 1e-4F) << object.label;
            EXPECT_GE(object.pixels, 12U);
            float const x = (object.low[0] + object.high[0]) / 2, z = (object.low[2] + object.high[2]) / 2;
            EXPECT_NEAR(object.bearing_deg, std::atan2(x, z) * 180 / M_PI, 0.01);
            if (shape - shapes >= 7) { // on a table, which may be hidden
                EXPECT_NEAR(object.high[1], 0.65F, 1e-4F) << object.label;
                if (object.rests_on >= 0) {
                    auto const& table = picture.objects[static_cast<std::size_t>(object.rests_on)];
                    EXPECT_EQ(table.label, "dining table");
                    float const aside = std::abs(x - (table.low[0] + table.high[0]) / 2);
                    EXPECT_LE(aside, 0.501F);
                    EXPECT_LE(std::abs(z - (table.low[2] + table.high[2]) / 2), 0.201F);
                    farthest_on_table = std::max(farthest_on_table, aside);
                }
                continue;
            }
            ++standing;
            EXPECT_EQ(object.rests_on, -1);
            EXPECT_NEAR(object.high[1], 1.4F, 1e-4F) << object.label;
            EXPECT_LE(std::abs(x), 0.6F * z + 1e-3F);
            EXPECT_LT(std::abs(x) + shape->width / 2, 4);
            widest = std::max(widest, std::abs(x) / z);
            for (auto const& other : picture.objects) {
                if (&other != &object && other.rests_on < 0 && std::abs(other.high[1] - 1.4F) < 1e-3F) {
                    EXPECT_GE(std::max(gap_between(object, other, 0), gap_between(object, other, 2)), 0.099F);
                }
            }
        }
        most = std::max(most, standing);
    }
    EXPECT_LE(most, 6U);
    EXPECT_GE(most, 4U);
    EXPECT_GT(widest, 0.4F);
    EXPECT_GT(farthest_on_table, 0.3F);
}

// Tables stand on two legs, chairs have a back: what is seen between and above is behind them.
TEST(ToyWorld, FurnitureHasParts) {
    bool table_seen = false, chair_seen = false;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        auto const picture = room(seed, ToyVariant::plain);
        for (int y = 0; y < picture.height; ++y) {
            for (int x = 0; x < picture.width; ++x) {
                int const index = picture.mask[static_cast<std::size_t>(y * picture.width + x)];
                if (index < 0) {
                    continue;
                }
                auto const& object = picture.objects[static_cast<std::size_t>(index)];
                auto const p = place_of(picture, x, y);
                float const above_floor = 1.4F - p.y;
                float const from_side = std::min(p.x - object.low[0], object.high[0] - p.x);
                if (object.label == "dining table") {
                    ASSERT_TRUE(above_floor > 0.688F || from_side < 0.122F) << above_floor << " " << from_side;
                    table_seen = table_seen || above_floor < 0.6F;
                }
                if (object.label == "chair") {
                    ASSERT_TRUE(above_floor < 0.442F || p.z > object.high[2] - 0.062F) << above_floor;
                    chair_seen = chair_seen || above_floor > 0.5F;
                }
            }
        }
    }
    EXPECT_TRUE(table_seen && chair_seen);
}

TEST(ToyWorld, WhatIsSeenOfThings) {
    int whole = 0, cut = 0;
    for (auto variant : {ToyVariant::plain, ToyVariant::mirrored, ToyVariant::rotated, ToyVariant::cropped}) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            auto const picture = room(seed, variant);
            for (std::size_t i = 0; i < picture.objects.size(); ++i) {
                auto const& object = picture.objects[i];
                if (variant != ToyVariant::rotated) {
                    EXPECT_NEAR(object.seen_deg, bearing_of(object.box.center_x(), picture.camera), 0.01F);
                }
                std::vector<float> depths;
                for (std::size_t k = 0; k < picture.mask.size(); ++k) {
                    if (picture.mask[k] == static_cast<int>(i)) {
                        depths.push_back(picture.depth.values[k]);
                    }
                }
                EXPECT_EQ(object.depth_m, median(depths));
                auto const& b = object.box;
                bool const inside = b.x0 > 1 && b.y0 > 1 && b.x1 < static_cast<float>(picture.width) - 1 &&
                                    b.y1 < static_cast<float>(picture.height) - 1;
                bool const alone = std::none_of(picture.objects.begin(), picture.objects.end(), [&](auto const& o) {
                    return &o != &object && o.box.x0 < b.x1 + 2 && o.box.x1 + 2 > b.x0 && o.box.y0 < b.y1 + 2 &&
                           o.box.y1 + 2 > b.y0;
                });
                if (inside && alone) {
                    EXPECT_EQ(object.visible, 1) << object.label;
                    ++whole;
                } else if (!inside) {
                    cut += object.visible < 1;
                }
            }
        }
    }
    EXPECT_GT(whole, 20);
    EXPECT_GT(cut, 20);
}

TEST(ToyWorld, EmptyPicturesAndSizes) {
    auto const blank = room(3, ToyVariant::blank), junk = room(3, ToyVariant::junk);
    for (std::size_t i = 3; i < blank.rgb.size(); ++i) {
        ASSERT_EQ(blank.rgb[i], blank.rgb[i % 3]);
    }
    EXPECT_GT(std::set<int>(junk.rgb.begin(), junk.rgb.end()).size(), 200U);
    EXPECT_EQ(junk.rgb.size(), 3U * 160 * 120);
    EXPECT_EQ(std::count(junk.mask.begin(), junk.mask.end(), -1), 160 * 120);
    EXPECT_NO_THROW(render_toy_room(1, ToyVariant::blank, 16, 4096));
    EXPECT_NO_THROW(render_toy_room(1, ToyVariant::blank, 4096, 16));
    for (auto const& [width, height] :
         {std::pair(15, 16), std::pair(16, 15), std::pair(4097, 16), std::pair(16, 4097)}) {
        EXPECT_THROW(render_toy_room(1, ToyVariant::blank, width, height), Error);
    }
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
