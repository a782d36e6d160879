#include "geometry/obstacles.h"

#include "geometry/measures.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace echollama {
namespace {

constexpr float over_head_m = 2.05F; // what begins higher is in nobody's way
constexpr float low_m = 0.5F;        // up to a knee
constexpr float hangs_from_m = 0.35F;
constexpr float hanging_wide_m = 0.12F;
constexpr int fewest_readings = 14;
constexpr float smallest_m = 0.03F; // in its longest direction

// Union of sets, each named by one of its members.
class Sets {
  public:
    explicit Sets(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
    std::size_t find(std::size_t i) {
        while (parent_[i] != i) {
            parent_[i] = parent_[parent_[i]];
            i = parent_[i];
        }
        return i;
    }
    void join(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }

  private:
    std::vector<std::size_t> parent_;
};

bool in_the_way(Band const& band, bool has_floor) {
    if (!has_floor) {
        return true;
    }
    float const tolerance = floor_tolerance(band.sigma, band.y);
    return band.high > tolerance + band.sigma && band.low < over_head_m && band.low > -0.3F;
}

// Does the set of readings stand for something? Strays are few and lie apart. What is as small as a fist and floats in
// the air some way off is an error of matching far oftener than a thing.
bool is_something(ObstacleFacts const& o, bool has_floor) {
    constexpr float floats_from_m = 0.15F, close_m = 1.5F, fist_m = 0.12F;
    float const x = o.box.x.high - o.box.x.low, y = o.box.y.high - o.box.y.low, z = o.box.z.high - o.box.z.low;
    bool const floats = has_floor && o.box.z.low > floats_from_m && o.distance.metres > close_m;
    float const away = std::max(distance_to(o.nearest), 0.1F); // errors are drawn out along the ray
    float const across = std::max(z, (x * std::abs(o.nearest.y) + y * std::abs(o.nearest.x)) / away);
    return o.points >= static_cast<std::size_t>(fewest_readings) &&
           (floats ? across > fist_m : std::max({x, y, z}) > smallest_m);
}

void settle_kind(ObstacleFacts& o, Columns const& columns, bool has_floor, bool bottom_seen) {
    if (!has_floor) {
        return;
    }
    // Floor that is seen under it, or a bottom that is seen to end, tells that it hangs.
    GroundPoint const middle{(o.box.x.low + o.box.x.high) / 2, (o.box.y.low + o.box.y.high) / 2};
    int const cell = GroundGrid::cell_at(middle.x, middle.y);
    bool const floor_under = cell >= 0 && columns.floor[static_cast<std::size_t>(cell)].is_floor();
    // What is narrow and upright has its foot hidden, or is the edge of something.
    bool const wide = std::max(o.box.x.high - o.box.x.low, o.box.y.high - o.box.y.low) > hanging_wide_m;
    if (o.box.z.low > hangs_from_m && wide && (bottom_seen || floor_under)) {
        o.kind = ObstacleKind::hanging;
    } else if (o.box.z.high < low_m) {
        o.kind = ObstacleKind::low;
    }
}

// An obstacle that is being put together.
struct Building {
    ObstacleFacts facts;
    std::vector<std::size_t> members; // bands
    int bottom_cut = 0;               // of them
};

// A straight line z = at + rise * t through points, least squares weighted by readings.
struct StraightLine {
    double n = 0, t = 0, z = 0, tt = 0, tz = 0, zz = 0;

    void add(float at, float height, int readings) {
        auto const w = static_cast<double>(readings), x = static_cast<double>(at), y = static_cast<double>(height);
        n += w, t += w * x, z += w * y, tt += w * x * x, tz += w * x * y, zz += w * y * y;
    }
    double spread() const { return tt / n - t / n * (t / n); }
    double rise() const { return (tz / n - t / n * (z / n)) / std::max(spread(), 1e-9); }
    double residual() const {
        double const slope = rise();
        return std::sqrt(std::max(0.0, zz / n - z / n * (z / n) - slope * slope * spread()));
    }
};

// A board, a broom or a ladder at a wall: the nearer to the wall, the higher are both its lower and its upper side. Of
// what stands upright the lower side is the floor's height everywhere.
bool leans_on(WallPlane const& wall, Columns const& columns, std::vector<std::size_t> const& members) {
    constexpr float foot_m = 0.15F, top_m = 0.55F, at_wall_m = 0.3F, from_wall_m = 0.15F, thin_m = 0.05F;
    constexpr double steepest = 11, flattest = 1.2; // rise for one metre towards the wall: 5 to 40 degrees from upright
    constexpr std::size_t fewest = 4;
    StraightLine lower, upper;
    Extent reach{1e9F, -1e9F}, height{1e9F, -1e9F};
    for (auto i : members) {
        auto const& band = columns.bands[i];
        float const away = -wall.distance_of(band.x, band.y), along = wall.along_of(band.x, band.y);
        if (along < wall.along.low || along > wall.along.high) {
            return false;
        }
        lower.add(away, band.low, band.readings);
        upper.add(away, band.high, band.readings);
        reach = {std::min(reach.low, away), std::max(reach.high, away)};
        height = {std::min(height.low, band.low), std::max(height.high, band.high)};
    }
    bool const placed = members.size() >= fewest && height.low < foot_m && height.high > top_m && reach.low > -thin_m &&
                        reach.low < at_wall_m && reach.high - std::max(reach.low, 0.0F) > from_wall_m;
    auto sloped = [&](StraightLine const& line) {
        double const rise = -line.rise();
        return rise > flattest && rise < steepest &&
               line.residual() < static_cast<double>(thin_m) * std::hypot(1, rise);
    };
    return placed && sloped(lower) && sloped(upper);
}

// Without the nearest of 40 readings.
GroundPoint nearest_of(Columns const& columns, std::vector<std::size_t> const& members) {
    struct At {
        float distance;
        std::size_t band;
    };
    std::vector<At> by_distance;
    int all = 0;
    for (auto i : members) {
        by_distance.push_back({distance_to({columns.bands[i].x, columns.bands[i].y}), i});
        all += columns.bands[i].readings;
    }
    std::sort(by_distance.begin(), by_distance.end(),
              [](auto const& a, auto const& b) { return a.distance < b.distance; });
    std::size_t at = 0;
    for (int stray = all / 40; at + 1 < by_distance.size(); ++at) {
        stray -= columns.bands[by_distance[at].band].readings;
        if (stray < 0) {
            break;
        }
    }
    auto const& near = columns.bands[by_distance[at].band];
    return {near.x, near.y};
}

void summarise(Columns const& columns, std::vector<WallPlane> const& walls, bool has_floor, Building& b) {
    constexpr float far = 1e9F;
    auto& o = b.facts;
    o.box = {{far, -far}, {far, -far}, {far, -far}};
    o.top_seen = true;
    std::vector<float> xs, ys;
    float sigma = 0, sum_x = 0, sum_y = 0;
    for (auto i : b.members) {
        auto const& band = columns.bands[i];
        o.points += static_cast<std::size_t>(band.readings);
        o.box.z = {std::min(o.box.z.low, band.low), std::max(o.box.z.high, band.high)};
        xs.push_back(band.x), ys.push_back(band.y);
        sigma += band.ray_sigma;
        auto const weight = static_cast<float>(band.readings);
        sum_x += weight * band.x, sum_y += weight * band.y;
        o.top_seen = o.top_seen && !band.at_top;
        b.bottom_cut += band.at_bottom;
    }
    auto trimmed = [](std::vector<float> values) { // without the outermost of 25
        std::sort(values.begin(), values.end());
        auto const stray = values.size() / 25;
        return Extent{values[stray], values[values.size() - 1 - stray]};
    };
    o.box.x = trimmed(xs), o.box.y = trimmed(ys);
    o.nearest = nearest_of(columns, b.members);
    float const near = distance_to(o.nearest);
    sigma /= static_cast<float>(b.members.size());
    o.distance = measured(near, 0.02F + 0.005F * near + 0.5F * sigma);
    o.bearing_deg = bearing_of({sum_x, sum_y});
    for (auto const& wall : walls) {
        float const gap = -wall.distance_of(o.nearest.x, o.nearest.y) - (o.box.y.high - o.box.y.low);
        GroundPoint const middle{(o.box.x.low + o.box.x.high) / 2, (o.box.y.low + o.box.y.high) / 2};
        float const t = wall.along_of(middle.x, middle.y);
        bool const beside = t > wall.along.low && t < wall.along.high;
        o.against_wall = o.against_wall || (beside && std::abs(gap) < 0.2F);
        o.leans = o.leans || (has_floor && leans_on(wall, columns, b.members));
    }
}

// Readings for every metre that the band is high. Noise scatters few of them beside an edge.
float density_of(Band const& band) {
    return static_cast<float>(band.readings) / (band.high - band.low + GroundGrid::cell_m);
}

// Of the bands of something that stands those that stick out of it at chest or head height with floor seen under them.
std::vector<std::size_t> overhang_of(Columns const& columns, Building const& b, std::vector<float>& lowest) {
    constexpr float chest_m = 0.9F, thin = 0.1F;
    std::vector<float> densities;
    for (auto i : b.members) {
        auto const& band = columns.bands[i];
        auto& low = lowest[static_cast<std::size_t>(band.cell)];
        low = std::min(low, band.low);
        densities.push_back(density_of(band));
    }
    auto const middle = densities.begin() + static_cast<std::ptrdiff_t>(densities.size() / 2);
    std::nth_element(densities.begin(), middle, densities.end());
    std::vector<std::size_t> over;
    for (auto i : b.members) {
        auto const& band = columns.bands[i];
        auto const cell = static_cast<std::size_t>(band.cell);
        // Near the viewer the floor under it lies below the view; then its underside must be in view.
        auto const& under = columns.floor[cell];
        bool const free = under.is_floor() || (under.all() == 0 && !band.at_bottom);
        if (lowest[cell] > chest_m && free && density_of(band) > thin * *middle) {
            over.push_back(i);
        }
    }
    for (auto i : b.members) {
        lowest[static_cast<std::size_t>(columns.bands[i].cell)] = 1e9F;
    }
    return over;
}

// It is met by who walks past what stands, so it becomes an obstacle of its own.
void split_overhangs(Columns const& columns, std::vector<Building>& building) {
    constexpr std::size_t fewest_cells = 4;
    constexpr float fewest_share = 0.005F;              // of the readings
    std::vector<float> lowest(GroundGrid::cells, 1e9F); // of what the building at hand has over a square
    auto readings = [&](std::vector<std::size_t> const& members) {
        int sum = 0;
        for (auto i : members) {
            sum += columns.bands[i].readings;
        }
        return static_cast<float>(sum);
    };
    auto const whole = building.size();
    for (std::size_t k = 0; k < whole; ++k) {
        auto& members = building[k].members;
        auto over = overhang_of(columns, building[k], lowest);
        if (over.size() < fewest_cells || over.size() == members.size() ||
            readings(over) < fewest_share * readings(members)) {
            continue;
        }
        std::vector<std::size_t> rest; // both are in the order of bands
        std::set_difference(members.begin(), members.end(), over.begin(), over.end(), std::back_inserter(rest));
        members = std::move(rest);
        Building apart;
        apart.members = std::move(over);
        building.push_back(std::move(apart));
    }
}

} // namespace

Obstacles find_obstacles(Columns const& columns, Levels const& levels, std::vector<WallPlane> const& walls,
                         bool has_floor) {
    auto const& bands = columns.bands;
    Obstacles out;
    out.of_band.assign(bands.size(), -1);
    std::vector<bool> taken(bands.size(), false), near_wall(bands.size(), false);
    for (std::size_t i = 0; i < bands.size(); ++i) {
        bool const open = levels.use.empty() || levels.use[i] == BandUse::open || levels.use[i] == BandUse::table;
        taken[i] = open && in_the_way(bands[i], has_floor) && bands[i].readings >= 2 && wall_of(bands[i], walls) < 0;
    }
    Sets sets(bands.size());
    for (std::size_t i = 0; i < bands.size(); ++i) {
        if (!taken[i]) {
            continue;
        }
        // Sparse readings far away leave squares empty between them.
        int const far = bands[i].y > 3.5F ? 2 : 1;
        for (int ahead = 0; ahead <= far; ++ahead) {
            for (int right = -far; right <= far; ++right) {
                int const cell = GroundGrid::beside(bands[i].cell, right, ahead);
                if (cell < 0) {
                    continue;
                }
                for (int k = columns.first[static_cast<std::size_t>(cell)];
                     k < columns.first[static_cast<std::size_t>(cell) + 1]; ++k) {
                    auto const& other = bands[static_cast<std::size_t>(k)];
                    if (taken[static_cast<std::size_t>(k)] && other.low < bands[i].high + 0.12F &&
                        bands[i].low < other.high + 0.12F) {
                        sets.join(i, static_cast<std::size_t>(k));
                    }
                }
            }
        }
    }
    std::vector<Building> building;
    std::vector<int> index(bands.size(), -1);
    for (std::size_t i = 0; i < bands.size(); ++i) {
        if (!taken[i]) {
            continue;
        }
        auto& at = index[sets.find(i)];
        if (at < 0) {
            at = static_cast<int>(building.size());
            building.push_back({});
        }
        building[static_cast<std::size_t>(at)].members.push_back(i);
    }
    if (has_floor) {
        split_overhangs(columns, building);
    }
    for (auto& b : building) {
        summarise(columns, walls, has_floor, b);
        settle_kind(b.facts, columns, has_floor, b.bottom_cut == 0);
    }
    std::erase_if(building, [&](auto const& b) { return !is_something(b.facts, has_floor); });
    std::sort(building.begin(), building.end(),
              [](auto const& a, auto const& b) { return a.facts.distance.metres < b.facts.distance.metres; });
    for (auto const& b : building) {
        for (auto i : b.members) {
            out.of_band[i] = static_cast<int>(out.facts.size());
        }
        out.facts.push_back(b.facts);
    }
    return out;
}

} // namespace echollama
