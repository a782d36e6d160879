#include "geometry/walls.h"

#include "geometry/measures.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float pi = std::numbers::pi_v<float>;
constexpr int angles = 90; // of the Hough transform: 2 degrees each
constexpr float line_m = 0.05F;
constexpr int lines = 260; // offsets up to 13 m
constexpr float least_wide = 0.5F,
                least_wide_cut = 0.8F; // metres; of what the view cuts off above
constexpr float least_tall = 0.35F, wall_height = 1.75F;
constexpr float raised_m = 0.6F;
constexpr std::size_t most_walls = 8;

struct TallColumn {
    float x, y, weight, sigma;
    float low, high;
    bool at_top, at_bottom;
    bool used = false;
};

// All squares where something upright is seen, as one piece each.
std::vector<TallColumn> tall_columns(Columns const& columns, bool has_floor) {
    std::vector<TallColumn> tall;
    for (auto const& band : columns.bands) {
        if (band.level || band.high - band.low < least_tall || (has_floor && band.high < 0.5F)) {
            continue;
        }
        tall.push_back({band.x, band.y, static_cast<float>(band.readings), band.ray_sigma, band.low, band.high,
                        band.at_top, band.at_bottom});
    }
    return tall;
}

struct Line {
    float nx = 0, ny = 1, offset = 0;

    // One standard deviation at a right angle to the line: noise lies along the
    // ray.
    float perpendicular(float x, float y, float sigma) const {
        return sigma * std::abs(nx * x + ny * y) / std::max(0.1F, std::hypot(x, y));
    }
    bool holds(TallColumn const& c, float widen) const {
        return std::abs(nx * c.x + ny * c.y - offset) < widen * (0.035F + 2.5F * perpendicular(c.x, c.y, c.sigma));
    }
};

// The line with most height of unused columns on it.
std::optional<Line> strongest_line(std::vector<TallColumn> const& tall) {
    static constexpr float step = pi / angles;
    std::vector<float> votes(static_cast<std::size_t>(angles) * lines, 0);
    for (auto const& column : tall) {
        if (column.used) {
            continue;
        }
        float const height = std::min(column.high - column.low, 1.5F) / (1 + 10 * column.sigma);
        for (int a = 0; a < angles; ++a) {
            float const angle = static_cast<float>(a) * step;
            float const offset = column.x * std::cos(angle) + column.y * std::sin(angle);
            int const bin = static_cast<int>(std::floor(offset / line_m)) + lines / 2;
            if (bin < 1 || bin + 1 >= lines) {
                continue;
            }
            auto const at = static_cast<std::size_t>(a) * lines + static_cast<std::size_t>(bin);
            votes[at] += height;
            votes[at - 1] += height / 2;
            votes[at + 1] += height / 2;
        }
    }
    auto const best = std::max_element(votes.begin(), votes.end());
    if (*best < 3) {
        return std::nullopt;
    }
    auto const at = static_cast<int>(best - votes.begin());
    float const angle = static_cast<float>(at / lines) * step;
    return Line{std::cos(angle), std::sin(angle), (static_cast<float>(at % lines - lines / 2) + 0.5F) * line_m};
}

// An upright patch from above.
struct UprightPatch {
    float x, y, nx, ny, readings, sigma, doubt;
};

std::vector<UprightPatch> upright_patches(std::vector<Patch> const& patches, ViewerFrame const& frame,
                                          DepthNoise const& noise) {
    constexpr float off_upright = 0.2F; // radians, beside the doubt
    std::vector<UprightPatch> upright;
    for (auto const& patch : patches) {
        if (std::abs(dot(patch.normal, frame.up)) > off_upright + 2 * patch.doubt) {
            continue;
        }
        auto const at = frame.to_viewer(patch.centre);
        float const nx = dot(frame.right, patch.normal), ny = dot(frame.ahead, patch.normal);
        float const length = std::max(0.1F, std::hypot(nx, ny));
        upright.push_back({at.x, at.y, nx / length, ny / length, static_cast<float>(patch.readings),
                           noise.at(patch.centre.z), patch.doubt});
    }
    return upright;
}

struct LineSums {
    double w = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    int samples = 0;

    void add(float at_x, float at_y, float readings, float sigma) {
        double const weight = static_cast<double>(readings / (1e-4F + sigma * sigma));
        auto const px = static_cast<double>(at_x), py = static_cast<double>(at_y);
        ++samples;
        w += weight;
        x += weight * px, y += weight * py;
        xx += weight * px * px, xy += weight * px * py, yy += weight * py * py;
    }
    // Least squares at a right angle.
    void fit(Line& line) const {
        double const mx = x / w, my = y / w;
        double const a = xx / w - mx * mx, b = xy / w - mx * my, c = yy / w - my * my;
        double const angle = 0.5 * std::atan2(2 * b, a - c); // along the line
        line.nx = static_cast<float>(-std::sin(angle));
        line.ny = static_cast<float>(std::cos(angle));
        line.offset = line.nx * static_cast<float>(mx) + line.ny * static_cast<float>(my);
    }
};

void refine(Line& line, std::vector<TallColumn> const& tall, std::vector<UprightPatch> const& upright, float widen) {
    float const turned = 0.1F * widen; // radians, beside the doubt
    LineSums sums;
    for (auto const& p : upright) {
        float const sigma = line.perpendicular(p.x, p.y, p.sigma),
                    off = std::abs(line.nx * p.x + line.ny * p.y - line.offset);
        float const facing = std::abs(line.nx * p.nx + line.ny * p.ny);
        if (off < widen * (0.03F + sigma) && facing > std::cos(std::min(1.0F, turned + 1.5F * p.doubt))) {
            sums.add(p.x, p.y, p.readings, sigma);
        }
    }
    if (sums.samples < 5) { // no whole patch fits on it
        for (auto const& c : tall) {
            if (!c.used && line.holds(c, widen)) {
                sums.add(c.x, c.y, c.weight, line.perpendicular(c.x, c.y, c.sigma));
            }
        }
    }
    if (sums.w > 0) {
        sums.fit(line);
    }
}

// A line may cross two surfaces one behind the other, as a wall and the shelves
// before it: of each the readings lie at a slant to the line, all slants alike.
// It then turns to the larger one; false: there is one surface.
bool leave_other_surface(Line& line, std::vector<UprightPatch> const& upright, Extent along) {
    constexpr float near_m = 0.05F, apart_m = 0.3F, most_turned = 0.5F; // radians
    constexpr double least_slant = 0.07, sigmas = 4;
    struct On {
        float t, off;
        UprightPatch const* patch;
    };
    std::vector<On> on;
    for (auto const& p : upright) {
        float const t = -line.ny * p.x + line.nx * p.y, off = line.nx * p.x + line.ny * p.y - line.offset;
        bool const here = t > along.low - near_m && t < along.high + near_m &&
                          std::abs(off) < near_m + 2 * line.perpendicular(p.x, p.y, p.sigma);
        if (here && std::abs(line.nx * p.nx + line.ny * p.ny) > std::cos(most_turned)) {
            on.push_back({t, off, &p});
        }
    }
    std::sort(on.begin(), on.end(), [](auto const& a, auto const& b) { return a.t < b.t; });
    double tt = 0, tf = 0, ff = 0;
    LineSums largest;
    int parts = 0;
    for (std::size_t begin = 0; begin < on.size(); ++parts) {
        auto end = begin + 1;
        while (end < on.size() && on[end].t - on[end - 1].t < apart_m) {
            ++end;
        }
        LineSums sums;
        double t = 0, f = 0;
        for (auto i = begin; i < end; ++i) {
            auto const& p = *on[i].patch;
            sums.add(p.x, p.y, p.readings, line.perpendicular(p.x, p.y, p.sigma));
            t += static_cast<double>(on[i].t), f += static_cast<double>(on[i].off);
        }
        auto const n = static_cast<double>(end - begin);
        for (auto i = begin; i < end; ++i) {
            double const dt = static_cast<double>(on[i].t) - t / n, df = static_cast<double>(on[i].off) - f / n;
            tt += dt * dt, tf += dt * df, ff += df * df;
        }
        largest = sums.w > largest.w ? sums : largest;
        begin = end;
    }
    if (parts < 2 || on.size() < 8 || tt < 1e-3) {
        return false;
    }
    double const slant = tf / tt, scatter = std::max(0.0, ff - slant * tf) / static_cast<double>(on.size());
    if (std::abs(slant) < least_slant || std::abs(slant) < sigmas * std::sqrt(scatter / tt)) {
        return false;
    }
    largest.fit(line);
    return true;
}

// The longest stretch of the line on which columns stand without a gap of more
// than 2.2 metres (a wide opening), and how much of it they cover.
struct Stretch {
    Extent along;
    float covered = 0;
    float low = 1e9F, high = -1e9F;
    float out_of_view = 0; // share of it that goes on above the view, or is higher than somebody
};

// What stands on a hand's breadth of the line, from bottom to top: noise
// spreads it over several columns, and each of them holds a part of its height.
struct Strip {
    static constexpr float layer_m = 0.1F;
    std::uint64_t layers = 0; // with something in them
    float low = 1e9F, high = -1e9F, weight = 0;
    bool at_top = false;

    void add(TallColumn const& c) {
        auto layer = [](float z) { return std::clamp(static_cast<int>((z - GroundGrid::lowest) / layer_m), 0, 62); };
        for (int i = layer(c.low); i <= layer(c.high); ++i) {
            layers |= std::uint64_t{1} << i;
        }
        low = std::min(low, c.low), high = std::max(high, c.high);
        weight += c.weight;
        at_top = at_top || c.at_top;
    }
    // As high as somebody, or out of the view.
    bool is_tall(bool has_floor) const {
        constexpr float least_filled = 0.6F;
        auto const filled = layer_m * static_cast<float>(std::popcount(layers));
        // What is short and begins over the knees is a bar or a board, and no part
        // of a wall.
        bool const long_enough = low < raised_m || filled > raised_m;
        bool const whole = filled > least_filled * (high - low);
        return long_enough && whole && (at_top || (has_floor ? high : high - low) > wall_height);
    }
};

Stretch stretch_of(Line const& line, std::vector<TallColumn> const& tall, bool has_floor,
                   std::vector<std::size_t>& members) {
    struct On {
        float t;
        std::size_t index;
    };
    std::vector<On> on;
    for (std::size_t i = 0; i < tall.size(); ++i) {
        auto const& c = tall[i];
        if (!c.used && line.holds(c, 1)) {
            on.push_back({-line.ny * c.x + line.nx * c.y, i});
        }
    }
    std::sort(on.begin(), on.end(), [](auto const& a, auto const& b) { return a.t < b.t; });
    constexpr float widest_gap = 2.2F, bin = 0.1F;
    Stretch best;
    for (std::size_t begin = 0; begin < on.size();) {
        std::size_t end = begin + 1;
        while (end < on.size() && on[end].t - on[end - 1].t < widest_gap) {
            ++end;
        }
        Stretch stretch;
        float last = -1e9F, tall_enough = 0, all = 0;
        Strip strip;
        auto count_strip = [&] {
            all += strip.weight;
            tall_enough += strip.is_tall(has_floor) ? strip.weight : 0;
            strip = {};
        };
        for (auto i = begin; i < end; ++i) {
            auto const& c = tall[on[i].index];
            if (on[i].t > last + bin) {
                last = on[i].t;
                stretch.covered += bin;
                count_strip();
            }
            stretch.low = std::min(stretch.low, c.low);
            stretch.high = std::max(stretch.high, c.high);
            strip.add(c);
        }
        count_strip();
        stretch.along = {on[begin].t, on[end - 1].t};
        stretch.out_of_view = tall_enough / std::max(all, 1.0F);
        if (stretch.covered > best.covered) {
            best = stretch;
            members.clear();
            for (auto i = begin; i < end; ++i) {
                members.push_back(on[i].index);
            }
        }
        begin = end;
    }
    return best;
}

// Noise draws a narrow thing out along its ray: a line that is no longer than
// that, and seen within a few degrees or longer along the rays than across
// them, is no wall.
bool is_drawn_out(std::vector<TallColumn> const& tall, std::vector<std::size_t> const& members,
                  Stretch const& stretch) {
    constexpr float spread_sigmas = 8, narrow_deg = 5;
    float sigma = 0, left = 180, right = -180, near = 1e9F, far = 0;
    for (auto i : members) {
        auto const& c = tall[i];
        float const bearing = bearing_of({c.x, c.y}), distance = distance_to({c.x, c.y});
        sigma += c.sigma / static_cast<float>(members.size());
        left = std::min(left, bearing), right = std::max(right, bearing);
        near = std::min(near, distance), far = std::max(far, distance);
    }
    float const across = (right - left) * pi / 180 * (near + far) / 2;
    bool const narrow = right - left < narrow_deg || across < far - near;
    return narrow && stretch.along.high - stretch.along.low < spread_sigmas * sigma;
}

WallPlane wall_from(Line line, Stretch const& stretch, float doubt) {
    WallPlane wall;
    float const sign = line.offset < 0 ? -1 : 1;
    wall.normal = {sign * line.nx, sign * line.ny};
    wall.offset = sign * line.offset;
    wall.along = sign < 0 ? Extent{-stretch.along.high, -stretch.along.low} : stretch.along;
    wall.doubt = doubt;
    auto& facts = wall.facts;
    auto a = wall.at(wall.along.low), b = wall.at(wall.along.high);
    if (bearing_of(a) > bearing_of(b)) {
        std::swap(a, b);
    }
    facts.from = a, facts.to = b;
    facts.distance = measured(wall.offset, doubt);
    facts.bearing_deg = bearing_of({wall.normal.x, wall.normal.y});
    facts.height = {stretch.low, stretch.high};
    facts.seen_there = wall.along.low <= 0.1F && wall.along.high >= -0.1F;
    return wall;
}

} // namespace

std::vector<WallPlane> find_walls(Columns const& columns, std::vector<Patch> const& patches, ViewerFrame const& frame,
                                  DepthNoise const& noise, bool has_floor) {
    auto tall = tall_columns(columns, has_floor);
    auto const upright = upright_patches(patches, frame, noise);
    std::vector<WallPlane> walls;
    std::vector<std::size_t> members;
    for (int tries = 0; tries < 24 && walls.size() < most_walls; ++tries) {
        auto line = strongest_line(tall);
        if (!line) {
            break;
        }
        for (float widen : {2.0F, 1.5F, 1.0F, 1.0F}) {
            refine(*line, tall, upright, widen);
        }
        members.clear();
        auto stretch = stretch_of(*line, tall, has_floor, members);
        if (!members.empty() && leave_other_surface(*line, upright, stretch.along)) {
            refine(*line, tall, upright, 1);
            refine(*line, tall, upright, 1);
            members.clear();
            stretch = stretch_of(*line, tall, has_floor, members);
        }
        bool const whole = has_floor && stretch.high > wall_height;
        float const height = stretch.high - stretch.low;
        // Without a floor nobody knows how high something is: a large upright face
        // is a wall then.
        bool const large = !has_floor && height > 1 && stretch.covered >= least_wide_cut;
        bool const high = stretch.out_of_view > 0.4F && height > (has_floor ? 0.8F : 0.5F);
        bool const wall = large || (high && stretch.covered >= (whole ? least_wide : least_wide_cut));
        float sum = 0, weight = 0;
        for (auto i : members) {
            auto& c = tall[i];
            sum += c.weight * line->perpendicular(c.x, c.y, c.sigma);
            weight += c.weight;
            c.used = true;
        }
        if (members.empty()) { // whatever voted for it lies just beside it
            for (auto& c : tall) {
                c.used = c.used || std::abs(line->nx * c.x + line->ny * c.y - line->offset) < 3 * line_m;
            }
        }
        if (wall && !is_drawn_out(tall, members, stretch)) {
            float const sigma = sum / std::max(weight, 1.0F);
            // The foot of the right angle may lie beyond what is seen: then the
            // line's turn counts.
            float const length = std::max(0.3F, stretch.along.high - stretch.along.low);
            float const beyond = std::max({0.0F, stretch.along.low, -stretch.along.high}) + length / 2;
            float const turn = (0.005F + 0.2F * sigma) / length;
            float const doubt = 0.004F + 0.004F * std::abs(line->offset) + 0.1F * sigma + turn * beyond;
            walls.push_back(wall_from(*line, stretch, doubt));
        }
    }
    std::sort(walls.begin(), walls.end(), [](auto const& a, auto const& b) { return a.offset < b.offset; });
    return walls;
}

int wall_of(Band const& band, std::vector<WallPlane> const& walls) {
    constexpr float beyond_end = 0.4F; // too little of it is seen there to be tall
    for (std::size_t i = 0; i < walls.size(); ++i) {
        auto const& wall = walls[i];
        float const t = wall.along_of(band.x, band.y);
        bool const beside = t > wall.along.low - beyond_end && t < wall.along.high + beyond_end;
        float const facing = std::abs(wall.normal.x * band.x + wall.normal.y * band.y) /
                             std::max(0.1F, std::hypot(band.x, band.y)); // noise lies along the ray
        if (beside && std::abs(wall.distance_of(band.x, band.y)) < 0.05F + 3 * band.ray_sigma * facing) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

} // namespace echollama
