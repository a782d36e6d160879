#include "geometry/ground_profile.h"

#include "geometry/measures.h"
#include "geometry/step_edges.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace echollama {
namespace {

constexpr float bin_m = 0.04F, first_m = 0.6F; // along the ground, of where rays would meet a level floor
constexpr int bins = 85;                       // up to 4 m
constexpr float lane_m = 1.2F, beside_m = 0.6F;
constexpr int lanes = 7; // each half over the next, the middle one straight ahead
constexpr std::size_t fewest_readings = 24;
constexpr float least_covered = 0.7F; // of a lane's width

// What the rays of one slope meet: how far away, and how high.
struct Met {
    float y = 0, z = 0;
    bool seen = false;
};

using Profile = std::vector<Met>; // by where the rays would meet the floor

// A level direction across edges: ahead of the viewer, and along the edges.
struct Across {
    GroundPoint ahead, along;
};

float floor_at(int bin) {
    return first_m + (static_cast<float>(bin) + 0.5F) * bin_m;
}

float middle_of_lane(int lane) {
    return static_cast<float>(lane - lanes / 2) * beside_m;
}

// Readings of a lane whose rays have one slope.
struct Readings {
    std::vector<float> y;
    std::uint32_t places = 0; // a bit for every twelfth of the lane's width that has one
};

std::vector<Profile> profiles_of(DepthFrame const& depth, ViewerFrame const& frame, Across const& across) {
    std::vector<Readings> readings(static_cast<std::size_t>(lanes * bins));
    constexpr int small_picture = 400;                     // pixels wide: there a row is as wide as a bin
    int const apart = depth.width < small_picture ? 1 : 2; // pixels: neighbours share their noise
    constexpr float parts = 12;
    for (int v = 0; v < depth.height; v += apart) {
        for (int u = 0; u < depth.width; u += apart) {
            float const z = depth.metres[static_cast<std::size_t>(v) * static_cast<std::size_t>(depth.width) +
                                         static_cast<std::size_t>(u)];
            if (z <= 0) {
                continue;
            }
            Vector3 const ray{(static_cast<float>(u) + 0.5F - depth.cx) / depth.fx,
                              (static_cast<float>(v) + 0.5F - depth.cy) / depth.fy, 1};
            GroundPoint const over{dot(frame.right, ray), dot(frame.ahead, ray)};
            float const fall = -dot(frame.up, ray), ahead = across.ahead.x * over.x + across.ahead.y * over.y;
            if (fall < 0.02F || ahead < 0.1F) {
                continue;
            }
            auto const bin = static_cast<int>((frame.camera_height * ahead / fall - first_m) / bin_m);
            float const x = z * (across.along.x * over.x + across.along.y * over.y);
            if (bin < 0 || bin >= bins || frame.camera_height * ahead < first_m * fall) {
                continue;
            }
            for (int lane = 0; lane < lanes; ++lane) {
                float const off = (x - middle_of_lane(lane)) / lane_m + 0.5F;
                if (off >= 0 && off < 1) {
                    auto& here = readings[static_cast<std::size_t>(lane * bins + bin)];
                    here.y.push_back(z * ahead);
                    here.places |= 1U << static_cast<int>(off * parts);
                }
            }
        }
    }
    std::vector<Profile> profiles(lanes, Profile(bins));
    for (int lane = 0; lane < lanes; ++lane) {
        for (int bin = 0; bin < bins; ++bin) {
            auto& here = readings[static_cast<std::size_t>(lane * bins + bin)];
            int places = 0;
            for (std::uint32_t bits = here.places; bits != 0; bits &= bits - 1) {
                ++places;
            }
            if (here.y.size() < fewest_readings || static_cast<float>(places) < least_covered * parts) {
                continue;
            }
            auto const middle = here.y.begin() + static_cast<std::ptrdiff_t>(here.y.size() / 2);
            std::nth_element(here.y.begin(), middle, here.y.end());
            auto& met = profiles[static_cast<std::size_t>(lane)][static_cast<std::size_t>(bin)];
            met = {*middle, frame.camera_height * (1 - *middle / floor_at(bin)), true};
        }
    }
    return profiles;
}

// Where the floor ends in one lane.
struct Edge {
    int lane = 0;
    float y = 0;      // of the last floor
    float height = 0; // of the step up; 0: rays go on to something lower
    float last = 0;   // how far what is told of it reaches
};

// The floor right before a bin: a straight line through what was met on the last half metre, if that is floor.
struct Before {
    float level = 0, slope = 0; // at the bin; per metre
};

std::optional<Before> floor_before_bin(Profile const& profile, int bin) {
    constexpr int reach = 12, fewest = 8;
    constexpr float off_m = 0.05F, steepest = 0.05F, uneven_m = 0.02F;
    float n = 0, t = 0, z = 0, tt = 0, tz = 0;
    for (int i = std::max(0, bin - reach); i < bin; ++i) {
        if (profile[static_cast<std::size_t>(i)].seen) {
            float const at = static_cast<float>(i - bin) * bin_m, h = profile[static_cast<std::size_t>(i)].z;
            n += 1, t += at, z += h, tt += at * at, tz += at * h;
        }
    }
    if (n < fewest) {
        return std::nullopt;
    }
    float const slope = (tz - t * z / n) / std::max(tt - t * t / n, 1e-6F), level = z / n - slope * t / n;
    for (int i = std::max(0, bin - reach); i < bin; ++i) {
        auto const& met = profile[static_cast<std::size_t>(i)];
        if (met.seen && std::abs(met.z - level - slope * static_cast<float>(i - bin) * bin_m) > uneven_m) {
            return std::nullopt;
        }
    }
    bool const floor = std::abs(level) < off_m && std::abs(slope) < steepest;
    return floor ? std::optional(Before{level, slope}) : std::nullopt;
}

// Rays that should meet the floor from this bin on go on to something lower, at once: a ramp falls slowly.
bool falls_at(Profile const& profile, int bin, Before const& before) {
    constexpr float least_m = 0.07F;
    int lower = 0;
    for (int i = bin + 1; i < bin + 4 && i < bins; ++i) {
        auto const& met = profile[static_cast<std::size_t>(i)];
        float const floor = before.level + before.slope * static_cast<float>(i - bin) * bin_m;
        lower += met.seen && met.z < floor - least_m;
    }
    return lower == 3;
}

// Right before a wall too little lies lower to see by how much; but rays that should meet the floor all go on to one
// upright face, and meet it below the floor. Sensors that smooth blur the first of them.
bool goes_on_to_face(Profile const& profile, int bin, Before const& before) {
    constexpr float behind_m = 0.1F, even_m = 0.03F, least_m = 0.03F;
    constexpr int rays = 3;
    if (bin + rays >= bins) {
        return false;
    }
    auto at = [&](int i) -> Met const& { return profile[static_cast<std::size_t>(i)]; };
    for (int i = bin + 1; i <= bin + rays; ++i) {
        float const floor = before.level + before.slope * static_cast<float>(i - bin) * bin_m;
        bool const beyond = at(i).seen && at(i).y > floor_at(i) + behind_m && at(i).z < floor - least_m;
        if (!beyond || std::abs(at(i).y - at(bin + 1).y) > even_m) {
            return false;
        }
    }
    return true;
}

// Rays that should meet the floor from this bin on meet an upright face, all at one distance, up to a level tread.
std::optional<Edge> rise_at(Profile const& profile, int bin, Before const& before) {
    constexpr float face_m = 0.06F, least_m = 0.12F, even_m = 0.02F, least_tread_m = 0.14F, most_tread_m = 0.6F;
    auto const& last = profile[static_cast<std::size_t>(bin) - 1];
    int i = bin;
    while (i < bins && profile[static_cast<std::size_t>(i)].seen &&
           std::abs(profile[static_cast<std::size_t>(i)].y - last.y) < face_m) {
        ++i;
    }
    if (i >= bins || i < bin + 2 || !profile[static_cast<std::size_t>(i)].seen) {
        return std::nullopt;
    }
    int end = i;
    float sum = 0;
    float const from = profile[static_cast<std::size_t>(i)].z;
    while (end < bins && profile[static_cast<std::size_t>(end)].seen &&
           std::abs(profile[static_cast<std::size_t>(end)].z - from) < even_m) {
        sum += profile[static_cast<std::size_t>(end)].z;
        ++end;
    }
    float const height = sum / static_cast<float>(std::max(1, end - i)) - before.level;
    float const tread = profile[static_cast<std::size_t>(std::max(i, end - 1))].y - last.y;
    if (height < least_m || height > most_step_m || tread < least_tread_m || tread > most_tread_m || end - i < 3) {
        return std::nullopt;
    }
    return Edge{0, last.y, height, last.y + tread};
}

std::vector<Edge> edges_of(std::vector<Profile> const& profiles) {
    std::vector<Edge> edges;
    for (int lane = 0; lane < lanes; ++lane) {
        auto const& profile = profiles[static_cast<std::size_t>(lane)];
        for (int bin = 1; bin < bins; ++bin) {
            auto const& last = profile[static_cast<std::size_t>(bin) - 1];
            auto const before = last.seen ? floor_before_bin(profile, bin) : std::nullopt;
            if (!before) {
                continue;
            }
            if (falls_at(profile, bin, *before) || goes_on_to_face(profile, bin, *before)) {
                edges.push_back({lane, last.y, 0, last.y + 3 * bin_m});
                break;
            }
            if (auto edge = rise_at(profile, bin, *before)) {
                edge->lane = lane;
                edges.push_back(*edge);
                break;
            }
        }
    }
    return edges;
}

bool alike(Edge const& a, Edge const& b) {
    constexpr float apart_m = 0.12F, height_m = 0.03F;
    return a.lane + 1 == b.lane && std::abs(a.y - b.y) < apart_m && std::abs(a.height - b.height) < height_m;
}

GroundPoint place(Across const& across, float y, float x) {
    return {y * across.ahead.x + x * across.along.x, y * across.ahead.y + x * across.along.y};
}

bool is_told(Surroundings const& out, StepFacts const& step) {
    constexpr float near_m = 0.7F;
    return std::any_of(out.steps.begin(), out.steps.end(), [&](StepFacts const& other) {
        GroundPoint const middle{(step.from.x + step.to.x) / 2, (step.from.y + step.to.y) / 2};
        auto const on = nearest_on({other.from.x - middle.x, other.from.y - middle.y},
                                   {other.to.x - middle.x, other.to.y - middle.y});
        return distance_to(on) < near_m || std::abs(other.distance.metres - step.distance.metres) < near_m / 2;
    });
}

// Over a step one has room; over the lowest board of shelves there is another one.
template <typename Inside>
bool is_under_boards(Columns const& columns, float height, Inside inside) {
    constexpr float apart_m = 0.1F, hip_m = 0.9F;
    std::size_t treads = 0, boards = 0;
    int last_cell = -1;
    for (auto const& band : columns.bands) {
        if (!inside(band)) {
            continue;
        }
        treads += band.cell != last_cell; // bands come cell by cell, the lowest first
        last_cell = band.cell;
        boards += band.low > height + apart_m && band.low < height + hip_m;
    }
    return 2 * boards > treads;
}

// Edges of neighbouring lanes as one step.
void tell(std::vector<Edge> const& run, Across const& across, Columns const& columns, Levels& levels,
          Surroundings& out) {
    float y = 0, height = 0, last = 0;
    for (auto const& edge : run) {
        auto const share = 1 / static_cast<float>(run.size());
        y += share * edge.y, height += share * edge.height;
        last = std::max(last, edge.last);
    }
    Extent const x{middle_of_lane(run.front().lane) - lane_m / 2, middle_of_lane(run.back().lane) + lane_m / 2};
    StepFacts step;
    step.kind = height > 0 ? StepKind::up : StepKind::drop;
    step.from = place(across, y, x.low), step.to = place(across, y, x.high);
    if (bearing_of(step.from) > bearing_of(step.to)) {
        std::swap(step.from, step.to);
    }
    float const near = distance_to(nearest_on(step.from, step.to));
    step.distance = measured(near, 0.03F + 0.01F * near);
    step.bearing_deg = bearing_of({(step.from.x + step.to.x) / 2, (step.from.y + step.to.y) / 2});
    if (height > 0) {
        step.height = measured(height, 0.008F + 0.002F * near);
    }
    if (is_told(out, step)) {
        return;
    }
    auto inside = [&](GroundPoint at, float from, float to) {
        float const ahead = at.x * across.ahead.x + at.y * across.ahead.y;
        float const beside = at.x * across.along.x + at.y * across.along.y;
        return ahead > from && ahead < to && beside > x.low && beside < x.high;
    };
    if (height > 0 && is_under_boards(columns, height, [&](Band const& b) { return inside({b.x, b.y}, y, last); })) {
        return;
    }
    for (std::size_t i = 0; height > 0 && i < columns.bands.size(); ++i) {
        auto const& band = columns.bands[i];
        bool const of_step = levels.use[i] == BandUse::open && band.high < height + 0.08F + 2 * band.sigma;
        if (of_step && inside({band.x, band.y}, y - 0.12F, last + 0.05F)) {
            levels.use[i] = BandUse::step;
        }
    }
    for (int cell = 0; height <= 0 && cell < GroundGrid::cells; ++cell) {
        if (inside(GroundGrid::centre(cell), y, last)) {
            levels.holes.push_back(cell);
        }
    }
    out.steps.push_back(step);
}

// Directions ahead in which edges may lie: those of the walls.
std::vector<Across> directions_of(std::vector<WallPlane> const& walls) {
    std::vector<Across> directions;
    for (auto const& wall : walls) {
        GroundPoint ahead = wall.normal;
        if (std::abs(ahead.x) > std::abs(ahead.y)) { // a wall at the side: edges at a right angle to it
            ahead = {-ahead.y, ahead.x};
        }
        if (ahead.y < 0) {
            ahead = {-ahead.x, -ahead.y};
        }
        constexpr float same = 0.995F;
        bool const known = std::any_of(directions.begin(), directions.end(), [&](Across const& d) {
            return d.ahead.x * ahead.x + d.ahead.y * ahead.y > same;
        });
        if (!known && directions.size() < 2) {
            directions.push_back({ahead, {ahead.y, -ahead.x}});
        }
    }
    return directions;
}

} // namespace

void find_hidden_edges(DepthFrame const& depth, Columns const& columns, std::vector<WallPlane> const& walls,
                       Levels& levels, Surroundings& out) {
    constexpr std::size_t fewest_lanes = 2;
    for (auto const& across : directions_of(walls)) {
        auto const edges = edges_of(profiles_of(depth, out.frame, across));
        for (std::size_t begin = 0; begin < edges.size();) {
            std::size_t end = begin + 1;
            while (end < edges.size() && alike(edges[end - 1], edges[end])) {
                ++end;
            }
            if (end - begin >= fewest_lanes) {
                tell({edges.begin() + static_cast<std::ptrdiff_t>(begin),
                      edges.begin() + static_cast<std::ptrdiff_t>(end)},
                     across, columns, levels, out);
            }
            begin = end;
        }
    }
    std::sort(out.steps.begin(), out.steps.end(),
              [](auto const& a, auto const& b) { return a.distance.metres < b.distance.metres; });
}

} // namespace echollama
