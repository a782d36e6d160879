#include "geometry/patches.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr float least_filled = 0.6F; // share of a patch that has readings

// Pixels a side, so that the normal of a patch two metres away is certain to 0.1 radians: a fortieth of the width at
// least, a twelfth at most.
int patch_size(DepthFrame const& frame) {
    constexpr float away_m = 2, certain = 0.1F;
    float const wanted = std::sqrt(frame.noise.at(away_m) * std::sqrt(48.0F) * frame.fx / (away_m * certain));
    return std::clamp(static_cast<int>(wanted), std::max(4, frame.width / 40), std::max(6, frame.width / 12));
}

} // namespace

FittedPlane fit_plane(PlaneSums const& s) {
    FittedPlane plane;
    if (s.n <= 0) {
        return plane;
    }
    // Around the mean, so that small patches lose no digits.
    double const mx = s.x / s.n, my = s.y / s.n, mw = s.w / s.n;
    double const xx = s.xx - s.n * mx * mx, xy = s.xy - s.n * mx * my, yy = s.yy - s.n * my * my;
    double const xw = s.xw - s.n * mx * mw, yw = s.yw - s.n * my * mw, ww = s.ww - s.n * mw * mw;
    double const determinant = xx * yy - xy * xy;
    if (!(determinant > 1e-9 * (xx * xx + yy * yy)) || !(xx + yy > 0)) {
        return plane; // a line
    }
    double const a = (xw * yy - yw * xy) / determinant, b = (yw * xx - xw * xy) / determinant;
    double const c = mw - a * mx - b * my;
    plane.gradient = {static_cast<float>(a), static_cast<float>(b), static_cast<float>(c)};
    plane.residual = std::sqrt(std::max(0.0, (ww - a * xw - b * yw) / s.n));
    plane.valid = norm(plane.gradient) > 1e-6F;
    return plane;
}

std::vector<Patch> flat_patches(DepthFrame const& frame, float* roughness) {
    int const size = patch_size(frame);
    std::vector<Patch> patches;
    std::vector<float> ratios;
    constexpr int small_picture = 400; // pixels wide: there patches overlap, or too few are whole
    int const stride = frame.width < small_picture ? std::max(2, size / 2) : size;
    for (int top = 0; top + size <= frame.height; top += stride) {
        for (int left = 0; left + size <= frame.width; left += stride) {
            PlaneSums sums;
            for (int v = top; v < top + size; ++v) {
                auto const* row =
                    frame.metres.data() + static_cast<std::size_t>(v) * static_cast<std::size_t>(frame.width);
                double const y =
                    (static_cast<double>(v) + 0.5 - static_cast<double>(frame.cy)) / static_cast<double>(frame.fy);
                for (int u = left; u < left + size; ++u) {
                    if (row[u] > 0) {
                        double const x = (static_cast<double>(u) + 0.5 - static_cast<double>(frame.cx)) /
                                         static_cast<double>(frame.fx);
                        sums.add(x, y, 1 / static_cast<double>(row[u]));
                    }
                }
            }
            if (sums.n < static_cast<double>(least_filled) * size * size) {
                continue;
            }
            auto const plane = fit_plane(sums);
            auto const z = static_cast<float>(sums.n / sums.w);
            float const residual = static_cast<float>(plane.residual) * z * z;
            ratios.push_back(plane.valid ? residual / frame.noise.at(z) : 0);
            if (!plane.valid || residual > 2.5F * frame.noise.at(z) + 0.004F) {
                continue;
            }
            Patch patch;
            auto const x = static_cast<float>(sums.x / sums.n), y = static_cast<float>(sums.y / sums.n);
            patch.centre = {x * z, y * z, z};
            patch.normal = plane.normal();
            patch.readings = static_cast<int>(sums.n);
            patch.residual = residual;
            float const slant = std::max(0.05F, -dot(patch.normal, normalised(patch.centre)));
            patch.area = static_cast<float>(sums.n) * z * z / (frame.fx * frame.fy) / slant * norm({x, y, 1});
            // Slope of a line through n readings over a width L: sigma * sqrt(12 / n) / L; noise of neighbours goes
            // together, so that only every fourth reading counts.
            float const side = static_cast<float>(size) * z / frame.fx;
            float const sigma = std::max(residual, frame.noise.at(z));
            patch.doubt = 0.01F + sigma * std::sqrt(48 / static_cast<float>(sums.n)) / side * slant;
            patch.sums = sums;
            patches.push_back(patch);
        }
    }
    constexpr std::size_t fewest = 40;
    if (roughness != nullptr && ratios.size() >= fewest) {
        auto const third = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 3);
        std::nth_element(ratios.begin(), third, ratios.end());
        *roughness = *third;
    }
    return patches;
}

float height_doubt(Patch const& patch, Vector3 up, DepthNoise const& noise) {
    float const slope = std::abs(dot(up, patch.centre)) / std::max(patch.centre.z, 0.1F);
    return 0.003F + noise.at(patch.centre.z) * slope / std::sqrt(static_cast<float>(patch.readings) / 8);
}

float noise_factor(std::vector<Patch> const& patches, DepthNoise const& noise) {
    std::vector<float> ratios;
    for (auto const& patch : patches) {
        ratios.push_back(patch.residual / noise.at(patch.centre.z));
    }
    if (ratios.size() < 20) {
        return 1;
    }
    auto const middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
    std::nth_element(ratios.begin(), middle, ratios.end());
    return std::clamp(*middle, 0.5F, 3.0F);
}

} // namespace echollama
