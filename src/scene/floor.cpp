#include "scene/floor.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float degree = std::numbers::pi_v<float> / 180;
constexpr float nine_of_ten = 1.645F; // standard deviations

constexpr float stands_elsewhere = 0.25F;    // on a stage, a kerb, a shelf, or its foot is hidden
constexpr float thickness = 0.12F;           // of the logarithm: the foot is nearer than the middle of the thing
constexpr float least_angle = 0.3F * degree; // between the foot and the horizon: the floor ends somewhere

// One way in which the camera may be held.
struct Held {
    float log_height = 0, pitch = 0; // metres; radians down
    float weight = 0;
};

std::vector<Held> usual_ways() {
    constexpr int steps_of_height = 2, steps_of_pitch = 10; // to each side, up to 2 and 2.5 deviations
    float const height_deviation = std::log(camera_height_factor) / nine_of_ten;
    float const pitch_deviation = pitch_difference_deg * degree / nine_of_ten;
    std::vector<Held> ways;
    for (int i = -steps_of_height; i <= steps_of_height; ++i) {
        for (int k = -steps_of_pitch; k <= steps_of_pitch; ++k) {
            float const high = static_cast<float>(i), down = static_cast<float>(k) / 4;
            ways.push_back({std::log(usual_camera_height_m) + high * height_deviation,
                            usual_pitch_deg * degree + down * pitch_deviation,
                            std::exp(-(high * high + down * down) / 2)});
        }
    }
    return ways;
}

// Where the thing's foot meets the floor, along the optical axis; none: everywhere.
DistanceBelief floor_belief(StandingThing const& thing, Held const& held) {
    auto belief = DistanceBelief::none();
    float const angle = thing.foot + held.pitch; // below the horizon
    if (angle > least_angle) {
        float const metres = std::exp(held.log_height) * std::cos(thing.foot) / std::sin(angle);
        belief.add(std::log(metres), std::hypot(thickness, thing.foot_doubt / std::tan(angle)), 1);
    }
    auto whole = DistanceBelief::none();
    belief.normalise();
    whole.add(belief, angle > least_angle ? 1 - stands_elsewhere : 0);
    whole.add(DistanceBelief::any(), stands_elsewhere);
    return whole; // where the foot is above the horizon, only what stands elsewhere is left
}

} // namespace

void stand_on_one_floor(std::vector<StandingThing>& things) {
    auto ways = usual_ways();
    std::vector<std::vector<DistanceBelief>> floors(things.size());
    std::vector<std::vector<float>> fits(things.size());
    for (std::size_t i = 0; i < things.size(); ++i) {
        for (auto& way : ways) {
            floors[i].push_back(floor_belief(things[i], way));
            fits[i].push_back(things[i].belief.agreement(floors[i].back()));
        }
    }
    for (std::size_t i = 0; i < things.size(); ++i) {
        float most = 0;
        for (std::size_t k = 0; k < ways.size(); ++k) {
            ways[k].weight *= fits[i][k];
            most = std::max(most, ways[k].weight);
        }
        for (auto& way : ways) { // many things make small numbers
            way.weight = most > 0 ? way.weight / most : 1;
        }
    }
    for (std::size_t i = 0; i < things.size(); ++i) {
        auto floor = DistanceBelief::none();
        for (std::size_t k = 0; k < ways.size(); ++k) {
            if (fits[i][k] > 0) {
                floor.add(floors[i][k], ways[k].weight / fits[i][k]); // without what the thing itself told
            }
        }
        floor.normalise();
        things[i].belief.multiply(floor);
    }
}

} // namespace echollama
