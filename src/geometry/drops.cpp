#include "geometry/measures.h"
#include "geometry/step_edges.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>

namespace echollama {
namespace {

constexpr float most_tread_deg = 12, least_depth_m = 0.12F; // of a level seen below the floor
constexpr std::size_t fewest_hole_cells = 8;

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

// The square right behind the floor that lies before this one on the way from the viewer, with nothing but squares
// without readings between; -1: there is none. The shadow of what hangs or stands nearer may lie over the edge: then
// the edge is told where it may begin.
int first_after_floor(Columns const& columns, std::vector<bool> const& floor, int cell) {
    constexpr float longest_m = 0.8F;
    int first = cell;
    for (float back = GroundGrid::cell_m; back < longest_m; back += GroundGrid::cell_m) {
        int const before = farther_on(cell, -back);
        if (before < 0 || floor[static_cast<std::size_t>(before)]) {
            return before < 0 ? -1 : first;
        }
        auto const& rays = columns.floor[static_cast<std::size_t>(before)];
        if (before != first && 2 * rays.none < rays.all()) {
            return -1;
        }
        first = before;
    }
    return -1;
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
            } else if (int const first = first_after_floor(columns, floor, cell); first >= 0) {
                hole.edge.push_back(first);
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

// Do the hole's rays go on to a falling ramp? They meet its plane where squares of it are seen.
class RampBehind {
  public:
    RampBehind(Columns const& columns, Levels const& levels, std::optional<BentGround> const& bend, float camera_height)
        : bend_(bend), slope_(bend ? std::tan(bend->turn_deg * std::numbers::pi_v<float> / 180) : 0),
          camera_height_(camera_height), ramp_(GroundGrid::cells, false) {
        for (std::size_t i = 0; i < columns.bands.size(); ++i) {
            if (levels.use[i] == BandUse::ramp) {
                ramp_[static_cast<std::size_t>(columns.bands[i].cell)] = true;
            }
        }
    }
    bool takes(Hole const& hole) const {
        if (!bend_ || bend_->doubtful || slope_ >= 0) {
            return false;
        }
        auto const on = std::count_if(hole.cells.begin(), hole.cells.end(), [&](int cell) { return meets(cell); });
        return 2 * static_cast<std::size_t>(on) > hole.cells.size();
    }

  private:
    // The ray through a place p of the floor is at s * p when it is camera_height * (1 - s) high.
    bool meets(int cell) const {
        auto const p = GroundGrid::centre(cell);
        float const beyond = bend_->beyond(p.x, p.y), facing = camera_height_ + slope_ * (beyond + bend_->from);
        if (beyond < 0 || facing <= 0) {
            return false;
        }
        float const s = (camera_height_ + slope_ * bend_->from) / facing;
        int const there = GroundGrid::cell_at(s * p.x, s * p.y);
        return there >= 0 && near_set(ramp_, there, 2);
    }

    std::optional<BentGround> const& bend_;
    float slope_, camera_height_;
    std::vector<bool> ramp_;
};

} // namespace

void find_drops(Columns const& columns, std::optional<BentGround> const& bend, Levels& levels, Surroundings& out) {
    auto const floor = floor_cells(columns, levels);
    RampBehind const falling(columns, levels, bend, out.frame.camera_height);
    for (auto const& hole : holes_of(columns, floor)) {
        if (falling.takes(hole)) {
            continue;
        }
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
