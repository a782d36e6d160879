// How right the geometry is on toy rooms where everything is known.
#pragma once

#include "geometry/surroundings.h"
#include "geometry/toy_space.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

struct Share {
    int good = 0, all = 0;

    void count(bool right) {
        good += right;
        ++all;
    }
    float value() const { return all > 0 ? static_cast<float>(good) / static_cast<float>(all) : 1; }
};

struct SpaceScore {
    int rooms = 0;
    Share floor_found;     // of the rooms
    Share floor_height;    // within 2 cm, of those found
    Share walls_found;     // of which 70 x 90 cm and 3 per cent of the picture show
    Share wall_distance;   // within 2 per cent, of those found
    Share wall_claims;     // told walls that are upright faces as high as somebody, within a tenth and 15 cm
    Share step_height;     // within 2 cm, of steps up and down whose height is told
    Share drop_depth;      // of drops whose depth is told: to one of the levels below, within 3 cm or 5 per cent
    Share steps_found;     // steps and drops of 15 cm or more, within 3 m, half a metre of whose edge is in view
    Share false_steps;     // rooms in which a step or drop is told where there is none; good: such rooms
    Share step_counts;     // of stairs up, as far as they are seen
    Share openings_found;  // both of whose sides are in view
    Share opening_width;   // within 5 cm, of those found
    Share opening_claims;  // told openings that are some
    Share overhangs;       // at chest or head height, within 3 m, in view
    Share free_not_longer; // ways that are told at most 10 per cent too long
    Share free_within;     // and at most 10 per cent too short
    Share table_height;    // within 3 cm
    std::vector<std::string> faults; // "seed 12: step of 0.18 m at 2.1 m missed"
};

// Adds one room.
void score_space(ToySpace const& truth, Surroundings const& told, std::uint64_t seed, SpaceScore& score);

struct EvaluateSpaceOptions {
    int rooms = 300;
    std::uint64_t seed = 1;
    int threads = 2;
};

SpaceScore evaluate_spaces(DepthSensor sensor, EvaluateSpaceOptions const& options, std::stop_token stop = {});

} // namespace echollama
