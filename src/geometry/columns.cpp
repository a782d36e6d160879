#include "geometry/columns.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr std::size_t most_in_cell = 128; // more readings than these tell no more about a square

struct Reading {
    float height, x, y, sigma, ray_sigma;
};

// Directions of all pixels, turned into the viewer's coordinates: sums of a part for the column and one for the row.
struct Rays {
    std::vector<Vector3> of_column, of_row;

    Rays(DepthFrame const& depth, ViewerFrame const& frame) {
        for (int u = 0; u < depth.width; ++u) {
            float const x = (static_cast<float>(u) + 0.5F - depth.cx) / depth.fx;
            of_column.push_back({x * frame.right.x, x * frame.ahead.x, x * frame.up.x});
        }
        for (int v = 0; v < depth.height; ++v) {
            float const y = (static_cast<float>(v) + 0.5F - depth.cy) / depth.fy;
            of_row.push_back(
                {y * frame.right.y + frame.right.z, y * frame.ahead.y + frame.ahead.z, y * frame.up.y + frame.up.z});
        }
    }
    Vector3 at(int u, int v) const {
        return of_column[static_cast<std::size_t>(u)] + of_row[static_cast<std::size_t>(v)];
    }
};

// Where the readings of each picture column begin and end: sensors leave a rim of the picture empty.
class ViewEdges {
  public:
    explicit ViewEdges(DepthFrame const& depth) : width_(static_cast<std::size_t>(depth.width)) {
        auto const rim = static_cast<std::size_t>(depth.height / 16);
        auto const height = static_cast<std::size_t>(depth.height);
        for (std::size_t u = 0; u < width_; ++u) {
            std::size_t top = 0, bottom = height - 1;
            while (top < rim && depth.metres[top * width_ + u] <= 0) {
                ++top;
            }
            while (bottom + rim + 1 > height && depth.metres[bottom * width_ + u] <= 0) {
                --bottom;
            }
            auto const margin = height / 40; // noise spreads the last readings over several squares
            top_.push_back(top + margin);
            bottom_.push_back(bottom < margin ? 0 : bottom - margin);
        }
    }
    bool at_top(std::size_t pixel) const { return pixel / width_ <= top_[pixel % width_]; }
    bool at_bottom(std::size_t pixel) const { return pixel / width_ >= bottom_[pixel % width_]; }

  private:
    std::size_t width_;
    std::vector<std::size_t> top_, bottom_;
};

std::uint16_t& count(std::uint16_t& value) {
    return value == 0xFFFF ? value : ++value;
}

// Where the pixel's ray should meet the floor, and whether it does.
void see_floor(std::vector<FloorRays>& floor, Vector3 ray, float z, float camera_height, DepthNoise const& noise) {
    constexpr float least_slope = 0.02F;
    if (ray.z > -least_slope) {
        return;
    }
    float const expected = camera_height / -ray.z;
    int const cell = GroundGrid::cell_at(ray.x * expected, ray.y * expected);
    if (cell < 0) {
        return;
    }
    auto& rays = floor[static_cast<std::size_t>(cell)];
    if (z <= 0) {
        count(rays.none);
        return;
    }
    float const height = camera_height + z * ray.z, sigma = noise.at(z) * -ray.z;
    float const tolerance = floor_tolerance(sigma, ray.y * expected);
    count(height > tolerance ? rays.hidden : height < -tolerance ? rays.below : rays.floor);
}

// Walls far away have few readings in a square; steps lie close over each other.
bool is_gap(Reading const& below, Reading const& above) {
    constexpr float steps_up_to = 0.6F;
    float const allowed = above.height < steps_up_to ? 0.08F : 0.1F + 0.01F * above.y;
    return above.height - below.height >= allowed + 2 * above.sigma;
}

// One square's readings, sorted by height, as bands.
void cut(std::vector<Reading>& readings, int cell, std::size_t whole, std::vector<Band>& bands) {
    std::sort(readings.begin(), readings.end(), [](auto const& a, auto const& b) { return a.height < b.height; });
    for (std::size_t begin = 0; begin < readings.size();) {
        std::size_t end = begin + 1;
        while (end < readings.size() && !is_gap(readings[end - 1], readings[end])) {
            ++end;
        }
        Band band;
        band.cell = cell;
        auto const n = end - begin;
        for (auto i = begin; i < end; ++i) {
            auto const& r = readings[i];
            band.mean += r.height;
            band.x += r.x, band.y += r.y;
            band.sigma += r.sigma, band.ray_sigma += r.ray_sigma;
        }
        float const share = 1 / static_cast<float>(n);
        band.mean *= share, band.x *= share, band.y *= share, band.sigma *= share, band.ray_sigma *= share;
        auto const stray = n / 20;
        band.low = readings[begin + stray].height;
        band.high = readings[end - 1 - stray].height;
        float const tenth = readings[begin + n / 10].height, ninth = readings[end - 1 - n / 10].height;
        band.level = n >= 2 && ninth - tenth < 0.03F + 3 * band.sigma;
        band.readings = static_cast<int>(n * whole / readings.size());
        bands.push_back(band);
        begin = end;
    }
}

} // namespace

float floor_tolerance(float sigma_height, float ahead) {
    // Beside noise, sensors bend the floor by about a per cent of the distance.
    return 0.035F + 0.011F * ahead + 2.5F * sigma_height;
}

Columns columns_of(DepthFrame const& depth, ViewerFrame const& frame, bool has_floor) {
    Columns columns;
    columns.first.assign(GroundGrid::cells + 1, 0);
    if (has_floor) {
        columns.floor.resize(GroundGrid::cells);
    }
    Rays const rays(depth, frame);
    std::vector<std::uint32_t> begin(GroundGrid::cells + 1, 0);
    std::vector<int> cell_of(depth.metres.size(), -1);
    std::size_t at = 0;
    for (int v = 0; v < depth.height; ++v) {
        for (int u = 0; u < depth.width; ++u, ++at) {
            float const z = depth.metres[at];
            auto const ray = rays.at(u, v);
            if (has_floor) {
                see_floor(columns.floor, ray, z, frame.camera_height, depth.noise);
            }
            float const height = frame.camera_height + z * ray.z;
            if (z <= 0 || height < GroundGrid::lowest || height > GroundGrid::highest) {
                continue;
            }
            cell_of[at] = GroundGrid::cell_at(z * ray.x, z * ray.y);
            if (cell_of[at] >= 0) {
                ++begin[static_cast<std::size_t>(cell_of[at]) + 1];
            }
        }
    }
    for (std::size_t i = 1; i < begin.size(); ++i) {
        begin[i] += begin[i - 1];
    }
    std::vector<std::uint32_t> sorted(begin.back());
    auto next = begin;
    for (std::size_t i = 0; i < cell_of.size(); ++i) {
        if (cell_of[i] >= 0) {
            sorted[next[static_cast<std::size_t>(cell_of[i])]++] = static_cast<std::uint32_t>(i);
        }
    }
    ViewEdges const view(depth);
    std::vector<Reading> readings;
    auto const width = static_cast<std::uint32_t>(depth.width);
    for (std::size_t cell = 0; cell < GroundGrid::cells; ++cell) {
        columns.first[cell] = static_cast<int>(columns.bands.size());
        std::size_t const whole = begin[cell + 1] - begin[cell];
        std::size_t const step = std::max<std::size_t>(1, whole / most_in_cell);
        readings.clear();
        for (std::size_t i = begin[cell]; i < begin[cell + 1]; i += step) {
            int const u = static_cast<int>(sorted[i] % width), v = static_cast<int>(sorted[i] / width);
            float const z = depth.metres[sorted[i]];
            auto const ray = rays.at(u, v);
            float const sigma = depth.noise.at(z);
            readings.push_back({frame.camera_height + z * ray.z, z * ray.x, z * ray.y, sigma * std::abs(ray.z),
                                sigma * std::hypot(ray.x, ray.y)});
        }
        cut(readings, static_cast<int>(cell), whole, columns.bands);
        if (whole > 0) { // they are in the picture's order: the uppermost first
            columns.bands.back().at_top = view.at_top(sorted[begin[cell]]);
            columns.bands[static_cast<std::size_t>(columns.first[cell])].at_bottom =
                view.at_bottom(sorted[begin[cell + 1] - 1]);
        }
    }
    columns.first[GroundGrid::cells] = static_cast<int>(columns.bands.size());
    return columns;
}

} // namespace echollama
