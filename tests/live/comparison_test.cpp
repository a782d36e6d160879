// What moved between two pictures, against the truth of toy rooms.
#include "base/counter_rng.h"
#include "evaluation/toyworld.h"
#include "live/comparison.h"
#include "media/picture/resize.h"
#include "scene/build.h"
#include "scene/camera.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace echollama {
namespace {

constexpr float sure = 0.5F;

Image image_of(ToyPicture const& picture) {
    return {picture.width, picture.height, picture.rgb};
}

Scene scene_of(std::vector<Detection> const& things, ToyPicture const& picture) {
    return build_scene(things, picture.width, picture.height, picture.camera, &picture.depth);
}

SharedView same() {
    SharedView view;
    view.same_place = true;
    return view;
}

std::string all(Comparison const& comparison) {
    std::string text;
    for (auto const& sentence : comparison_sentences(comparison, {})) {
        text += sentence + " ";
    }
    return text;
}

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

// Things that stand alone, so that what is taken away or put elsewhere is plain.
std::vector<std::size_t> clear_ones(ToyPicture const& picture) {
    std::vector<std::size_t> clear;
    for (std::size_t i = 0; i < picture.objects.size(); ++i) {
        auto const& one = picture.objects[i];
        bool const alone = std::count_if(picture.objects.begin(), picture.objects.end(),
                                         [&](ToyObject const& other) { return other.label == one.label; }) == 1;
        if (alone && one.visible > 0.9F) {
            clear.push_back(i);
        }
    }
    return clear;
}

TEST(Compare, WithoutAChangeNothingIsTold) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        auto const room = render_toy_room(seed, ToyVariant::plain);
        auto things = toy_detections(room);
        auto const before = scene_of(things, room);
        Draws draws(seed);
        for (auto& thing : things) { // as detectors have it from picture to picture
            float const w = 0.03F * thing.box.width(), h = 0.03F * thing.box.height();
            thing.box.x0 += draws.between(-w, w), thing.box.x1 += draws.between(-w, w);
            thing.box.y0 += draws.between(-h, h), thing.box.y1 += draws.between(-h, h);
        }
        auto const view = shared_view(image_of(room), image_of(room), room.camera);
        ASSERT_TRUE(view.same_place) << seed;
        auto const comparison = compare(before, scene_of(things, room), view, sure);
        EXPECT_EQ(comparison.moved.size() + comparison.gone.size() + comparison.appeared.size(), 0U)
            << seed << " " << all(comparison);
        EXPECT_EQ(comparison.stayed, things.size()) << seed;
    }
}

TEST(Compare, WhatIsTakenAwayIsGoneAndTheOtherWayRoundNew) {
    int tried = 0, told = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        auto const room = render_toy_room(seed, ToyVariant::plain);
        auto const things = toy_detections(room);
        for (auto const i : clear_ones(room)) {
            auto rest = things;
            rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
            auto const with = scene_of(things, room), without = scene_of(rest, room);
            auto const gone = compare(with, without, same(), sure), back = compare(without, with, same(), sure);
            ++tried;
            bool const is_gone = gone.gone.size() == 1 && gone.gone[0].before->detection.label == things[i].label;
            bool const is_new = back.appeared.size() == 1 && back.appeared[0].after->detection.label == things[i].label;
            // One that stands within a larger thing's box may be hidden by it: that is said instead.
            bool const unsure = gone.unknown_before.size() == 1 && back.unknown_after.size() == 1;
            EXPECT_TRUE((is_gone && is_new) || unsure) << seed << " " << things[i].label << ": " << all(gone);
            EXPECT_EQ(gone.moved.size() + back.moved.size(), 0U) << seed;
            told += is_gone && is_new;
        }
    }
    EXPECT_GT(tried, 40);
    EXPECT_GT(told, tried / 2);
}

TEST(Compare, WhatIsPutElsewhereMoved) {
    int tried = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        auto const room = render_toy_room(seed, ToyVariant::plain);
        auto const things = toy_detections(room);
        Draws draws(seed);
        for (auto const i : clear_ones(room)) {
            auto later = things;
            auto& box = later[i].box;
            float const room_left = box.x0, room_right = static_cast<float>(room.width) - box.x1;
            float const by =
                room_right > room_left ? draws.between(0.5F, 1) * room_right : -draws.between(0.5F, 1) * room_left;
            if (std::abs(by) < 40) {
                continue;
            }
            box.x0 += by, box.x1 += by;
            // Places alone: the depth picture does not know of what was moved in the list.
            auto const at = [&](std::vector<Detection> const& list) {
                return build_scene(list, room.width, room.height, room.camera);
            };
            auto const comparison = compare(at(things), at(later), same(), sure);
            ++tried;
            ASSERT_EQ(comparison.moved.size(), 1U) << seed << " " << all(comparison);
            EXPECT_EQ(comparison.moved[0].after->detection.label, things[i].label);
            EXPECT_TRUE(has(all(comparison), "The " + things[i].label + " moved")) << all(comparison);
        }
    }
    EXPECT_GT(tried, 20);
}

TEST(Compare, ATurnedCameraIsNoMove) {
    int turned = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        auto const room = render_toy_room(seed, ToyVariant::plain, 640, 480);
        constexpr int shift = 24; // pixels by which the later picture shows more of the right
        auto const whole = image_of(room);
        auto const part = [&](int from) {
            Image image{whole.width - shift, whole.height, {}};
            for (int y = 0; y < whole.height; ++y) {
                auto const* row = whole.pixel(from, y);
                image.rgb.insert(image.rgb.end(), row, row + static_cast<std::ptrdiff_t>(3) * image.width);
            }
            return image;
        };
        auto const before = part(0), after = part(shift);
        auto const camera = guess_camera(before.width, before.height, std::nullopt);
        auto const view = shared_view(before, after, camera);
        if (!view.same_place) {
            continue; // too little to see in this room
        }
        ++turned;
        std::vector<Detection> first, then;
        for (auto thing : toy_detections(room)) {
            bool const inside = thing.box.x0 > shift && thing.box.x1 < static_cast<float>(whole.width - shift);
            if (inside) {
                first.push_back(thing);
                thing.box.x0 -= shift, thing.box.x1 -= shift;
                then.push_back(thing);
            }
        }
        auto const at = [&](std::vector<Detection> const& list) {
            return build_scene(list, before.width, before.height, camera);
        };
        auto const comparison = compare(at(first), at(then), view, sure);
        EXPECT_EQ(comparison.moved.size() + comparison.gone.size() + comparison.appeared.size(), 0U)
            << seed << " " << all(comparison);
    }
    EXPECT_GE(turned, 15);
}

TEST(Compare, OtherPlacesShareNoView) {
    int shared = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        auto const one = render_toy_room(seed, ToyVariant::plain), two = render_toy_room(seed + 500, ToyVariant::plain);
        shared += shared_view(image_of(one), image_of(two), one.camera).same_place;
    }
    EXPECT_LE(shared, 1);
    auto const room = render_toy_room(3, ToyVariant::plain), cut = render_toy_room(3, ToyVariant::cropped);
    EXPECT_FALSE(shared_view(image_of(room), image_of(cut), room.camera).same_place);
}

Detection thing(std::string const& label, Box const& box, float score = 0.9F) {
    Detection detection;
    detection.label = label;
    detection.score = score;
    detection.box = box;
    return detection;
}

Scene seen(std::vector<Detection> const& things) {
    return build_scene(things, 640, 480, guess_camera(640, 480, std::nullopt));
}

TEST(Compare, WhatTheOtherPictureDoesNotShowIsNotTold) {
    SharedView view = same();
    view.motion.x0 = -200; // the camera turned to the right
    view.motion.found = true;
    auto const comparison =
        compare(seen({thing("cup", {20, 200, 80, 260}), thing("chair", {400, 100, 500, 400})}),
                seen({thing("chair", {200, 100, 300, 400}), thing("vase", {560, 100, 620, 200})}), view, sure);
    EXPECT_TRUE(comparison.gone.empty() && comparison.appeared.empty() && comparison.moved.empty()) << all(comparison);
    EXPECT_EQ(comparison.stayed, 1U);
    EXPECT_TRUE(has(all(comparison), "Of the cup I cannot tell: the second picture does not show that place"));
    EXPECT_TRUE(has(all(comparison), "Of the vase I cannot tell whether that is new"));
}

TEST(Compare, WhatIsDoubtedIsToldWithDoubt) {
    auto const doubtful = compare(seen({thing("cup", {20, 200, 80, 260}, 0.3F)}), seen({}), same(), sure);
    EXPECT_TRUE(has(all(doubtful), "Perhaps gone: the cup")) << all(doubtful);
    auto const renamed = compare(seen({thing("cup", {20, 200, 80, 260}, 0.4F)}),
                                 seen({thing("bowl", {22, 201, 81, 262}, 0.8F)}), same(), sure);
    EXPECT_TRUE(has(all(renamed), "Perhaps gone: the cup")) << all(renamed);
    EXPECT_TRUE(has(all(renamed), "Perhaps new: a bowl")) << all(renamed);
}

TEST(Compare, AnotherViewpointTellsOnlyWhatIsThere) {
    auto const comparison =
        compare(seen({thing("cup", {20, 200, 80, 260}), thing("dog", {300, 200, 400, 300})}),
                seen({thing("cup", {500, 200, 560, 260}), thing("chair", {100, 100, 200, 400})}), SharedView(), sure);
    EXPECT_TRUE(comparison.moved.empty()) << all(comparison);
    EXPECT_TRUE(has(all(comparison), "look at the place differently")) << all(comparison);
    EXPECT_TRUE(has(all(comparison), "Perhaps gone: the dog")) << all(comparison);
    EXPECT_TRUE(has(all(comparison), "Perhaps new: a chair")) << all(comparison);
}

TEST(Compare, OneOfSeveralThatMovedIsThatOne) {
    auto const comparison =
        compare(seen({thing("chair", {50, 200, 150, 400}), thing("chair", {250, 200, 350, 400})}),
                seen({thing("chair", {52, 200, 151, 400}), thing("chair", {480, 200, 580, 400})}), same(), sure);
    ASSERT_EQ(comparison.moved.size(), 1U) << all(comparison);
    EXPECT_NEAR(comparison.moved[0].before->detection.box.x0, 250, 1);
    EXPECT_EQ(comparison.stayed, 1U);
}

TEST(Compare, NearerOrFartherIsAMoveWhereItIsMeasured) {
    DepthMap depth{64, 48, DepthKind::metres, std::vector<float>(64 * 48, 4.0F)};
    auto const camera = guess_camera(640, 480, std::nullopt);
    auto const at = [&](float metres) {
        std::fill(depth.values.begin(), depth.values.end(), metres);
        return build_scene({thing("chair", {250, 200, 350, 400})}, 640, 480, camera, &depth);
    };
    EXPECT_EQ(compare(at(4), at(2.5F), same(), sure).moved.size(), 1U);
    EXPECT_EQ(compare(at(4), at(4.02F), same(), sure).moved.size(), 0U);
}

} // namespace
} // namespace echollama
