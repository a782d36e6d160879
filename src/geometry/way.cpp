#include "geometry/way.h"

#include "geometry/measures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float step_m = GroundGrid::cell_m;
constexpr float blind_until_m = 3.5F;  // floor must be seen from here on at the latest
constexpr float hole_m = 0.3F;         // of unseen floor that ends a way
constexpr int fewest_dark = 2;         // squares across a way that rays reach and bring no reading from
constexpr int margin_squares = 1;      // on both sides of a way: what reaches into it is known to half a square at best
constexpr int wide_margin_squares = 2; // of holes and of what hangs: seen from above and below, sides are less certain
constexpr int cut_margin_squares = 5;  // of what hangs and is cut off by the view
constexpr float most_dark_m = 0.12F;   // of those along a way
constexpr float most_thin_dark_m = 0.35F; // where it is one square across: the edge of a pane, seen along the way

struct Square {
    PlanCell cell = PlanCell::unknown;
    int which = -1;
    bool cut = false; // what hangs there goes on above the view: how far to the sides is not known either
};

using Squares = std::vector<Square>;

Squares squares_of(Columns const& columns, Levels const& levels, std::vector<WallPlane> const& walls,
                   Obstacles const& obstacles, Surroundings const& out) {
    Squares squares(GroundGrid::cells);
    for (std::size_t i = 0; i < squares.size(); ++i) {
        auto const& rays = columns.floor[i];
        squares[i].cell = rays.is_floor() ? PlanCell::floor : PlanCell::unknown;
    }
    for (std::size_t i = 0; i < columns.bands.size(); ++i) {
        auto const& band = columns.bands[i];
        auto& square = squares[static_cast<std::size_t>(band.cell)];
        if (int const o = obstacles.of_band[i]; o >= 0) {
            bool const hangs = out.obstacles[static_cast<std::size_t>(o)].kind == ObstacleKind::hanging;
            square = {hangs ? PlanCell::hanging : PlanCell::obstacle, o, band.at_top};
        } else if (levels.use[i] == BandUse::step && band.mean > 0) {
            square = {PlanCell::step, -1};
        } else if (square.cell != PlanCell::obstacle && square.cell != PlanCell::hanging && band.high > 0.15F &&
                   !band.level && band.low < 2) {
            if (int const w = wall_of(band, walls); w >= 0) {
                square = {PlanCell::wall, w};
            }
        }
    }
    for (int cell : levels.holes) {
        squares[static_cast<std::size_t>(cell)] = {PlanCell::drop, -1};
    }
    return squares;
}

WayEnd end_of(PlanCell cell) {
    switch (cell) {
    case PlanCell::wall:
        return WayEnd::wall;
    case PlanCell::step:
        return WayEnd::step;
    case PlanCell::drop:
        return WayEnd::drop;
    case PlanCell::obstacle:
    case PlanCell::hanging:
        return WayEnd::obstacle;
    default:
        return WayEnd::unknown;
    }
}

// The step or drop whose edge is nearest to where the way ends.
std::optional<std::size_t> step_near(Surroundings const& out, GroundPoint end) {
    std::optional<std::size_t> best;
    float nearest = 1e9F;
    for (std::size_t i = 0; i < out.steps.size(); ++i) {
        auto const on = nearest_on({out.steps[i].from.x - end.x, out.steps[i].from.y - end.y},
                                   {out.steps[i].to.x - end.x, out.steps[i].to.y - end.y});
        if (distance_to(on) < nearest) {
            nearest = distance_to(on);
            best = i;
        }
    }
    return best;
}

WayFacts walk(Squares const& squares, Columns const& columns, Surroundings const& out, float bearing_deg) {
    WayFacts way;
    way.bearing_deg = bearing_deg;
    float const angle = bearing_deg * std::numbers::pi_v<float> / 180;
    float const dx = std::sin(angle), dy = std::cos(angle);
    constexpr int half = static_cast<int>(walker_width_m / 2 / step_m);
    float last_floor = -1, dark_m = 0, thin_dark_m = 0;
    bool rays_seen = false;
    for (float s = step_m / 2; s < 9; s += step_m) {
        int floor = 0, all = 0, rays = 0, dark = 0;
        for (int k = -half - cut_margin_squares; k <= half + cut_margin_squares; ++k) {
            float const side = static_cast<float>(k) * step_m;
            int const cell = GroundGrid::cell_at(s * dx + side * dy, s * dy - side * dx);
            if (cell < 0) {
                continue;
            }
            auto const& square = squares[static_cast<std::size_t>(cell)];
            auto const& seen = columns.floor[static_cast<std::size_t>(cell)];
            bool const inside = std::abs(k) <= half, beside = std::abs(k) > half + margin_squares;
            bool const hangs = square.cell == PlanCell::hanging;
            bool const wide =
                std::abs(k) > half + wide_margin_squares ? hangs && square.cut : hangs || square.cell == PlanCell::drop;
            if (beside && !wide) {
                continue;
            }
            all += inside;
            floor += inside && square.cell == PlanCell::floor;
            rays += inside && seen.all() > 0;
            dark += seen.none > 2 * (seen.all() - seen.none) && seen.all() >= 2;
            if (square.cell != PlanCell::floor && square.cell != PlanCell::unknown) {
                way.free = std::max(0.0F, s - step_m / 2);
                way.end = end_of(square.cell);
                if (way.end == WayEnd::step || way.end == WayEnd::drop) {
                    way.which = step_near(out, {s * dx, s * dy});
                } else if (square.which >= 0) {
                    way.which = static_cast<std::size_t>(square.which);
                }
                // Nothing was seen for a while before it: only what was seen is free.
                if (last_floor >= 0 && way.free - last_floor > hole_m) {
                    way.free = last_floor;
                    way.end = WayEnd::unknown;
                    way.which.reset();
                }
                return way;
            }
        }
        dark_m = dark >= fewest_dark ? dark_m + step_m : 0;
        thin_dark_m = dark > 0 ? thin_dark_m + step_m : 0;
        if (dark_m > most_dark_m || thin_dark_m > most_thin_dark_m) { // as a pane of glass does
            last_floor = std::min(last_floor, s + step_m / 2 - std::max(dark_m, thin_dark_m));
            rays_seen = true;
            break;
        }
        if (4 * floor >= 3 * all && all > 0) {
            if (last_floor < 0) {
                way.seen_from = s - step_m / 2;
            }
            last_floor = s + step_m / 2;
        } else if (last_floor < 0 ? s > blind_until_m : s - last_floor > hole_m) {
            rays_seen = 2 * rays > all;
            break;
        }
    }
    way.free = std::max(0.0F, last_floor);
    way.end = rays_seen ? WayEnd::unknown : WayEnd::view;
    return way;
}

void shorten(WayFacts& way, float free, WayEnd end, std::optional<std::size_t> which = {}) {
    if (free < way.free) {
        way.free = std::max(0.0F, free);
        way.end = end;
        way.which = which;
    }
}

// A ramp begins so gently that its first part is told as floor.
void end_at_ramps(Surroundings const& out, WayFacts& way) {
    for (std::size_t i = 0; i < out.ramps.size(); ++i) {
        auto const& ramp = out.ramps[i];
        float const x = way.free * std::sin(way.bearing_deg * std::numbers::pi_v<float> / 180);
        bool const across = x > ramp.box.x.low - walker_width_m / 2 && x < ramp.box.x.high + walker_width_m / 2;
        if (across) {
            shorten(way, ramp.distance.metres, WayEnd::ramp, i);
        }
    }
}

// A place in the lane of a way: along it, and to its right.
struct InLane {
    float along, beside;
};

// The corners of holes and steps are known to a hand's breadth: where a straight edge goes on by that into the lane, it
// ends the way.
void end_at_edges(Surroundings const& out, WayFacts& way) {
    constexpr float longer_m = 0.12F, hole_longer_m = 0.25F, half = walker_width_m / 2 + step_m / 2;
    float const angle = way.bearing_deg * std::numbers::pi_v<float> / 180, dx = std::sin(angle), dy = std::cos(angle);
    auto in_lane = [&](GroundPoint p) { return InLane{p.x * dx + p.y * dy, p.x * dy - p.y * dx}; };
    for (std::size_t i = 0; i < out.steps.size(); ++i) {
        auto const& step = out.steps[i];
        auto const a = in_lane(step.from), b = in_lane(step.to);
        float const turn = b.beside - a.beside, rise = b.along - a.along, length = std::hypot(turn, rise);
        if (length <= 0) {
            continue;
        }
        float const more = (step.kind == StepKind::up ? longer_m : hole_longer_m) / length;
        Extent t{-more, 1 + more}; // of the edge, from a to b, what lies in the lane
        if (std::abs(turn) > 1e-4F) {
            float const first = (-half - a.beside) / turn, last = (half - a.beside) / turn;
            t = {std::max(t.low, std::min(first, last)), std::min(t.high, std::max(first, last))};
        } else if (std::abs(a.beside) > half) {
            continue;
        }
        float const nearest = a.along + std::min(t.low * rise, t.high * rise);
        if (t.low <= t.high && nearest > 0) {
            shorten(way, nearest, step.kind == StepKind::up ? WayEnd::step : WayEnd::drop, i);
        }
    }
}

// Where the ground turns it ends, and where it may be a ramp from the beginning, as soon as that would matter.
void end_at_slopes(GroundShape const& ground, Surroundings const& out, WayFacts& way) {
    constexpr float half = walker_width_m / 2, matters_m = 0.05F, least_slope = 0.01F;
    float const angle = way.bearing_deg * std::numbers::pi_v<float> / 180, dx = std::sin(angle), dy = std::cos(angle);
    if (ground.bend) {
        auto const& bend = *ground.bend;
        float const towards = bend.to_right * dx + bend.ahead * dy, turned = bend.to_right * dy - bend.ahead * dx;
        if (towards > 0.1F) {
            bool const ramp = !out.ramps.empty();
            shorten(way, (bend.from - half * std::abs(turned)) / towards, ramp ? WayEnd::ramp : WayEnd::unknown,
                    ramp ? std::optional<std::size_t>(0) : std::nullopt);
        }
    }
    if (float const slope = std::abs(ground.slope.x * dx + ground.slope.y * dy); slope > least_slope) {
        shorten(way, way.seen_from + matters_m / slope, WayEnd::unknown);
    }
}

// Beside what ends the way ahead: the widest run of seen floor between two things at its distance.
std::optional<GapFacts> gap_beside(Squares const& squares, float ahead) {
    constexpr float deep = 0.3F;
    auto blocked = [&](int column) {
        bool floor = false;
        for (float y = ahead; y < ahead + deep; y += step_m) {
            int const cell = GroundGrid::cell_at(GroundGrid::x0 + (static_cast<float>(column) + 0.5F) * step_m, y);
            auto const kind = cell < 0 ? PlanCell::unknown : squares[static_cast<std::size_t>(cell)].cell;
            if (kind != PlanCell::floor && kind != PlanCell::unknown) {
                return 1;
            }
            floor = floor || kind == PlanCell::floor;
        }
        return floor ? 0 : 2; // 2: not seen
    };
    std::optional<GapFacts> best;
    int last_blocked = -1, unseen = 0;
    for (int column = 0; column < GroundGrid::columns; ++column) {
        int const state = blocked(column);
        unseen += state == 2;
        if (state != 1) {
            continue;
        }
        int const wide = column - last_blocked - 1;
        float const width = static_cast<float>(wide) * step_m;
        if (last_blocked >= 0 && 5 * unseen < wide && width >= walker_width_m &&
            (!best || width > best->width.metres)) {
            GapFacts gap;
            gap.width = measured(width, 0.05F);
            gap.from = {GroundGrid::x0 + static_cast<float>(last_blocked + 1) * step_m, ahead};
            gap.to = {gap.from.x + width, ahead};
            gap.bearing_deg = bearing_of({gap.from.x + width / 2, ahead});
            gap.distance = ahead;
            best = gap;
        }
        last_blocked = column;
        unseen = 0;
    }
    return best;
}

} // namespace

void find_ways(Columns const& columns, Levels const& levels, std::vector<WallPlane> const& walls,
               Obstacles const& obstacles, GroundShape const& ground, Surroundings& out) {
    auto const squares = squares_of(columns, levels, walls, obstacles, out);
    out.plan = {GroundGrid::cell_m, GroundGrid::x0, GroundGrid::y0, GroundGrid::columns, GroundGrid::rows, {}};
    out.plan.cells.reserve(squares.size());
    for (auto const& square : squares) {
        out.plan.cells.push_back(square.cell);
    }
    for (float bearing : {0.0F, -side_way_deg, side_way_deg}) {
        out.ways.push_back(walk(squares, columns, out, bearing));
        end_at_ramps(out, out.ways.back());
        end_at_edges(out, out.ways.back());
        end_at_slopes(ground, out, out.ways.back());
    }
    auto const& ahead = out.ways.front();
    if (ahead.end == WayEnd::obstacle) {
        out.widest_gap = gap_beside(squares, ahead.free);
    }
}

} // namespace echollama
