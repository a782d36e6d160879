#include "base/error.h"
#include "random_scene.h"
#include "scene/camera.h"
#include "scene/distance.h"
#include "scene/grid.h"
#include "scene/photo_distance.h"
#include "scene/relations.h"
#include "wording/prompt.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace echollama {
namespace {

using test::detection;
using test::Draw;
using test::random_scene;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float endless = std::numeric_limits<float>::infinity();

TEST(GridProperties, EveryBoxHasExactlyOneCell) {
    std::vector<float> const odd{not_a_number, endless, -endless, 0, -1e30F, 1e30F, 639.999F, 640, -0.5F};
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        Draw draw(seed);
        auto number = [&] { return draw.below(3) ? draw.between(-100, 900) : draw.pick(odd); };
        auto cell = cell_of({number(), number(), number(), number()}, 640, 480);
        EXPECT_TRUE(cell.row == 0 || cell.row == 1);
        EXPECT_TRUE(cell.column >= 0 && cell.column <= 2);
    }
    // Inside the picture: the cell whose borders hold the centre.
    for (std::uint64_t seed = 0; seed < 5000; ++seed) {
        Draw draw(seed);
        float x = draw.between(0, 640);
        float y = draw.between(0, 480);
        auto cell = cell_of({x - 3, y - 3, x + 3, y + 3}, 640, 480);
        EXPECT_GE(x, 640.0F / 3 * static_cast<float>(cell.column) - 0.01F);
        EXPECT_LE(x, 640.0F / 3 * static_cast<float>(cell.column + 1) + 0.01F);
        EXPECT_EQ(cell.row, y < 240 ? 0 : 1) << y;
    }
}

// The objects of the paper's section 5.1 on a picture of 300x168.
Scene paper_scene() {
    Scene scene;
    scene.width = 300;
    scene.height = 168;
    auto add = [&](char const* name, float score, float x, float y, float z) {
        SceneObject object;
        object.detection = detection(name, {x - 5, y - 5, x + 5, y + 5}, score);
        object.cell = cell_of(object.detection.box, 300, 168);
        object.x = x, object.y = y, object.z = z;
        scene.objects.push_back(object);
    };
    add("dining table", 0.92F, 62, 91, 76.78F);
    add("chair", 0.998F, 48, 101, 74.5101F);
    add("tv", 0.95F, 214, 98, 156.495F);
    add("cup", 0.90F, 10, 10, 3);
    return scene;
}

TEST(GridProperties, MatrixInThePapersForm) {
    auto text = matrix_text(make_grid(paper_scene(), 0.9F));
    EXPECT_NE(text.find("chair: 1.0, r(48,101,74.5101); dining table: 0.92, r(62,91,76.78)"), std::string::npos)
        << text;
    EXPECT_NE(text.find("Right Bottom: [tv: 0.95, r(214,98,156.495)]"), std::string::npos) << text;
    EXPECT_EQ(text.find("cup"), std::string::npos); // 0.90 is not above 0.90
    EXPECT_NE(text.find("Mid Top: []"), std::string::npos);
}

TEST(GridProperties, MatrixIsReadBackWithoutLoss) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        auto scene = random_scene(seed);
        Draw draw(seed);
        for (auto& object : scene.objects) {
            object.z = draw.between(0, 255);
        }
        auto grid = make_grid(scene, 0.4F);
        auto again = parse_matrix(matrix_text(grid));
        EXPECT_EQ(again.cells, grid.cells) << matrix_text(grid);
    }
    auto text = matrix_text(make_grid(paper_scene(), 0.9F));
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_THROW(parse_matrix(text.substr(0, size)), Error) << size;
    }
    for (std::string const number : {"1e99", "-1e10", "nan", "inf"}) { // have no exact text
        auto changed = text;
        EXPECT_THROW(parse_matrix(changed.replace(text.find("r(") + 2, 2, number)), Error) << number;
    }
}

TEST(Prompt, PaperFormWordForWord) {
    auto scene = paper_scene();
    scene.caption = "The image features a room.";
    auto prompt = scene_prompt(scene, "", {.style = PromptStyle::paper});
    auto const text = turns_with_context(prompt).back().text;
    EXPECT_TRUE(text.starts_with("Image Description: The image features a room.\nThis grid-based object detection "
                                 "matrix represents detected objects in different regions of the image. "));
    EXPECT_TRUE(text.ends_with("\nDescribe this place in detail."));
    EXPECT_FALSE(prompt.system.empty());
}

TEST(Prompt, AFollowUpBeginsAsTheFirstQuestionDid) {
    auto scene = paper_scene();
    for (auto style : {PromptStyle::paper, PromptStyle::standard}) {
        PromptOptions options{.style = style};
        auto first = scene_prompt(scene, "", options);
        auto later = scene_prompt(scene, "How far is it?", options,
                                  {{Turn::Role::user, ""}, {Turn::Role::assistant, "There is a chair."}});
        ASSERT_EQ(later.turns.size(), 3U);
        EXPECT_EQ(turns_with_context(later)[0].text, turns_with_context(first)[0].text);
        EXPECT_LT(later.turns[2].text.size(), 40U) << "the scene is not told again";
        later.turns.erase(later.turns.begin(), later.turns.begin() + 2); // as when the conversation outgrows the model
        EXPECT_TRUE(turns_with_context(later)[0].text.starts_with(first.context));
    }
}

// A point in front of the camera, projected and asked back, has the angle it was placed at.
TEST(CameraProperties, BearingsAreTheAnglesOfThePoints) {
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Draw draw(seed);
        auto camera = guess_camera(640, 480, draw.below(2) ? std::optional(draw.between(14, 100)) : std::nullopt);
        float angle = draw.between(-60, 60);
        float x = camera.cx + camera.fx * std::tan(angle * std::numbers::pi_v<float> / 180);
        EXPECT_NEAR(bearing_of(x, camera), angle, 0.01F);
        int hour = clock_hour_of(angle);
        float centre = static_cast<float>(hour > 6 ? hour - 12 : hour) * 30;
        EXPECT_LE(std::abs(centre - angle), 15.01F) << angle << " said as " << hour;
    }
}

TEST(CameraProperties, FocalLengthOnFilm) {
    auto camera = camera_from_focal_35mm(3600, 2400, 36);
    EXPECT_NEAR(camera.fx, 3600, 5); // 36 mm over the 36 mm side of the film
    EXPECT_FALSE(camera.assumed);
    auto guessed = guess_camera(640, 480, std::nullopt);
    EXPECT_TRUE(guessed.assumed);
    EXPECT_NEAR(bearing_of(640, guessed) - bearing_of(0, guessed), assumed_view_deg, 0.01F);
    EXPECT_TRUE(guess_camera(640, 480, 0.0F).assumed);
}

Box mirrored_box(Box const& box, float width) {
    return {width - box.x1, box.y0, width - box.x0, box.y1};
}

SceneRelation mirrored_relation(SceneRelation relation) {
    relation.relation = relation.relation == Relation::left_of    ? Relation::right_of
                        : relation.relation == Relation::right_of ? Relation::left_of
                                                                  : relation.relation;
    return relation;
}

TEST(SceneProperties, MirroredPicturesMirrorBearingsHoursAndRelations) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        auto scene = random_scene(seed);
        std::vector<Detection> flipped;
        for (auto const& object : scene.objects) {
            flipped.push_back(object.detection);
            flipped.back().box = mirrored_box(object.detection.box, 640);
        }
        auto other = build_scene(flipped, 640, 480, mirrored(test::plain_camera(), 640));
        ASSERT_EQ(other.objects.size(), scene.objects.size());
        ASSERT_EQ(other.relations.size(), scene.relations.size());
        for (std::size_t i = 0; i < scene.objects.size(); ++i) {
            EXPECT_EQ(other.objects[i].detection.label, scene.objects[i].detection.label);
            EXPECT_NEAR(other.objects[i].bearing_deg, -scene.objects[i].bearing_deg, 0.01F);
            EXPECT_EQ(other.objects[i].clock_hour % 12, (12 - scene.objects[i].clock_hour) % 12);
        }
        for (std::size_t i = 0; i < scene.relations.size(); ++i) {
            auto expected = mirrored_relation(scene.relations[i]);
            EXPECT_EQ(other.relations[i].relation, expected.relation);
            EXPECT_EQ(other.relations[i].subject, expected.subject);
            EXPECT_EQ(other.relations[i].object, expected.object);
        }
    }
}

TEST(Relations, WhatIsListedHolds) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        auto scene = random_scene(seed);
        for (auto const& relation : scene.relations) {
            if (relation.relation == Relation::between) {
                continue;
            }
            EXPECT_NE(holds(scene.objects, relation.subject, relation.relation, relation.object), false);
        }
        for (std::size_t a = 0; a < scene.objects.size(); ++a) {
            for (std::size_t b = 0; b < scene.objects.size(); ++b) {
                for (auto one_way : {Relation::left_of, Relation::in_front_of, Relation::on}) {
                    bool both = a != b && holds(scene.objects, a, one_way, b) == true &&
                                holds(scene.objects, b, one_way, a) == true;
                    EXPECT_FALSE(both) << "each of two cannot be before the other";
                }
            }
        }
    }
}

TEST(SceneProperties, BrokenBoxesAndMapsDoNoHarm) {
    std::vector<float> const odd{not_a_number, endless, -endless, 0, -1e30F, 1e30F, 700};
    DepthMap metres{80, 60, DepthKind::metres, std::vector<float>(4800, 2.0F)};
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        Draw draw(seed);
        auto number = [&] { return draw.below(2) ? draw.between(0, 640) : draw.pick(odd); };
        std::vector<Detection> found;
        for (int i = 0; i < 3; ++i) {
            found.push_back(detection(draw.pick(coco_labels()), {number(), number(), number(), number()}));
        }
        metres.kind = draw.below(2) ? DepthKind::metres : DepthKind::relative_inverse;
        metres.values[draw.below(4800)] = draw.pick(odd);
        auto scene = build_scene(found, 640, 480, test::plain_camera(), draw.below(3) ? &metres : nullptr);
        ASSERT_EQ(scene.objects.size(), 3U);
        for (auto const& object : scene.objects) {
            EXPECT_TRUE(std::isfinite(object.x) && std::isfinite(object.z) && std::isfinite(object.bearing_deg));
            EXPECT_TRUE(std::isfinite(object.distance.metres) && object.distance.metres >= 0);
        }
        EXPECT_EQ(parse_matrix(matrix_text(make_grid(scene, 0))).cells, make_grid(scene, 0).cells);
    }
    metres.values.pop_back();
    EXPECT_THROW(build_scene({}, 640, 480, test::plain_camera(), &metres), Error);
    EXPECT_THROW(build_scene({}, 0, 480, test::plain_camera()), Error);
}

TEST(Distance, SensorReadsTheThingAndNotItsSurroundings) {
    // A box of 40x40 at 2 m before a wall at 5 m, a third of the readings missing, another size than the picture.
    DepthMap depth{160, 120, DepthKind::metres, std::vector<float>(19200, 5.0F)};
    for (int y = 0; y < 120; ++y) {
        for (int x = 0; x < 160; ++x) {
            auto& value = depth.values[static_cast<std::size_t>(y) * 160 + static_cast<std::size_t>(x)];
            bool thing = x >= 40 && x < 80 && y >= 40 && y < 80;
            value = uniform(1, static_cast<std::uint64_t>(y) * 160 + static_cast<std::uint64_t>(x)) < 0.33F ? 0
                    : thing                                                                                 ? 2.0F
                                                                                                            : 5.0F;
        }
    }
    auto distance =
        distance_from_depth({150, 150, 330, 330}, depth, 640, 480); // a loose box, picture is 4 times larger
    EXPECT_EQ(distance.source, DistanceSource::sensor);
    EXPECT_NEAR(distance.metres, 2, 0.04F);
    depth.values.assign(depth.values.size(), 0);
    EXPECT_EQ(distance_from_depth({150, 150, 330, 330}, depth, 640, 480).source, DistanceSource::none);
}

TEST(Distance, FromSizeOfAWholeThing) {
    auto camera = test::plain_camera();
    for (auto const& known : coco_classes()) {
        if (known.height <= 0 || known.width <= 0) {
            continue;
        }
        float real = 4 * std::max(known.height, known.width);
        float w = camera.fx * known.width / real;
        float h = camera.fy * known.height / real;
        auto seen = detection(std::string(known.name), {320 - w / 2, 240 - h / 2, 320 + w / 2, 240 + h / 2});
        auto distance = distance_from_size(seen, camera, 640, 480);
        EXPECT_LT(distance.low, real) << known.name;
        EXPECT_GT(distance.high, real) << known.name;
        EXPECT_NEAR(std::log(distance.metres / real), 0, 0.3F) << known.name;
        seen.box = {0, 0, 640, 480}; // cut on every side
        EXPECT_EQ(distance_from_size(seen, camera, 640, 480).source, DistanceSource::none);
    }
}

// Relative maps with known scale and shift; sizes with errors, one of them grossly wrong.
TEST(Distance, CalibrationFindsScaleAndShift) {
    int within = 0;
    int all = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Draw draw(seed);
        float scale = draw.between(0.0005F, 0.003F);
        float shift = draw.between(0, 0.1F);
        std::vector<DepthAnchor> anchors;
        for (int i = 0; i < 5; ++i) {
            float metres = 1.0F + 1.4F * static_cast<float>(i);
            float said = metres * (i == 2 ? 4.0F : draw.between(0.9F, 1.1F));
            anchors.push_back(
                {(1 / metres - shift) / scale, {DistanceSource::object_size, said, said / 1.3F, said * 1.3F}});
        }
        auto line = calibrate(anchors);
        ASSERT_TRUE(line);
        for (float metres : {1.5F, 3.0F, 5.0F}) {
            auto found = line->distance((1 / metres - shift) / scale);
            ++all;
            within += std::abs(found.metres / metres - 1) <= 0.25F;
            EXPECT_EQ(found.source, DistanceSource::calibrated_depth);
        }
    }
    EXPECT_GE(within, all * 95 / 100) << within << " of " << all;
    Distance two{DistanceSource::object_size, 2, 1.5F, 2.5F};
    EXPECT_FALSE(calibrate({{100, two}, {100, two}, {100, two}})); // nothing to tell scale from shift
    Distance nine{DistanceSource::object_size, 9, 7, 11};
    EXPECT_FALSE(calibrate({{100, nine}, {300, two}})); // two only
    Distance four{DistanceSource::object_size, 4, 3, 5};
    EXPECT_FALSE(calibrate({{300, nine}, {200, four}, {100, two}})); // nearer would be farther
}

TEST(SceneProperties, RelativeDepthOrdersWhatHasNoDistance) {
    DepthMap depth{64, 48, DepthKind::relative_inverse, std::vector<float>(64 * 48)};
    for (std::size_t i = 0; i < depth.values.size(); ++i) {
        depth.values[i] = static_cast<float>(i % 64); // nearer to the right
    }
    std::vector<Detection> found{detection("thing", {10, 10, 110, 110}), detection("thing", {500, 10, 600, 110}),
                                 detection("thing", {250, 10, 350, 110})};
    auto scene = build_scene(found, 640, 480, test::plain_camera(), &depth);
    EXPECT_GT(scene.objects[0].x, scene.objects[1].x);
    EXPECT_GT(scene.objects[1].x, scene.objects[2].x);
    auto inverted = build_scene(found, 640, 480, test::plain_camera(), &depth, {.invert_z = true});
    EXPECT_GT(inverted.objects[0].x, inverted.objects[2].x); // the order is of places, not of how z is printed
    EXPECT_NEAR(inverted.objects[0].z, 255 - scene.objects[0].z, 0.001F);
    for (auto sampling : {ZSampling::centre, ZSampling::mean, ZSampling::median}) {
        auto raw = build_scene(found, 640, 480, test::plain_camera(), &depth,
                               {.z_sampling = sampling, .z_range = ZRange::raw});
        EXPECT_NEAR(raw.objects[0].z, 55, 1);
    }
}

TEST(SceneProperties, MetresGiveLargerZToNearerThings) {
    DepthMap depth{64, 48, DepthKind::metres, std::vector<float>(64 * 48)};
    for (std::size_t i = 0; i < depth.values.size(); ++i) {
        depth.values[i] = 1 + static_cast<float>(i % 64) / 8; // farther to the right
    }
    auto scene = build_scene({detection("cup", {500, 10, 600, 110}), detection("cup", {10, 10, 110, 110})}, 640, 480,
                             test::plain_camera(), &depth);
    EXPECT_LT(scene.objects[0].distance.metres, scene.objects[1].distance.metres);
    EXPECT_GT(scene.objects[0].z, scene.objects[1].z);
}

Relation relation_between(Scene const& scene, std::string const& subject) {
    for (auto const& relation : scene.relations) {
        if (scene.objects[relation.subject].detection.label == subject) {
            return relation.relation;
        }
    }
    return Relation::inside; // never found
}

TEST(Relations, WhatMayStandBehindIsNotSaidToBeOnWithoutDepth) {
    std::vector<Detection> const seen{detection("couch", {100, 200, 500, 400}),
                                      detection("potted plant", {200, 100, 260, 260})};
    auto flat = build_scene(seen, 640, 480, test::plain_camera());
    EXPECT_NE(relation_between(flat, "potted plant"), Relation::on);
    auto with_plant_at = [&](float metres) {
        DepthMap depth{640, 480, DepthKind::metres, std::vector<float>(640 * 480, 2.0F)};
        for (int y = 100; y < 260; ++y) {
            std::fill_n(depth.values.begin() + y * 640 + 200, 60, metres);
        }
        return build_scene(seen, 640, 480, test::plain_camera(), &depth);
    };
    EXPECT_EQ(relation_between(with_plant_at(2.1F), "potted plant"), Relation::on);
    EXPECT_NE(relation_between(with_plant_at(3.5F), "potted plant"), Relation::on);
    EXPECT_NE(relation_between(with_plant_at(0.8F), "potted plant"), Relation::on);
}

TEST(Relations, BesideNeedsOneDistance) {
    std::vector<Detection> const seen{detection("chair", {100, 200, 200, 400}),
                                      detection("person", {220, 150, 300, 400})};
    auto at = [&](float left, float right) {
        DepthMap depth{640, 480, DepthKind::metres, std::vector<float>(640 * 480, left)};
        for (int y = 0; y < 480; ++y) {
            std::fill_n(depth.values.begin() + y * 640 + 210, 430, right);
        }
        return build_scene(seen, 640, 480, test::plain_camera(), &depth);
    };
    auto found = [](Scene const& scene) {
        return scene.relations.empty() ? Relation::inside : scene.relations[0].relation;
    };
    EXPECT_EQ(found(at(2, 2.2F)), Relation::beside);
    EXPECT_EQ(found(at(2, 4)), Relation::in_front_of);
    EXPECT_EQ(found(at(4, 2)), Relation::in_front_of);
    auto apart = at(2, 4);
    EXPECT_EQ(apart.objects[apart.relations[0].subject].detection.label, "chair");
}

TEST(SceneProperties, FurnitureUnderANearThingIsNotSaidToBeFar) {
    // The cup fills the picture; the table by its outline would be far behind it.
    auto scene = build_scene({detection("cup", {166, 22, 411, 259}), detection("dining table", {151, 12, 423, 352})},
                             600, 400, test::plain_camera());
    ASSERT_EQ(scene.relations.size(), 1U);
    EXPECT_EQ(scene.relations[0].relation, Relation::on);
    EXPECT_EQ(scene.objects[0].detection.label, "cup");
    EXPECT_EQ(scene.objects[1].distance.source, DistanceSource::none);
}

} // namespace
} // namespace echollama
