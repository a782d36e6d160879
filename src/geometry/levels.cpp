#include "geometry/levels.h"

#include "geometry/measures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float table_low_m = 0.35F, table_high_m = 1.3F, table_area_m2 = 0.12F;

// Two neighbours of one surface differ by no more.
float join_tolerance(Band const& a, Band const& b) {
    return std::min(0.05F, 0.018F + 0.6F * (a.sigma + b.sigma));
}

bool lies_on_floor(Band const& band) {
    return band.level && std::abs(band.mean) < std::min(0.065F, 0.028F + 0.006F * band.y + 1.5F * band.sigma);
}

// Least squares z = a x + b y + c through the bands' means.
void fit_slope(LevelPiece& piece, std::vector<Band> const& bands) {
    double n = 0, x = 0, y = 0, z = 0, xx = 0, xy = 0, yy = 0, xz = 0, yz = 0, zz = 0;
    for (int i : piece.bands) {
        auto const& band = bands[static_cast<std::size_t>(i)];
        auto const px = static_cast<double>(band.x), py = static_cast<double>(band.y),
                   h = static_cast<double>(band.mean);
        n += 1, x += px, y += py, z += h;
        xx += px * px, xy += px * py, yy += py * py, xz += px * h, yz += py * h, zz += h * h;
    }
    xx -= x * x / n, xy -= x * y / n, yy -= y * y / n, xz -= x * z / n, yz -= y * z / n, zz -= z * z / n;
    double const determinant = xx * yy - xy * xy;
    if (determinant < 1e-3 * n) { // too narrow to tell
        return;
    }
    double const a = (xz * yy - yz * xy) / determinant, b = (yz * xx - xz * xy) / determinant;
    double const rise = std::hypot(a, b);
    piece.slope_deg = static_cast<float>(std::atan(rise) * 180 / std::numbers::pi);
    piece.uneven = static_cast<float>(std::sqrt(std::max(0.0, (zz - a * xz - b * yz) / n)));
    double const narrow = (xx + yy) / 2 - std::hypot((xx - yy) / 2, xy); // squares' spread across the narrow direction
    double const of_mean = 0.003 + 0.5 * static_cast<double>(piece.sigma);
    piece.slope_doubt_deg =
        static_cast<float>(std::atan(of_mean / std::sqrt(std::max(narrow, 1e-6))) * 180 / std::numbers::pi);
    if (rise > 0) {
        piece.uphill = {static_cast<float>(a / rise), static_cast<float>(b / rise)};
    }
}

void summarise(LevelPiece& piece, std::vector<Band> const& bands) {
    constexpr float far = 1e9F, half = GroundGrid::cell_m / 2;
    piece.box = {{far, -far}, {far, -far}, {far, -far}};
    piece.nearest = far;
    double sum = 0, weights = 0, sigma = 0;
    for (int i : piece.bands) {
        auto const& band = bands[static_cast<std::size_t>(i)];
        auto const at = GroundGrid::centre(band.cell);
        double const weight = std::min(band.readings, 100) / static_cast<double>(1e-4F + band.sigma * band.sigma);
        sum += weight * static_cast<double>(band.mean);
        weights += weight;
        sigma += static_cast<double>(band.sigma);
        piece.readings += band.readings;
        piece.nearest = std::min(piece.nearest, distance_to(at) - half);
        auto widen = [](Extent& extent, float low, float high) {
            extent = {std::min(extent.low, low), std::max(extent.high, high)};
        };
        widen(piece.box.x, at.x - half, at.x + half);
        widen(piece.box.y, at.y - half, at.y + half);
        widen(piece.box.z, band.mean, band.mean);
    }
    piece.height = static_cast<float>(sum / weights);
    piece.sigma = static_cast<float>(sigma) / static_cast<float>(piece.bands.size());
    piece.area = static_cast<float>(piece.bands.size()) * GroundGrid::cell_m * GroundGrid::cell_m;
    fit_slope(piece, bands);
}

} // namespace

Levels find_levels(Columns const& columns) {
    auto const& bands = columns.bands;
    Levels levels;
    levels.use.assign(bands.size(), BandUse::open);
    std::vector<bool> seen(bands.size(), false);
    for (std::size_t i = 0; i < bands.size(); ++i) {
        if (lies_on_floor(bands[i])) {
            levels.use[i] = BandUse::floor;
            seen[i] = true;
        }
        seen[i] = seen[i] || !bands[i].level;
    }
    std::vector<int> open;
    for (std::size_t start = 0; start < bands.size(); ++start) {
        if (seen[start]) {
            continue;
        }
        LevelPiece piece;
        seen[start] = true;
        open.assign(1, static_cast<int>(start));
        while (!open.empty()) {
            int const at = open.back();
            open.pop_back();
            piece.bands.push_back(at);
            auto const& band = bands[static_cast<std::size_t>(at)];
            for (int ahead = -1; ahead <= 1; ++ahead) {
                for (int right = -1; right <= 1; ++right) {
                    int const cell = GroundGrid::beside(band.cell, right, ahead);
                    if (cell < 0) {
                        continue;
                    }
                    auto const from = columns.first[static_cast<std::size_t>(cell)],
                               to = columns.first[static_cast<std::size_t>(cell) + 1];
                    for (int k = from; k < to; ++k) {
                        auto const& other = bands[static_cast<std::size_t>(k)];
                        if (!seen[static_cast<std::size_t>(k)] &&
                            std::abs(other.mean - band.mean) < join_tolerance(band, other)) {
                            seen[static_cast<std::size_t>(k)] = true;
                            open.push_back(k);
                        }
                    }
                }
            }
        }
        constexpr std::size_t fewest = 6;
        if (piece.bands.size() >= fewest) {
            summarise(piece, bands);
            levels.pieces.push_back(std::move(piece));
        }
    }
    std::sort(levels.pieces.begin(), levels.pieces.end(),
              [](auto const& a, auto const& b) { return a.nearest < b.nearest; });
    return levels;
}

void find_tables(Columns const& columns, Levels const& levels, Surroundings& out) {
    for (auto const& piece : levels.pieces) {
        bool const table = piece.height > table_low_m && piece.height < table_high_m && piece.area > table_area_m2 &&
                           piece.slope_deg < 6;
        bool const used = levels.use[static_cast<std::size_t>(piece.bands.front())] != BandUse::open;
        if (!table || used) {
            continue;
        }
        TableFacts facts;
        facts.height = measured(piece.height, std::hypot(0.006F + 0.004F * piece.nearest, 0.25F * piece.sigma));
        facts.box = piece.box;
        facts.distance = measured(piece.nearest, 0.02F + 0.01F * piece.nearest);
        float x = 0, y = 0;
        for (int i : piece.bands) {
            x += columns.bands[static_cast<std::size_t>(i)].x;
            y += columns.bands[static_cast<std::size_t>(i)].y;
        }
        facts.bearing_deg = bearing_of({x, y});
        out.tables.push_back(facts);
    }
}

} // namespace echollama
