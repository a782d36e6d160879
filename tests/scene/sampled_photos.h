// Photos whose geometry is drawn at random, as boxes alone: cameras held at any height and pitch, things as turned
// blocks and cylinders of drawn sizes on the floor, on tables or elsewhere, seen by a detector that is not exact. Made
// without the program's own poses and spreads (scene/size_prior.cpp), so that these can be wrong.
#pragma once

#include "random_scene.h"

#include <array>
#include <cmath>
#include <numbers>

namespace echollama::test {

struct SampledThing {
    Detection detection;
    float metres = 0; // of what is seen of it, along the optical axis
};

struct SampledPhoto {
    static constexpr int width = 640, height = 480;
    Intrinsics camera; // as it is told or assumed
    std::vector<SampledThing> things;
};

struct Solid {
    char const* label;
    float wide, high, deep; // metres
    float spread;           // factor, even in the logarithm
    bool on_floor;
    bool round = false; // an elliptic footprint, else a rectangle
};

inline std::vector<Solid> const& solids() {
    static std::vector<Solid> const all{{"person", 0.48F, 1.70F, 0.30F, 1.12F, true, true},
                                        {"person", 0.90F, 1.70F, 0.60F, 1.12F, true, true},
                                        {"person", 0.55F, 1.28F, 0.75F, 1.12F, true, true},
                                        {"person", 1.70F, 0.35F, 0.50F, 1.12F, true, true},
                                        {"car", 1.80F, 1.48F, 4.30F, 1.15F, true},
                                        {"bicycle", 0.55F, 1.05F, 1.75F, 1.10F, true},
                                        {"motorcycle", 0.8F, 1.15F, 2.10F, 1.12F, true},
                                        {"bus", 2.55F, 3.10F, 11.0F, 1.15F, true},
                                        {"chair", 0.50F, 0.92F, 0.52F, 1.15F, true},
                                        {"couch", 1.90F, 0.85F, 0.90F, 1.20F, true},
                                        {"bench", 1.50F, 0.85F, 0.60F, 1.25F, true},
                                        {"dog", 0.25F, 0.55F, 0.75F, 1.50F, true, true},
                                        {"cat", 0.15F, 0.28F, 0.45F, 1.20F, false, true},
                                        {"horse", 0.55F, 1.65F, 2.20F, 1.15F, true, true},
                                        {"suitcase", 0.42F, 0.62F, 0.26F, 1.25F, true},
                                        {"refrigerator", 0.65F, 1.70F, 0.65F, 1.15F, true},
                                        {"bottle", 0.075F, 0.26F, 0.075F, 1.25F, false, true},
                                        {"cup", 0.10F, 0.095F, 0.085F, 1.25F, false, true},
                                        {"laptop", 0.34F, 0.22F, 0.22F, 1.15F, false},
                                        {"book", 0.16F, 0.23F, 0.03F, 1.30F, false},
                                        {"tv", 1.00F, 0.60F, 0.08F, 1.40F, false},
                                        {"apple", 0.08F, 0.08F, 0.08F, 1.15F, false, true},
                                        {"bowl", 0.17F, 0.08F, 0.17F, 1.35F, false, true},
                                        {"cell phone", 0.075F, 0.15F, 0.01F, 1.10F, false},
                                        {"fire hydrant", 0.35F, 0.75F, 0.35F, 1.20F, true, true},
                                        {"stop sign", 0.75F, 0.75F, 0.02F, 1.10F, false}};
    return all;
}

// A camera that looks down by `pitch` from `up` metres over the floor.
struct SampledCamera {
    float focal = 0, pitch = 0, up = 0;
};

// The outline of a thing whose foot is `raised` over the floor at x to the right and z along it, turned by yaw; and how
// far the side that is seen is, half-way between its nearest point and its middle.
inline std::optional<std::pair<Box, float>> projected(Solid const& thing, float scale, float x, float raised, float z,
                                                      float yaw, SampledCamera const& camera) {
    float const sine = std::sin(camera.pitch), cosine = std::cos(camera.pitch);
    auto const depth_and_y = [&](float up, float away) {
        float const down = camera.up - up;
        return std::pair(away * cosine + down * sine, down * cosine - away * sine);
    };
    Box box{1e9F, 1e9F, -1e9F, -1e9F};
    float nearest = 1e9F;
    constexpr int around = 16;
    for (int i = 0; i < 2 * around; ++i) {
        float const angle = std::numbers::pi_v<float> * (2 * static_cast<float>(i % around) + 1) / around;
        float side = std::cos(angle) / 2, along = std::sin(angle) / 2;
        if (!thing.round) {
            side = std::copysign(0.5F, side), along = std::copysign(0.5F, along);
        }
        side *= thing.wide * scale, along *= thing.deep * scale;
        float const up = raised + (i < around ? thing.high * scale : 0);
        float const px = x + side * std::cos(yaw) - along * std::sin(yaw);
        auto const [depth, y] = depth_and_y(up, z + side * std::sin(yaw) + along * std::cos(yaw));
        if (depth < 0.1F) {
            return std::nullopt;
        }
        nearest = std::min(nearest, depth);
        float const u = 320 + camera.focal * px / depth, v = 240 + camera.focal * y / depth;
        box = {std::min(box.x0, u), std::min(box.y0, v), std::max(box.x1, u), std::max(box.y1, v)};
    }
    return std::pair(box, (nearest + depth_and_y(raised + thing.high * scale / 2, z).first) / 2);
}

inline SampledPhoto sampled_photo(std::uint64_t seed, bool camera_known) {
    Draw draw(seed);
    auto const logarithmic = [&](float low, float high) { return low * std::pow(high / low, draw.between(0, 1)); };
    constexpr float degree = std::numbers::pi_v<float> / 180;
    // Six of seven cameras are phones and webcams, the others have longer lenses.
    float const view_deg = draw.below(7) ? draw.between(52, 78) : draw.between(28, 52);
    SampledCamera const held{320 / std::tan(view_deg / 2 * degree), draw.between(-8, 22) * degree,
                             logarithmic(0.9F, 1.9F)};
    SampledPhoto photo;
    photo.camera = {held.focal, held.focal, 320, 240, false};
    if (!camera_known) {
        photo.camera = {492.7F, 492.7F, 320, 240, true}; // 66 degrees
    }
    for (std::size_t tries = 0, wanted = 1 + draw.below(5); tries < 40 && photo.things.size() < wanted; ++tries) {
        auto const& thing = draw.pick(solids());
        float const scale = logarithmic(1 / thing.spread, thing.spread);
        float const size = std::max(thing.wide, thing.high) * scale;
        float const z = logarithmic(std::max(0.35F, 1.2F * size), std::max(3.0F, 15 * size));
        bool const floor = thing.on_floor && draw.below(8) > 0;
        float const raised = floor ? 0 : draw.between(0.3F, 1.6F);
        auto const seen =
            projected(thing, scale, draw.between(-0.6F, 0.6F) * z, raised, z, draw.between(0, 6.28F), held);
        if (!seen) {
            continue;
        }
        auto [box, metres] = *seen;
        auto const whole = box;
        auto const off = [&](float extent) { // a detector's sides
            return (draw.between(-1, 1) + draw.between(-1, 1)) * (1 + 0.03F * extent);
        };
        box = {box.x0 + off(whole.width()), box.y0 + off(whole.height()), box.x1 + off(whole.width()),
               box.y1 + off(whole.height())};
        box = {std::max(box.x0, 0.0F), std::max(box.y0, 0.0F), std::min(box.x1, 640.0F), std::min(box.y1, 480.0F)};
        bool const enough = box.width() > 10 && box.height() > 10 &&
                            box.width() * box.height() > 0.25F * whole.width() * whole.height();
        if (enough) {
            photo.things.push_back({detection(thing.label, box), metres});
        }
    }
    return photo;
}

} // namespace echollama::test
