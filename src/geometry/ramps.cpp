#include "geometry/ramps.h"

#include "geometry/measures.h"
#include "geometry/step_edges.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float degree = std::numbers::pi_v<float> / 180;
constexpr float ramp_from_deg = 3.5F, ramp_to_deg = 22, least_ramp_m = 0.7F;
constexpr float bent_ramp_from_deg = 4.5F; // what sensors bend never seems as steep

void find_sloping_pieces(Columns const& columns, Levels& levels, Surroundings& out) {
    auto const floor = floor_cells(columns, levels);
    for (auto const& piece : levels.pieces) {
        if (piece.slope_deg < ramp_from_deg + 2 * piece.slope_doubt_deg || piece.slope_deg > ramp_to_deg ||
            piece.area < 0.3F || piece.nearest > steps_within_m) {
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

float slope_of(BentGround const& bend) {
    return std::tan(bend.turn_deg * degree);
}

// What lies on the farther part of the ground: nothing but that may be seen there if it is a ramp.
bool lies_on(BentGround const& bend, Band const& band, float beyond) {
    float const expected = beyond * slope_of(bend);
    return band.level && std::abs(band.mean - expected) < 0.03F + 0.01F * band.y + 1.5F * band.sigma;
}

// A ramp that begins so near or ends so soon that no piece of it stands apart from the floor.
void find_bent_ramp(Columns const& columns, BentGround const& bend, Levels& levels, Surroundings& out) {
    constexpr std::size_t fewest = 100; // squares
    constexpr float flat_m = 0.05F;     // so much higher or lower than the floor a square tells of a ramp
    std::vector<std::size_t> on;
    std::size_t off = 0;
    Extent reach{1e9F, -1e9F}, along{1e9F, -1e9F}; // from the line on, and along it
    GroundBox box{{1e9F, -1e9F}, {1e9F, -1e9F}, {1e9F, -1e9F}};
    auto widen = [](Extent& extent, float at) { extent = {std::min(extent.low, at), std::max(extent.high, at)}; };
    for (std::size_t i = 0; i < columns.bands.size(); ++i) {
        auto const& band = columns.bands[i];
        float const beyond = bend.beyond(band.x, band.y);
        bool const tells = levels.use[i] != BandUse::step && std::abs(beyond * slope_of(bend)) > flat_m;
        if (beyond <= 0 || !tells) {
            continue;
        }
        if (lies_on(bend, band, beyond)) {
            on.push_back(i);
            widen(reach, beyond), widen(along, band.x * bend.ahead - band.y * bend.to_right);
            widen(box.x, band.x), widen(box.y, band.y), widen(box.z, band.mean);
        } else if (band.level && std::abs(band.mean) < std::abs(beyond * slope_of(bend))) {
            ++off; // the floor goes on there
        }
    }
    if (std::abs(bend.turn_deg) < bent_ramp_from_deg || on.size() < fewest || 3 * off > on.size() ||
        reach.high - reach.low + flat_m / std::abs(slope_of(bend)) < least_ramp_m) {
        return;
    }
    RampFacts ramp;
    ramp.slope_deg = bend.turn_deg;
    ramp.rise = box.z.high - box.z.low;
    auto on_line = [&](float t) {
        return GroundPoint{bend.from * bend.to_right + t * bend.ahead, bend.from * bend.ahead - t * bend.to_right};
    };
    ramp.distance = measured(distance_to(nearest_on(on_line(along.low), on_line(along.high))), 0.1F);
    ramp.bearing_deg = bearing_of({(box.x.low + box.x.high) / 2, (box.y.low + box.y.high) / 2});
    ramp.box = box;
    for (auto i : on) {
        levels.use[i] = BandUse::ramp;
    }
    out.ramps.push_back(ramp);
}

} // namespace

void find_ramps(Columns const& columns, std::optional<BentGround> const& bend, Levels& levels, Surroundings& out) {
    find_sloping_pieces(columns, levels, out);
    if (bend && !bend->doubtful && out.ramps.empty()) {
        find_bent_ramp(columns, *bend, levels, out);
    }
}

} // namespace echollama
