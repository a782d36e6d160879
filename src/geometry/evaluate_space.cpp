#include "geometry/evaluate_space.h"

#include "geometry/measure.h"
#include "geometry/measures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <thread>

namespace echollama {
namespace {

// "seed 12: what 1.25 2.50"
std::string fault(std::uint64_t seed, char const* what, float told = 0, float truth = 0) {
    char text[160];
    std::snprintf(text, sizeof text, "seed %llu: %s, told %.3f, true %.3f", static_cast<unsigned long long>(seed), what,
                  static_cast<double>(told), static_cast<double>(truth));
    return text;
}

float turned(float a, float b) {
    return std::abs(std::remainder(a - b, 360.0F));
}

void score_walls(ToySpace const& truth, Surroundings const& told, std::uint64_t seed, SpaceScore& score) {
    auto const picture = static_cast<float>(truth.depth.metres.size());
    auto match = [](WallFacts const& wall, ToyWall const& real) {
        return turned(wall.bearing_deg, real.bearing_deg) < 10 &&
               std::abs(wall.distance.metres - real.distance) < 0.15F * real.distance + 0.1F;
    };
    for (auto const& wall : told.walls) {
        bool const real = std::any_of(truth.faces.begin(), truth.faces.end(), [&](ToyFace const& face) {
            return turned(wall.bearing_deg, face.bearing_deg) < 8 &&
                   std::abs(wall.distance.metres - face.distance) < 0.1F * face.distance + 0.15F;
        });
        score.wall_claims.count(real);
        if (!real) {
            score.faults.push_back(fault(seed, "no wall (bearing, distance)", wall.bearing_deg, wall.distance.metres));
        }
    }
    for (auto const& real : truth.walls) {
        if (static_cast<float>(real.pixels) < 0.03F * picture || real.wide < 0.7F || real.tall < 0.9F) {
            continue;
        }
        auto const found =
            std::find_if(told.walls.begin(), told.walls.end(), [&](auto const& w) { return match(w, real); });
        score.walls_found.count(found != told.walls.end());
        if (found == told.walls.end()) {
            score.faults.push_back(fault(seed, "wall missed", real.bearing_deg, real.distance));
            continue;
        }
        bool const right = std::abs(found->distance.metres - real.distance) <= 0.02F * real.distance;
        score.wall_distance.count(right);
        if (!right) {
            score.faults.push_back(fault(seed, "wall distance", found->distance.metres, real.distance));
        }
    }
}

// How far the told edge is from the true one: the worst of its ends, as the true edge may be longer.
float apart(StepFacts const& told, ToyStep const& real) {
    GroundPoint const middle{(told.from.x + told.to.x) / 2, (told.from.y + told.to.y) / 2};
    auto const on =
        nearest_on({real.from.x - middle.x, real.from.y - middle.y}, {real.to.x - middle.x, real.to.y - middle.y});
    return distance_to(on);
}

void score_steps(ToySpace const& truth, Surroundings const& told, std::uint64_t seed, SpaceScore& score) {
    constexpr float same_place = 0.45F;
    bool any_false = false;
    for (auto const& step : told.steps) {
        bool const real = std::any_of(truth.steps.begin(), truth.steps.end(), [&](ToyStep const& t) {
            bool const up = t.kind == StepKind::up;
            return up == (step.kind == StepKind::up) && apart(step, t) < same_place;
        });
        any_false = any_false || !real;
        if (!real) {
            score.faults.push_back(fault(seed, step.kind == StepKind::up ? "false step up" : "false step down",
                                         step.distance.metres, step.height ? step.height->metres : 0));
        }
    }
    score.false_steps.count(any_false);
    for (auto const& real : truth.steps) {
        auto const found = std::find_if(told.steps.begin(), told.steps.end(), [&](StepFacts const& s) {
            return (s.kind == StepKind::up) == (real.kind == StepKind::up) && apart(s, real) < same_place;
        });
        bool const there = found != told.steps.end();
        if (real.height >= 0.15F && real.distance <= 3 && real.visible_m >= 0.5F) {
            score.steps_found.count(there);
            if (!there) {
                score.faults.push_back(fault(seed, real.kind == StepKind::up ? "step up missed" : "step down missed",
                                             real.distance, real.height));
            }
        }
        if (!there || !found->height) {
            continue;
        }
        float const height = found->height->metres;
        if (found->kind == StepKind::drop) {
            // A flight seen from above hides its first steps: any of its levels is a true depth then.
            bool const right = std::any_of(real.levels.begin(), real.levels.end(), [&](float level) {
                return std::abs(height + level) <= std::max(0.03F, 0.05F * std::abs(level));
            });
            score.drop_depth.count(right);
            if (!right) {
                score.faults.push_back(fault(seed, "drop depth", height, real.height));
            }
        } else {
            bool const right = std::abs(height - real.height) <= 0.02F;
            score.step_height.count(right);
            if (!right) {
                score.faults.push_back(fault(seed, "step height", height, real.height));
            }
        }
        if (real.kind == StepKind::up) {
            score.step_counts.count(found->count == real.count);
            if (found->count != real.count) {
                score.faults.push_back(
                    fault(seed, "step count", static_cast<float>(found->count), static_cast<float>(real.count)));
            }
        }
    }
}

void score_openings(ToySpace const& truth, Surroundings const& told, std::uint64_t seed, SpaceScore& score) {
    auto same = [](OpeningFacts const& a, ToyOpening const& b) {
        GroundPoint const middle{(a.from.x + a.to.x) / 2, (a.from.y + a.to.y) / 2};
        return distance_to({middle.x - b.middle.x, middle.y - b.middle.y}) < 0.35F;
    };
    for (auto const& opening : told.openings) {
        bool const real =
            std::any_of(truth.openings.begin(), truth.openings.end(), [&](auto const& t) { return same(opening, t); });
        score.opening_claims.count(real);
        if (!real) {
            score.faults.push_back(fault(seed, "no opening", opening.width.metres, opening.distance.metres));
        }
    }
    for (auto const& real : truth.openings) {
        if (!real.both_sides_visible) {
            continue;
        }
        auto const found =
            std::find_if(told.openings.begin(), told.openings.end(), [&](auto const& o) { return same(o, real); });
        score.openings_found.count(found != told.openings.end());
        if (found == told.openings.end()) {
            score.faults.push_back(fault(seed, "opening missed", 0, real.width));
            continue;
        }
        bool const right = std::abs(found->width.metres - real.width) <= 0.05F;
        score.opening_width.count(right);
        if (!right) {
            score.faults.push_back(fault(seed, "opening width", found->width.metres, real.width));
        }
    }
}

void score_overhangs(ToySpace const& truth, Surroundings const& told, std::uint64_t seed, SpaceScore& score) {
    constexpr float height_doubt = 0.03F; // of which at times only the underside shows
    auto const picture = static_cast<float>(truth.depth.metres.size());
    float const from_floor = told.floor ? 0 : truth.camera_height; // without a floor heights are told from the camera
    for (auto const& real : truth.overhangs) {
        if (real.distance > 3 || static_cast<float>(real.pixels) < 0.001F * picture) {
            continue;
        }
        bool const found = std::any_of(told.obstacles.begin(), told.obstacles.end(), [&](ObstacleFacts const& o) {
            bool const here = std::abs(o.distance.metres - real.distance) < 0.35F + 0.05F * real.distance;
            float const low = o.box.z.low + from_floor, high = o.box.z.high + from_floor;
            bool const at_height = high > real.z.low - height_doubt && low < real.z.high + height_doubt;
            return here && at_height && low > 0.5F;
        });
        score.overhangs.count(found);
        if (!found) {
            score.faults.push_back(fault(seed, "overhang missed (distance, low)", real.distance, real.z.low));
        }
    }
}

void score_ways(ToySpace const& truth, Surroundings const& told, std::uint64_t seed, SpaceScore& score) {
    for (std::size_t i = 0; i < told.ways.size(); ++i) {
        float const free = told.ways[i].free, real = truth.free[i];
        bool const longer = free > 1.1F * real + 0.02F;
        score.free_not_longer.count(!longer);
        score.free_within.count(!longer && free >= 0.9F * real - 0.02F);
        if (longer) {
            score.faults.push_back(fault(seed, "way too long", free, real));
        }
    }
}

SpaceScore& operator+=(SpaceScore& a, SpaceScore const& b) {
    auto add = [](Share& x, Share const& y) { x.good += y.good, x.all += y.all; };
    a.rooms += b.rooms;
    add(a.floor_found, b.floor_found), add(a.floor_height, b.floor_height);
    add(a.walls_found, b.walls_found), add(a.wall_claims, b.wall_claims), add(a.wall_distance, b.wall_distance);
    add(a.step_height, b.step_height), add(a.steps_found, b.steps_found), add(a.false_steps, b.false_steps);
    add(a.step_counts, b.step_counts), add(a.drop_depth, b.drop_depth), add(a.openings_found, b.openings_found),
        add(a.opening_width, b.opening_width);
    add(a.opening_claims, b.opening_claims), add(a.overhangs, b.overhangs);
    add(a.free_not_longer, b.free_not_longer), add(a.free_within, b.free_within), add(a.table_height, b.table_height);
    a.faults.insert(a.faults.end(), b.faults.begin(), b.faults.end());
    return a;
}

} // namespace

void score_space(ToySpace const& truth, Surroundings const& told, std::uint64_t seed, SpaceScore& score) {
    ++score.rooms;
    score.floor_found.count(told.floor.has_value());
    if (told.floor) {
        float const below = told.floor->below_camera.metres;
        bool const right = std::abs(below - truth.camera_height) <= 0.02F;
        score.floor_height.count(right);
        if (!right) {
            score.faults.push_back(fault(seed, "floor height", below, truth.camera_height));
        }
    } else {
        score.faults.push_back(fault(seed, "floor missed"));
    }
    score_walls(truth, told, seed, score);
    score_steps(truth, told, seed, score);
    score_openings(truth, told, seed, score);
    score_overhangs(truth, told, seed, score);
    score_ways(truth, told, seed, score);
    for (float height : truth.tables) {
        auto const found = std::find_if(told.tables.begin(), told.tables.end(),
                                        [&](auto const& t) { return std::abs(t.height.metres - height) < 0.15F; });
        score.table_height.count(found != told.tables.end() && std::abs(found->height.metres - height) <= 0.03F);
    }
}

SpaceScore evaluate_spaces(DepthSensor sensor, EvaluateSpaceOptions const& options, std::stop_token stop) {
    std::vector<SpaceScore> parts(static_cast<std::size_t>(std::max(1, options.threads)));
    {
        std::vector<std::jthread> threads;
        for (std::size_t k = 0; k < parts.size(); ++k) {
            threads.emplace_back([&, k] {
                for (auto i = k; i < static_cast<std::size_t>(options.rooms) && !stop.stop_requested();
                     i += parts.size()) {
                    auto const seed = (options.seed << 20) + i;
                    auto const truth = render_toy_space(seed, sensor);
                    score_space(truth, measure_surroundings(truth.depth), seed, parts[k]);
                }
            });
        }
    }
    SpaceScore score;
    for (auto const& part : parts) {
        score += part;
    }
    std::sort(score.faults.begin(), score.faults.end());
    return score;
}

} // namespace echollama
