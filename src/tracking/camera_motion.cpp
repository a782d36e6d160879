#include "tracking/camera_motion.h"

#include "base/counter_rng.h"
#include "media/picture/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace echollama {
namespace {

constexpr int levels = 4;      // of the pyramid; the coarsest sees motions of 8 * 8 pixels
constexpr int half_window = 4; // 9 by 9 pixels are followed
constexpr int cell = 16;       // one corner in each cell of so many pixels
constexpr int iterations = 12;
constexpr float least_corner = 8;   // smaller eigenvalue of the mean gradient product, in grey levels squared
constexpr float most_residual = 14; // mean grey levels by which a followed window may differ
constexpr float agreement_px = 1.2F;
constexpr int attempts = 120;
constexpr std::size_t fewest = 10;
constexpr float least_share = 0.35F;

struct Plane {
    int width = 0, height = 0;
    std::vector<float> values;

    float at(int x, int y) const {
        x = std::clamp(x, 0, width - 1), y = std::clamp(y, 0, height - 1);
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
    }
    float at(float x, float y) const {
        int const left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
        float const fx = x - static_cast<float>(left), fy = y - static_cast<float>(top);
        float const upper = at(left, top) + fx * (at(left + 1, top) - at(left, top));
        float const lower = at(left, top + 1) + fx * (at(left + 1, top + 1) - at(left, top + 1));
        return upper + fy * (lower - upper);
    }
};

using Pyramid = std::array<Plane, levels>;

Pyramid pyramid_of(GreyPicture const& grey) {
    Pyramid pyramid;
    pyramid[0] = {grey.width, grey.height, {grey.values.begin(), grey.values.end()}};
    for (std::size_t level = 1; level < levels; ++level) {
        auto const& fine = pyramid[level - 1];
        Plane coarse{std::max(1, fine.width / 2), std::max(1, fine.height / 2), {}};
        for (int y = 0; y < coarse.height; ++y) {
            for (int x = 0; x < coarse.width; ++x) {
                coarse.values.push_back((fine.at(2 * x, 2 * y) + fine.at(2 * x + 1, 2 * y) + fine.at(2 * x, 2 * y + 1) +
                                         fine.at(2 * x + 1, 2 * y + 1)) /
                                        4);
            }
        }
        pyramid[level] = std::move(coarse);
    }
    return pyramid;
}

// Sums of gradient products around a place.
struct Gradients {
    float xx = 0, xy = 0, yy = 0;

    float smaller_eigenvalue() const { return (xx + yy) / 2 - std::sqrt((xx - yy) * (xx - yy) / 4 + xy * xy); }
};

Gradients gradients_at(Plane const& plane, float x, float y, int half) {
    Gradients sums;
    for (int dy = -half; dy <= half; ++dy) {
        for (int dx = -half; dx <= half; ++dx) {
            float const px = x + static_cast<float>(dx), py = y + static_cast<float>(dy);
            float const gx = (plane.at(px + 1, py) - plane.at(px - 1, py)) / 2;
            float const gy = (plane.at(px, py + 1) - plane.at(px, py - 1)) / 2;
            sums.xx += gx * gx, sums.xy += gx * gy, sums.yy += gy * gy;
        }
    }
    return sums;
}

bool is_covered(float x, float y, std::vector<Box> const& things, float scale) {
    return std::any_of(things.begin(), things.end(), [&](Box const& box) {
        float const px = x * scale, py = y * scale;
        return px >= box.x0 && px <= box.x1 && py >= box.y0 && py <= box.y1;
    });
}

// The best corner of each cell.
std::vector<Point> corners_of(Plane const& plane, std::vector<Box> const& things, float scale) {
    constexpr int half = 2;
    constexpr float area = (2 * half + 1) * (2 * half + 1);
    std::vector<Point> corners;
    for (int top = half_window; top + cell < plane.height; top += cell) {
        for (int left = half_window; left + cell < plane.width; left += cell) {
            Point best;
            float most = least_corner;
            for (int y = top; y < top + cell; y += 3) {
                for (int x = left; x < left + cell; x += 3) {
                    auto const fx = static_cast<float>(x), fy = static_cast<float>(y);
                    float const strength = gradients_at(plane, fx, fy, half).smaller_eigenvalue() / area;
                    if (strength > most && !is_covered(fx, fy, things, scale)) {
                        most = strength;
                        best = {fx, fy};
                    }
                }
            }
            if (most > least_corner) {
                corners.push_back(best);
            }
        }
    }
    return corners;
}

constexpr std::size_t window_area = (2 * half_window + 1) * (2 * half_window + 1);

// What is followed: grey levels around a place, and how they change to the right and down.
struct Window {
    std::array<float, window_area> level, right, down;

    Window(Plane const& plane, Point at) {
        std::size_t i = 0;
        for (int dy = -half_window; dy <= half_window; ++dy) {
            for (int dx = -half_window; dx <= half_window; ++dx, ++i) {
                float const x = at.x + static_cast<float>(dx), y = at.y + static_cast<float>(dy);
                level[i] = plane.at(x, y);
                right[i] = (plane.at(x + 1, y) - plane.at(x - 1, y)) / 2;
                down[i] = (plane.at(x, y + 1) - plane.at(x, y - 1)) / 2;
            }
        }
    }
};

// One level: moves `to` until what is there looks as the window. False: nothing to hold on to.
bool follow_on_level(Window const& window, Plane const& later, Point& to) {
    float xx = 0, xy = 0, yy = 0;
    for (std::size_t i = 0; i < window_area; ++i) {
        xx += window.right[i] * window.right[i];
        xy += window.right[i] * window.down[i];
        yy += window.down[i] * window.down[i];
    }
    float const determinant = xx * yy - xy * xy;
    if (determinant < 1) {
        return false;
    }
    for (int step = 0; step < iterations; ++step) {
        float ex = 0, ey = 0;
        std::size_t i = 0;
        for (int dy = -half_window; dy <= half_window; ++dy) {
            for (int dx = -half_window; dx <= half_window; ++dx, ++i) {
                float const off =
                    window.level[i] - later.at(to.x + static_cast<float>(dx), to.y + static_cast<float>(dy));
                ex += off * window.right[i];
                ey += off * window.down[i];
            }
        }
        float const sx = (yy * ex - xy * ey) / determinant, sy = (xx * ey - xy * ex) / determinant;
        to = {to.x + sx, to.y + sy};
        if (!(std::abs(to.x) < 1e5F && std::abs(to.y) < 1e5F)) {
            return false;
        }
        if (sx * sx + sy * sy < 1e-3F) {
            break;
        }
    }
    return true;
}

std::optional<Point> follow(Pyramid const& earlier, Pyramid const& later, Point from) {
    Point moved; // of the level under way
    for (std::size_t level = levels; level-- > 0;) {
        float const shrink = 1.0F / static_cast<float>(1 << level);
        Point const here{from.x * shrink, from.y * shrink};
        Point to{here.x + moved.x, here.y + moved.y};
        bool const held = follow_on_level(Window(earlier[level], here), later[level], to);
        if (!held && level == 0) {
            return std::nullopt;
        }
        moved = held ? Point{to.x - here.x, to.y - here.y} : moved;
        if (level > 0) {
            moved = {2 * moved.x, 2 * moved.y};
        }
    }
    Point const to{from.x + moved.x, from.y + moved.y};
    float residual = 0;
    for (int dy = -half_window; dy <= half_window; ++dy) {
        for (int dx = -half_window; dx <= half_window; ++dx) {
            auto const x = static_cast<float>(dx), y = static_cast<float>(dy);
            residual += std::abs(earlier[0].at(from.x + x, from.y + y) - later[0].at(to.x + x, to.y + y));
        }
    }
    bool const inside = to.x >= 0 && to.y >= 0 && to.x < static_cast<float>(later[0].width) &&
                        to.y < static_cast<float>(later[0].height);
    return inside && residual / static_cast<float>(window_area) <= most_residual ? std::optional(to) : std::nullopt;
}

struct Pair {
    Point from, to;
};

// Least squares over all pairs.
std::optional<CameraMotion> similarity_of(std::vector<Pair> const& pairs) {
    double mx = 0, my = 0, nx = 0, ny = 0;
    for (auto const& [from, to] : pairs) {
        mx += from.x, my += from.y, nx += to.x, ny += to.y;
    }
    auto const n = static_cast<double>(pairs.size());
    mx /= n, my /= n, nx /= n, ny /= n;
    double dot = 0, cross = 0, spread = 0;
    for (auto const& [from, to] : pairs) {
        double const x = from.x - mx, y = from.y - my, u = to.x - nx, v = to.y - ny;
        dot += x * u + y * v;
        cross += x * v - y * u;
        spread += x * x + y * y;
    }
    if (spread < 1) {
        return std::nullopt;
    }
    double const a = dot / spread, b = cross / spread;
    return CameraMotion{static_cast<float>(a), static_cast<float>(b), static_cast<float>(nx - a * mx + b * my),
                        static_cast<float>(ny - b * mx - a * my), true};
}

std::vector<Pair> agreeing(std::vector<Pair> const& pairs, CameraMotion const& motion) {
    std::vector<Pair> found;
    for (auto const& pair : pairs) {
        auto const to = motion.at(pair.from.x, pair.from.y);
        if (std::hypot(to.x - pair.to.x, to.y - pair.to.y) < agreement_px) {
            found.push_back(pair);
        }
    }
    return found;
}

} // namespace

float CameraMotion::zoom() const {
    return std::hypot(a, b);
}

GreyPicture reduced_grey(Image const& image, int longest) {
    float const scale =
        std::max(1.0F, static_cast<float>(std::max(image.width, image.height)) / static_cast<float>(longest));
    auto const side = [&](int pixels) {
        return std::max(1, static_cast<int>(std::lround(static_cast<float>(pixels) / scale)));
    };
    auto const small = scale > 1 ? resize_bilinear(image, side(image.width), side(image.height)) : image;
    GreyPicture grey{small.width, small.height, {}, static_cast<float>(image.width) / static_cast<float>(small.width)};
    grey.values.reserve(small.rgb.size() / 3);
    for (std::size_t i = 0; i + 2 < small.rgb.size(); i += 3) {
        grey.values.push_back(
            static_cast<std::uint8_t>((299 * small.rgb[i] + 587 * small.rgb[i + 1] + 114 * small.rgb[i + 2]) / 1000));
    }
    return grey;
}

CameraMotion camera_motion(GreyPicture const& earlier, GreyPicture const& later, std::vector<Box> const& things) {
    if (earlier.width != later.width || earlier.height != later.height || earlier.width < 2 * cell ||
        earlier.height < 2 * cell) {
        return {};
    }
    auto const before = pyramid_of(earlier), after = pyramid_of(later);
    std::vector<Pair> pairs;
    for (auto const& corner : corners_of(before[0], things, earlier.scale)) {
        if (auto const to = follow(before, after, corner)) {
            pairs.push_back({corner, *to});
        }
    }
    if (pairs.size() < fewest) {
        return {};
    }
    Draws draws(pairs.size());
    std::vector<Pair> best;
    for (int i = 0; i < attempts; ++i) {
        auto const n = static_cast<int>(pairs.size());
        auto const first = static_cast<std::size_t>(draws.below(n)), second = static_cast<std::size_t>(draws.below(n));
        auto const guess = similarity_of({pairs[first], pairs[second]});
        auto found = guess ? agreeing(pairs, *guess) : std::vector<Pair>();
        if (found.size() > best.size()) {
            best = std::move(found);
        }
    }
    if (best.size() < fewest || static_cast<float>(best.size()) < least_share * static_cast<float>(pairs.size())) {
        return {};
    }
    auto motion = similarity_of(best).value_or(CameraMotion());
    motion.x0 *= earlier.scale;
    motion.y0 *= earlier.scale;
    bool const plausible = motion.zoom() > 0.5F && motion.zoom() < 2;
    return plausible ? motion : CameraMotion();
}

float difference(GreyPicture const& earlier, GreyPicture const& later) {
    constexpr int side = 4, bins = 16;
    using Histograms = std::array<std::array<float, bins>, side * side>;
    auto const histograms_of = [](GreyPicture const& grey) {
        Histograms all{};
        for (int y = 0; y < grey.height; ++y) {
            for (int x = 0; x < grey.width; ++x) {
                auto const place = static_cast<std::size_t>(y * side / grey.height * side + x * side / grey.width);
                auto const index =
                    static_cast<std::size_t>(y) * static_cast<std::size_t>(grey.width) + static_cast<std::size_t>(x);
                all[place][grey.values[index] / (256 / bins)] += 1;
            }
        }
        return all;
    };
    if (earlier.values.empty() || later.values.empty()) {
        return 1;
    }
    auto const a = histograms_of(earlier), b = histograms_of(later);
    float apart = 0;
    for (std::size_t place = 0; place < a.size(); ++place) {
        float all_a = 0, all_b = 0;
        for (std::size_t bin = 0; bin < bins; ++bin) {
            all_a += a[place][bin], all_b += b[place][bin];
        }
        for (std::size_t bin = 0; bin < bins; ++bin) {
            apart += std::abs(a[place][bin] / std::max(1.0F, all_a) - b[place][bin] / std::max(1.0F, all_b));
        }
    }
    return apart / (2 * side * side);
}

bool is_cut(GreyPicture const& earlier, GreyPicture const& later, CameraMotion const& motion) {
    constexpr float another = 0.45F;
    return !motion.found && difference(earlier, later) > another;
}

} // namespace echollama
