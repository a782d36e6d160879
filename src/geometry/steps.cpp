#include "geometry/measures.h"
#include "geometry/step_edges.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr float least_wide_m = 0.7F;
constexpr std::size_t fewest_edge_cells = 4;

bool is_tread(LevelPiece const& piece, float below) {
    float const rise = piece.height - below;
    float const bent = 0.01F + 0.015F * piece.nearest; // by the sensor and by a floor that is a little off
    return rise > least_step_m + bent && rise < most_step_m && piece.slope_deg < 7 + 2 * piece.slope_doubt_deg;
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

// A step's top may be seen in parts, cut by what stands before it or by noise.
struct Tread {
    std::vector<std::size_t> parts; // indices of pieces
    std::vector<int> edge;          // squares at which floor ends
    std::vector<GroundPoint> places;
    float area = 0;
};

// One sets a foot on a step: over most of it there is nothing that begins lower than the hip, as over the boards of
// shelves and the feet of cupboards.
bool is_under_something(Tread const& tread, Columns const& columns, Levels const& levels) {
    constexpr float hip_m = 0.9F, apart_m = 0.03F;
    std::size_t under = 0, all = 0;
    for (auto part : tread.parts) {
        for (int i : levels.pieces[part].bands) {
            auto const& own = columns.bands[static_cast<std::size_t>(i)];
            auto const cell = static_cast<std::size_t>(own.cell);
            ++all;
            for (int k = columns.first[cell]; k < columns.first[cell + 1]; ++k) {
                auto const& over = columns.bands[static_cast<std::size_t>(k)];
                if (k != i && over.low > own.high + apart_m && over.low < own.high + hip_m) {
                    ++under;
                    break;
                }
            }
        }
    }
    return 2 * under > all;
}

// Does another step follow right behind one of the parts?
bool goes_on(Tread const& tread, Columns const& columns, Levels const& levels) {
    constexpr float least_area_m2 = 0.03F;
    return std::any_of(tread.parts.begin(), tread.parts.end(), [&](std::size_t part) {
        auto const& own = levels.pieces[part];
        auto const set = cells_of(own, columns);
        return std::any_of(levels.pieces.begin(), levels.pieces.end(), [&](LevelPiece const& next) {
            bool const open = levels.use[static_cast<std::size_t>(next.bands.front())] == BandUse::open;
            return open && next.area > least_area_m2 && next.nearest > own.nearest && is_tread(next, own.height) &&
                   !touching(next, columns, set).empty();
        });
    });
}

// Two boxes of one height beside each other are no step; things may hide the middle of a flight.
bool is_wide(Tread const& tread, Columns const& columns, Levels const& levels) {
    constexpr float least_covered = 0.6F;
    auto const width = width_of(tread.places);
    return width.covered > least_wide_m &&
           (width.covered > least_covered * width.whole || goes_on(tread, columns, levels));
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
    for (std::size_t i = 0; i < levels.pieces.size(); ++i) {
        auto const& piece = levels.pieces[i];
        bool const open = levels.use[static_cast<std::size_t>(piece.bands.front())] == BandUse::open;
        if (!open || !is_tread(piece, 0) || piece.nearest > steps_within_m) {
            continue;
        }
        auto const tread = tread_of(i, columns, levels, floor);
        if (tread.edge.size() < fewest_edge_cells || tread.area < least_step_area_m2 ||
            !is_wide(tread, columns, levels) || is_under_something(tread, columns, levels)) {
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

} // namespace echollama
