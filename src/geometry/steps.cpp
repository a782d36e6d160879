#include "geometry/levels.h"
#include "geometry/measures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace echollama {
namespace {

constexpr float least_step_m = 0.05F, most_step_m = 0.28F; // of one step
constexpr float least_wide_m = 0.7F;
constexpr float least_step_area_m2 = 0.06F;
constexpr float ramp_from_deg = 3, ramp_to_deg = 22, least_ramp_m = 0.7F;
constexpr float most_tread_deg = 12, least_depth_m = 0.12F; // of a level seen below the floor
constexpr std::size_t fewest_hole_cells = 8, fewest_edge_cells = 4;
constexpr int reach = 4;            // cells between two neighbouring levels: what lies between is upright or hidden
constexpr float steps_within_m = 5; // farther away the floor's noise is as high as a step

// The longest side of what a set of places covers, across any direction: from end to end, and how much of that is
// covered at all.
struct Width {
    float whole = 0, covered = 0; // metres
};

Width width_of(std::vector<GroundPoint> const& places) {
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    auto const n = static_cast<double>(places.size());
    for (auto const& p : places) {
        x += static_cast<double>(p.x), y += static_cast<double>(p.y);
        xx += static_cast<double>(p.x * p.x), xy += static_cast<double>(p.x * p.y),
            yy += static_cast<double>(p.y * p.y);
    }
    double const angle = 0.5 * std::atan2(2 * (xy - x * y / n), (xx - x * x / n) - (yy - y * y / n));
    auto const dx = static_cast<float>(std::cos(angle)), dy = static_cast<float>(std::sin(angle));
    std::vector<float> along;
    for (auto const& p : places) {
        along.push_back(dx * p.x + dy * p.y);
    }
    std::sort(along.begin(), along.end());
    auto const stray = along.size() / 50;
    Width width;
    width.whole = along[along.size() - 1 - stray] - along[stray] + GroundGrid::cell_m;
    width.covered = GroundGrid::cell_m;
    for (auto i = stray + 1; i + stray < along.size(); ++i) {
        width.covered += std::min(along[i] - along[i - 1], 1.5F * GroundGrid::cell_m);
    }
    return width;
}

std::vector<GroundPoint> places_of(LevelPiece const& piece, Columns const& columns) {
    std::vector<GroundPoint> places;
    for (int i : piece.bands) {
        places.push_back(GroundGrid::centre(columns.bands[static_cast<std::size_t>(i)].cell));
    }
    return places;
}

// Is one of the set's cells within reach of the cell?
bool near_set(std::vector<bool> const& set, int cell, int far) {
    for (int ahead = -far; ahead <= far; ++ahead) {
        for (int right = -far; right <= far; ++right) {
            int const other = GroundGrid::beside(cell, right, ahead);
            if (other >= 0 && set[static_cast<std::size_t>(other)]) {
                return true;
            }
        }
    }
    return false;
}

std::vector<bool> cells_of(LevelPiece const& piece, Columns const& columns) {
    std::vector<bool> set(GroundGrid::cells, false);
    for (int i : piece.bands) {
        set[static_cast<std::size_t>(columns.bands[static_cast<std::size_t>(i)].cell)] = true;
    }
    return set;
}

std::vector<bool> floor_cells(Columns const& columns, Levels const& levels) {
    std::vector<bool> set(GroundGrid::cells, false);
    for (std::size_t i = 0; i < columns.bands.size(); ++i) {
        if (levels.use[i] == BandUse::floor) {
            set[static_cast<std::size_t>(columns.bands[i].cell)] = true;
        }
    }
    return set;
}

// The cells of the piece that are near the set.
std::vector<int> touching(LevelPiece const& piece, Columns const& columns, std::vector<bool> const& set) {
    std::vector<int> cells;
    for (int i : piece.bands) {
        int const cell = columns.bands[static_cast<std::size_t>(i)].cell;
        if (near_set(set, cell, reach)) {
            cells.push_back(cell);
        }
    }
    return cells;
}

// The cells of the piece before which floor lies, on the way from the viewer: its front edge. Beside it and behind it
// there may be floor, too, and far away noise makes some of its own cells floor.
std::vector<int> front_edge(LevelPiece const& piece, Columns const& columns, std::vector<bool> const& floor) {
    constexpr int back = 6; // cells: what is upright or hidden lies between
    auto const own = cells_of(piece, columns);
    std::vector<int> cells;
    for (int i : piece.bands) {
        int const cell = columns.bands[static_cast<std::size_t>(i)].cell;
        auto const at = GroundGrid::centre(cell);
        float const distance = std::max(distance_to(at), 0.1F);
        for (int k = 1; k <= back; ++k) {
            float const share = 1 - static_cast<float>(k) * GroundGrid::cell_m / distance;
            int const before = share > 0 ? GroundGrid::cell_at(share * at.x, share * at.y) : -1;
            bool const itself = before < 0 || (before != cell && own[static_cast<std::size_t>(before)]);
            if (itself) {
                break;
            }
            if (before != cell && near_set(floor, before, 1)) {
                cells.push_back(cell);
                break;
            }
        }
    }
    return cells;
}

// Upright faces on the floor, as high as the piece, behind which it is the first thing that is seen: the front edge of
// a step whose own tread is hidden there by something that stands before it.
std::vector<int> hidden_front(LevelPiece const& piece, Columns const& columns, Levels const& levels,
                              std::vector<bool> const& floor) {
    constexpr float hidden_m = 1.5F;
    auto const own = cells_of(piece, columns);
    std::vector<int> cells;
    for (std::size_t i = 0; i < columns.bands.size(); ++i) {
        auto const& band = columns.bands[i];
        bool const face = levels.use[i] == BandUse::open && !band.level && band.low < 0.06F + 2 * band.sigma &&
                          std::abs(band.high - piece.height) < 0.025F + 2 * band.sigma;
        auto const at = GroundGrid::centre(band.cell);
        float const distance = std::max(distance_to(at), 0.1F);
        for (float on = GroundGrid::cell_m; face && on < hidden_m; on += GroundGrid::cell_m) {
            float const share = 1 + on / distance;
            int const behind = GroundGrid::cell_at(share * at.x, share * at.y);
            if (behind < 0 || (behind != band.cell && floor[static_cast<std::size_t>(behind)])) {
                break;
            }
            if (near_set(own, behind, 1)) {
                cells.push_back(band.cell);
                break;
            }
        }
    }
    return cells;
}

// Nearest place and ends of the straight edge that these cells are at; half a cell is added towards the viewer.
void place_edge(StepFacts& step, std::vector<int> const& cells) {
    std::vector<float> distances;
    std::vector<GroundPoint> places;
    for (int cell : cells) {
        places.push_back(GroundGrid::centre(cell));
        distances.push_back(distance_to(places.back()));
    }
    auto const few = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 20);
    std::nth_element(distances.begin(), few, distances.end());
    float const near = std::max(0.0F, *few - GroundGrid::cell_m / 2);
    // Least squares at a right angle.
    GroundPoint middle{0, 0};
    auto const n = static_cast<float>(places.size());
    for (auto const& p : places) {
        middle.x += p.x / n, middle.y += p.y / n;
    }
    float xx = 0, xy = 0, yy = 0;
    for (auto const& p : places) {
        float const x = p.x - middle.x, y = p.y - middle.y;
        xx += x * x, xy += x * y, yy += y * y;
    }
    float const angle = 0.5F * std::atan2(2 * xy, xx - yy), dx = std::cos(angle), dy = std::sin(angle);
    float low = 0, high = 0;
    for (auto const& p : places) {
        float const along = dx * (p.x - middle.x) + dy * (p.y - middle.y);
        low = std::min(low, along), high = std::max(high, along);
    }
    step.from = {middle.x + low * dx, middle.y + low * dy};
    step.to = {middle.x + high * dx, middle.y + high * dy};
    if (bearing_of(step.from) > bearing_of(step.to)) {
        std::swap(step.from, step.to);
    }
    step.bearing_deg = bearing_of(middle);
    step.distance = measured(near, 0.025F + 0.01F * near);
}

bool is_tread(LevelPiece const& piece, float below) {
    float const rise = piece.height - below;
    float const bent = 0.011F * piece.nearest; // by the sensor, as floor_tolerance says
    return rise > least_step_m + bent && rise < most_step_m && piece.slope_deg < 7;
}

Measure step_height(LevelPiece const& piece, float from) {
    return measured(std::abs(piece.height - from), 0.006F + 0.002F * piece.nearest + 0.1F * piece.sigma);
}

void use_bands(LevelPiece const& piece, Levels& levels, BandUse use) {
    for (int i : piece.bands) {
        levels.use[static_cast<std::size_t>(i)] = use;
    }
}

// From the piece on: pieces a step higher that touch the one before.
void climb(std::size_t first, Columns const& columns, Levels& levels, StepFacts& step) {
    auto current = first;
    use_bands(levels.pieces[first], levels, BandUse::step);
    for (int more = 0; more < 30; ++more) {
        auto const set = cells_of(levels.pieces[current], columns);
        std::optional<std::size_t> next;
        for (std::size_t i = 0; i < levels.pieces.size(); ++i) {
            auto const& piece = levels.pieces[i];
            bool const open = levels.use[static_cast<std::size_t>(piece.bands.front())] == BandUse::open;
            if (open && is_tread(piece, levels.pieces[current].height) && piece.area > least_step_area_m2 &&
                !touching(piece, columns, set).empty() &&
                width_of(places_of(piece, columns)).whole > 0.5F * least_wide_m) {
                next = i;
                break;
            }
        }
        if (!next) {
            break;
        }
        current = *next;
        use_bands(levels.pieces[current], levels, BandUse::step);
        ++step.count;
        step.total = std::abs(levels.pieces[current].height);
    }
}

// What is upright between floor and steps, or between two steps, belongs to them.
void use_risers(Columns const& columns, Levels& levels) {
    std::vector<float> top(GroundGrid::cells, -1e9F);
    for (std::size_t i = 0; i < columns.bands.size(); ++i) {
        if (levels.use[i] == BandUse::step) {
            auto& height = top[static_cast<std::size_t>(columns.bands[i].cell)];
            height = std::max(height, columns.bands[i].mean);
        }
    }
    for (std::size_t i = 0; i < columns.bands.size(); ++i) {
        auto const& band = columns.bands[i];
        if (levels.use[i] != BandUse::open) {
            continue;
        }
        for (int ahead = -2; ahead <= 2 && levels.use[i] == BandUse::open; ++ahead) {
            for (int right = -2; right <= 2; ++right) {
                int const cell = GroundGrid::beside(band.cell, right, ahead);
                if (cell >= 0 && band.high < top[static_cast<std::size_t>(cell)] + 0.05F + 2 * band.sigma) {
                    levels.use[i] = BandUse::step;
                    break;
                }
            }
        }
    }
}

void find_ramps(Columns const& columns, Levels& levels, std::vector<bool> const& floor, Surroundings& out) {
    for (auto const& piece : levels.pieces) {
        if (piece.slope_deg < ramp_from_deg || piece.slope_deg > ramp_to_deg || piece.area < 0.3F ||
            piece.nearest > steps_within_m) {
            continue;
        }
        auto const edge = touching(piece, columns, floor);
        float const rise = piece.box.z.high - piece.box.z.low;
        float low = 1e9F, high = -1e9F;
        for (auto const& p : places_of(piece, columns)) {
            float const along = p.x * piece.uphill.x + p.y * piece.uphill.y;
            low = std::min(low, along), high = std::max(high, along);
        }
        bool const even = piece.uneven < 0.018F + 0.5F * piece.sigma; // stairs are no ramp
        bool const starts_at_floor = piece.box.z.low < 0.12F && piece.box.z.high > -0.12F;
        if (edge.size() < 6 || high - low < least_ramp_m || rise < 0.06F || !even || !starts_at_floor) {
            continue;
        }
        RampFacts ramp;
        StepFacts start;
        place_edge(start, edge);
        GroundPoint const middle{(piece.box.x.low + piece.box.x.high) / 2, (piece.box.y.low + piece.box.y.high) / 2};
        bool const away = middle.x * piece.uphill.x + middle.y * piece.uphill.y > 0;
        ramp.slope_deg = away ? piece.slope_deg : -piece.slope_deg;
        ramp.rise = rise;
        // Its lowest part lies within the floor's tolerance: it begins where its plane meets the floor.
        float const above = std::max(0.0F, std::max(piece.box.z.low, -piece.box.z.high));
        float const before = above / std::tan(piece.slope_deg * std::numbers::pi_v<float> / 180);
        ramp.distance = measured(std::max(0.0F, start.distance.metres - before), 0.1F);
        ramp.bearing_deg = start.bearing_deg;
        ramp.box = piece.box;
        out.ramps.push_back(ramp);
        use_bands(piece, levels, BandUse::ramp);
    }
}

// Is there floor within three squares of this one towards the viewer?
bool floor_before(std::vector<bool> const& floor, int cell) {
    auto const at = GroundGrid::centre(cell);
    float const distance = std::max(distance_to(at), 0.1F);
    for (float back : {1.0F, 2.0F, 3.0F}) {
        float const share = 1 - back * GroundGrid::cell_m / distance;
        int const other = GroundGrid::cell_at(share * at.x, share * at.y);
        if (other >= 0 && floor[static_cast<std::size_t>(other)]) {
            return true;
        }
    }
    return false;
}

// A connected set of squares where rays go on below the floor, at the floor's edge.
struct Hole {
    std::vector<int> cells, edge;
};

// Of an edge that goes around a hole the part that is met first.
std::vector<int> front_of(std::vector<int> edge) {
    constexpr float first_m = 0.5F;
    auto distance = [](int cell) { return distance_to(GroundGrid::centre(cell)); };
    auto const nearest =
        *std::min_element(edge.begin(), edge.end(), [&](int a, int b) { return distance(a) < distance(b); });
    float const within = distance(nearest) + first_m;
    std::erase_if(edge, [&](int cell) { return distance(cell) > within; });
    return edge;
}

std::vector<Hole> holes_of(Columns const& columns, std::vector<bool> const& floor) {
    std::vector<bool> seen(GroundGrid::cells, false);
    std::vector<Hole> holes;
    auto is_hole = [&](int cell) {
        return !seen[static_cast<std::size_t>(cell)] && columns.floor[static_cast<std::size_t>(cell)].is_hole() &&
               distance_to(GroundGrid::centre(cell)) < steps_within_m;
    };
    for (int start = 0; start < GroundGrid::cells; ++start) {
        if (!is_hole(start)) {
            continue;
        }
        Hole hole;
        seen[static_cast<std::size_t>(start)] = true;
        std::vector<int> open{start};
        while (!open.empty()) {
            int const cell = open.back();
            open.pop_back();
            hole.cells.push_back(cell);
            for (int k = 0; k < 9; ++k) {
                int const other = GroundGrid::beside(cell, k % 3 - 1, k / 3 - 1);
                if (other >= 0 && is_hole(other)) {
                    seen[static_cast<std::size_t>(other)] = true;
                    open.push_back(other);
                }
            }
        }
        for (int cell : hole.cells) {
            if (floor_before(floor, cell)) {
                hole.edge.push_back(cell);
            }
        }
        if (hole.cells.size() >= fewest_hole_cells && hole.edge.size() >= 3) {
            holes.push_back(std::move(hole));
        }
    }
    return holes;
}

// How far a piece reaches away from the viewer, in the middle of all directions in which it is seen, metres: a wall's
// lower end makes pieces, too, that are wide and have hardly any depth.
float depth_of(LevelPiece const& piece, Columns const& columns) {
    constexpr float together_deg = 1;
    std::map<int, Extent> reaches;
    for (int i : piece.bands) {
        auto const at = GroundGrid::centre(columns.bands[static_cast<std::size_t>(i)].cell);
        float const distance = distance_to(at);
        auto const [found, added] = reaches.try_emplace(static_cast<int>(std::lround(bearing_of(at) / together_deg)),
                                                        Extent{distance, distance});
        if (!added) {
            found->second = {std::min(found->second.low, distance), std::max(found->second.high, distance)};
        }
    }
    std::vector<float> depths;
    for (auto const& [bearing, range] : reaches) {
        depths.push_back(range.high - range.low + GroundGrid::cell_m);
    }
    auto const middle = depths.begin() + static_cast<std::ptrdiff_t>(depths.size() / 2);
    std::nth_element(depths.begin(), middle, depths.end());
    return *middle;
}

// Pieces that are seen through the hole: a point h below the floor is seen where the floor would be at c / (c + h) of
// its distance, c the camera's height.
std::vector<std::size_t> seen_through(Hole const& hole, Columns const& columns, Levels const& levels,
                                      float camera_height) {
    std::vector<bool> set(GroundGrid::cells, false);
    for (int cell : hole.cells) {
        set[static_cast<std::size_t>(cell)] = true;
    }
    std::vector<std::size_t> found;
    int most = 0; // readings of a piece
    for (std::size_t i = 0; i < levels.pieces.size(); ++i) {
        auto const& piece = levels.pieces[i];
        if (piece.height > -least_step_m) {
            continue;
        }
        std::size_t through = 0;
        for (int k : piece.bands) {
            auto const& band = columns.bands[static_cast<std::size_t>(k)];
            float const shrink = camera_height / (camera_height - piece.height);
            int const cell = GroundGrid::cell_at(band.x * shrink, band.y * shrink);
            through += cell >= 0 && near_set(set, cell, 1);
        }
        if (2 * through > piece.bands.size()) {
            found.push_back(i);
            most = std::max(most, piece.readings);
        }
    }
    // Readings between the edge and what lies below make small pieces in the air.
    std::erase_if(found, [&](auto i) {
        auto const& piece = levels.pieces[i];
        return piece.area < least_step_area_m2 || 12 * piece.readings < most || piece.slope_deg > most_tread_deg ||
               depth_of(piece, columns) < least_depth_m;
    });
    std::sort(found.begin(), found.end(),
              [&](auto a, auto b) { return levels.pieces[a].height > levels.pieces[b].height; });
    return found;
}

// A step's top may be seen in parts, cut by what stands before it or by noise.
struct Tread {
    std::vector<std::size_t> parts; // indices of pieces
    std::vector<int> edge;          // squares at which floor ends
    std::vector<GroundPoint> places;
    float area = 0;
};

// Two boxes of one height beside each other are no step.
bool is_wide(Tread const& tread) {
    constexpr float least_covered = 0.6F;
    auto const width = width_of(tread.places);
    return width.covered > least_wide_m && width.covered > least_covered * width.whole;
}

Tread tread_of(std::size_t first, Columns const& columns, Levels const& levels, std::vector<bool> const& floor) {
    constexpr float same_m = 0.025F;
    Tread tread;
    for (auto k = first; k < levels.pieces.size(); ++k) {
        auto const& piece = levels.pieces[k];
        bool const same = std::abs(piece.height - levels.pieces[first].height) < same_m && is_tread(piece, 0) &&
                          levels.use[static_cast<std::size_t>(piece.bands.front())] == BandUse::open;
        if (!same) {
            continue;
        }
        auto const edge = front_edge(piece, columns, floor);
        if (k != first && edge.empty() && piece.area < least_step_area_m2) {
            continue; // small and elsewhere
        }
        auto const there = places_of(piece, columns);
        tread.parts.push_back(k);
        tread.edge.insert(tread.edge.end(), edge.begin(), edge.end());
        tread.places.insert(tread.places.end(), there.begin(), there.end());
        tread.area += piece.area;
    }
    if (tread.edge.size() < fewest_edge_cells) {
        tread.edge = hidden_front(levels.pieces[first], columns, levels, floor);
    }
    return tread;
}

} // namespace

void find_steps_up(Columns const& columns, Levels& levels, Surroundings& out) {
    auto const floor = floor_cells(columns, levels);
    find_ramps(columns, levels, floor, out);
    for (std::size_t i = 0; i < levels.pieces.size(); ++i) {
        auto const& piece = levels.pieces[i];
        bool const open = levels.use[static_cast<std::size_t>(piece.bands.front())] == BandUse::open;
        if (!open || !is_tread(piece, 0) || piece.nearest > steps_within_m) {
            continue;
        }
        auto const tread = tread_of(i, columns, levels, floor);
        if (tread.edge.size() < fewest_edge_cells || tread.area < least_step_area_m2 || !is_wide(tread)) {
            continue;
        }
        StepFacts step;
        step.kind = StepKind::up;
        place_edge(step, tread.edge);
        for (auto k : tread.parts) {
            use_bands(levels.pieces[k], levels, BandUse::step);
        }
        step.height = step_height(piece, 0);
        climb(i, columns, levels, step);
        out.steps.push_back(step);
    }
    use_risers(columns, levels);
}

void find_drops(Columns const& columns, Levels& levels, Surroundings& out) {
    auto const floor = floor_cells(columns, levels);
    for (auto const& hole : holes_of(columns, floor)) {
        auto const below = seen_through(hole, columns, levels, out.frame.camera_height);
        bool const ramp = std::any_of(below.begin(), below.end(), [&](auto i) {
            return levels.use[static_cast<std::size_t>(levels.pieces[i].bands.front())] == BandUse::ramp;
        });
        if (ramp) {
            continue;
        }
        StepFacts step;
        step.kind = StepKind::drop;
        place_edge(step, front_of(hole.edge));
        if (!below.empty()) {
            float last = levels.pieces[below.front()].height;
            step.height = step_height(levels.pieces[below.front()], 0);
            step.kind = -last < most_step_m ? StepKind::down : StepKind::drop;
            for (std::size_t k = 1; k < below.size() && step.kind == StepKind::down; ++k) {
                float const next = levels.pieces[below[k]].height;
                if (last - next > least_step_m + 0.02F && last - next < most_step_m) {
                    ++step.count;
                    step.total = -next;
                    last = next;
                } else if (last - next >= most_step_m) {
                    break;
                }
            }
            for (auto k : below) {
                use_bands(levels.pieces[k], levels, BandUse::step);
            }
        }
        levels.holes.insert(levels.holes.end(), hole.cells.begin(), hole.cells.end());
        out.steps.push_back(step);
    }
    std::sort(out.steps.begin(), out.steps.end(),
              [](auto const& a, auto const& b) { return a.distance.metres < b.distance.metres; });
}

} // namespace echollama
