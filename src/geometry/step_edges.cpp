#include "geometry/step_edges.h"

#include "geometry/measures.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace echollama {
namespace {

constexpr int reach = 4; // cells between two neighbouring levels: what lies between is upright or hidden

// Of an edge's places those on the line that most of them lie on, if that is half of them: noise and what stands at a
// wall add places beside it. Else all, as for edges that turn.
std::vector<GroundPoint> on_one_line(std::vector<GroundPoint> places) {
    constexpr std::size_t tries = 24; // places that lines are drawn through
    constexpr float off_m = 0.09F, apart_m = 0.4F;
    auto const step = places.size() / tries + 1;
    std::vector<GroundPoint> best;
    for (std::size_t i = 0; i < places.size(); i += step) {
        for (std::size_t k = i + step; k < places.size(); k += step) {
            float const dx = places[k].x - places[i].x, dy = places[k].y - places[i].y, length = std::hypot(dx, dy);
            if (length < apart_m) {
                continue;
            }
            std::vector<GroundPoint> on;
            std::copy_if(places.begin(), places.end(), std::back_inserter(on), [&](GroundPoint const& p) {
                return std::abs((p.x - places[i].x) * dy - (p.y - places[i].y) * dx) < off_m * length;
            });
            if (on.size() > best.size()) {
                best = std::move(on);
            }
        }
    }
    return 2 * best.size() >= places.size() ? best : places;
}

} // namespace

int farther_on(int cell, float metres) {
    auto const at = GroundGrid::centre(cell);
    float const share = 1 + metres / std::max(distance_to(at), 0.1F);
    return share > 0 ? GroundGrid::cell_at(share * at.x, share * at.y) : -1;
}

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

std::vector<int> front_edge(LevelPiece const& piece, Columns const& columns, std::vector<bool> const& floor) {
    constexpr int back = 6; // cells: what is upright or hidden lies between
    auto const own = cells_of(piece, columns);
    std::vector<int> cells;
    for (int i : piece.bands) {
        int const cell = columns.bands[static_cast<std::size_t>(i)].cell;
        for (int k = 1; k <= back; ++k) {
            int const before = farther_on(cell, -static_cast<float>(k) * GroundGrid::cell_m);
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

std::vector<int> hidden_front(LevelPiece const& piece, Columns const& columns, Levels const& levels,
                              std::vector<bool> const& floor) {
    constexpr float hidden_m = 1.5F;
    auto const own = cells_of(piece, columns);
    std::vector<int> cells;
    for (std::size_t i = 0; i < columns.bands.size(); ++i) {
        auto const& band = columns.bands[i];
        bool const face = levels.use[i] == BandUse::open && !band.level && band.low < 0.06F + 2 * band.sigma &&
                          std::abs(band.high - piece.height) < 0.025F + 2 * band.sigma;
        for (float on = GroundGrid::cell_m; face && on < hidden_m; on += GroundGrid::cell_m) {
            int const behind = farther_on(band.cell, on);
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

void place_edge(StepFacts& step, std::vector<int> const& cells) {
    std::vector<GroundPoint> places;
    for (int cell : cells) {
        places.push_back(GroundGrid::centre(cell));
    }
    places = on_one_line(std::move(places));
    std::vector<float> distances;
    for (auto const& p : places) {
        distances.push_back(distance_to(p));
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

Measure step_height(LevelPiece const& piece, float from) {
    return measured(std::abs(piece.height - from), 0.006F + 0.002F * piece.nearest + 0.1F * piece.sigma);
}

void use_bands(LevelPiece const& piece, Levels& levels, BandUse use) {
    for (int i : piece.bands) {
        levels.use[static_cast<std::size_t>(i)] = use;
    }
}

bool floor_before(std::vector<bool> const& floor, int cell) {
    for (float back : {1.0F, 2.0F, 3.0F}) {
        int const other = farther_on(cell, -back * GroundGrid::cell_m);
        if (other >= 0 && floor[static_cast<std::size_t>(other)]) {
            return true;
        }
    }
    return false;
}

} // namespace echollama
