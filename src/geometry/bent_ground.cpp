#include "geometry/bent_ground.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float degree = std::numbers::pi_v<float> / 180;
constexpr float least_turn_deg = 2.5F, most_turn_deg = 22;
constexpr float least_turn_alone_deg = 4.5F; // where no walls tell what is level: sensors bend a floor themselves
constexpr float walls_tell = 3 * degree;
constexpr double bent_by_sensor = 0.003; // metres for one metre of distance
// Of the nearer part against the guess: standard deviations, of which one is never less than what short walls lean.
constexpr float most_tilt = 2.5F, least_doubt = 1 * degree, surely_at_most = 8 * degree;
constexpr float farthest_m = 6;
constexpr std::size_t fewest_near = 6, fewest_far = 8;

// A patch over the ground: x and y along it in some level directions, h its height over the camera, and how its own
// face rises along them.
struct Spot {
    double x, y, h, sigma, rise_x, rise_y, rise_sigma;
};

// h = at + x * gx + y * gy + turn * max(0, u - from), where u = x * dx + y * dy
struct Bend {
    double dx = 0, dy = 1, from = 0;
    std::array<double, 4> values{}; // at, gx, gy, turn
    double cost = 0;
    std::size_t near = 0, far = 0; // spots that fit, on each side

    double beyond(Spot const& spot) const { return std::max(0.0, spot.x * dx + spot.y * dy - from); }
    double error(Spot const& spot) const {
        return spot.h - values[0] - values[1] * spot.x - values[2] * spot.y - values[3] * beyond(spot);
    }
};

// Gaussian elimination; the matrix is positive definite, as every unknown has a prior.
std::array<double, 4> solved(std::array<std::array<double, 5>, 4> m) {
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t k = i + 1; k < 4; ++k) {
            double const share = m[k][i] / m[i][i];
            for (std::size_t j = i; j < 5; ++j) {
                m[k][j] -= share * m[i][j];
            }
        }
    }
    std::array<double, 4> values{};
    for (std::size_t i = 4; i-- > 0;) {
        values[i] = m[i][4];
        for (std::size_t j = i + 1; j < 4; ++j) {
            values[i] -= m[i][j] * values[j];
        }
        values[i] /= m[i][i];
    }
    return values;
}

constexpr double outlier = 3; // sigmas

// `turns`: may the farther part have a slope of its own?
void fit(std::vector<Spot> const& spots, double slope_doubt, double height, bool turns, Bend& bend) {
    bend.values = {height, 0, 0, 0};
    for (double scale : {12.0, 6.0, 3.0, 1.5, 1.0}) { // from forgiving to strict, so that a wrong guess is left behind
        std::array<std::array<double, 5>, 4> sums{};
        auto const tilt = 1 / (slope_doubt * slope_doubt);
        sums[0][0] = 1e-6, sums[0][4] = 1e-6 * height;
        sums[1][1] = sums[2][2] = tilt;
        sums[3][3] = turns ? 4 : 1e12; // half a unit: weak
        for (auto const& spot : spots) {
            double const wide = outlier * scale * spot.sigma, off = bend.error(spot) / wide;
            double const share = 1 / (1 + off * off), weight = share * share / (spot.sigma * spot.sigma);
            double const row[] = {1, spot.x, spot.y, bend.beyond(spot)};
            for (std::size_t i = 0; i < 4; ++i) {
                for (std::size_t k = 0; k < 4; ++k) {
                    sums[i][k] += weight * row[i] * row[k];
                }
                sums[i][4] += weight * row[i] * spot.h;
            }
        }
        bend.values = solved(sums);
    }
    bend.cost = (bend.values[1] * bend.values[1] + bend.values[2] * bend.values[2]) / (slope_doubt * slope_doubt);
    bend.near = bend.far = 0;
    for (auto const& spot : spots) {
        double const off = std::min(outlier, std::abs(bend.error(spot)) / spot.sigma);
        bend.cost += off * off;
        if (off < outlier) {
            ++(bend.beyond(spot) > 0 ? bend.far : bend.near);
        }
    }
}

// How steep the faces of the patches on both sides are themselves, across the line.
struct Faces {
    double near = 0, far = 0;
};

Faces faces_of(std::vector<Spot> const& spots, Bend const& bend) {
    std::array<double, 2> rise{}, weights{};
    for (auto const& spot : spots) {
        if (std::abs(bend.error(spot)) < outlier * spot.sigma) {
            auto const side = static_cast<std::size_t>(bend.beyond(spot) > 0);
            double const weight = 1 / (spot.rise_sigma * spot.rise_sigma);
            rise[side] += weight * (spot.rise_x * bend.dx + spot.rise_y * bend.dy);
            weights[side] += weight;
        }
    }
    return {rise[0] / weights[0], rise[1] / weights[1]};
}

// Level directions at right angles to each other.
struct Axes {
    Vector3 x, y;

    explicit Axes(Vector3 up) {
        Vector3 const axis{0, 0, 1};
        auto const ahead = axis - dot(axis, up) * up;
        y = norm(ahead) > 0.05F ? normalised(ahead) : normalised(cross(up, {1, 0, 0}));
        x = cross(y, up);
    }
};

std::vector<Spot> spots_of(std::vector<Patch> const& patches, GroundGuess const& guess, Axes const& axes,
                           DepthNoise const& noise) {
    std::vector<Spot> spots;
    for (auto const& patch : patches) {
        float const tilt = std::acos(std::clamp(dot(patch.normal, guess.up), -1.0F, 1.0F));
        float const height = dot(guess.up, patch.centre);
        float const x = dot(axes.x, patch.centre), y = dot(axes.y, patch.centre);
        bool const level = tilt < std::min(26 * degree, 13 * degree + 1.5F * patch.doubt);
        bool const around = std::abs(height + guess.below) < 0.15F + 0.12F * std::hypot(x, y);
        if (level && around && patch.centre.z < farthest_m) {
            double const doubt = static_cast<double>(height_doubt(patch, guess.up, noise));
            double const facing = std::max(0.3, static_cast<double>(dot(patch.normal, guess.up)));
            spots.push_back({static_cast<double>(x), static_cast<double>(y), static_cast<double>(height),
                             0.003 + bent_by_sensor * static_cast<double>(patch.centre.z) + doubt,
                             -static_cast<double>(dot(patch.normal, axes.x)) / facing,
                             -static_cast<double>(dot(patch.normal, axes.y)) / facing,
                             static_cast<double>(patch.doubt)});
        }
    }
    return spots;
}

// Places and directions of the line where the ground turns: degrees and metres.
struct Search {
    double angle_low, angle_high, angle_step, from_low, from_high, from_step;
};

void improve_bend(std::vector<Spot> const& spots, double slope_doubt, double height, Search const& search, Bend& best) {
    for (double angle = search.angle_low; angle <= search.angle_high; angle += search.angle_step) {
        Bend bend;
        bend.dx = std::sin(angle * static_cast<double>(degree));
        bend.dy = std::cos(angle * static_cast<double>(degree));
        for (double from = search.from_low; from < search.from_high; from += search.from_step) {
            bend.from = from;
            std::size_t near = 0;
            for (auto const& spot : spots) {
                near += bend.beyond(spot) <= 0;
            }
            if (near < fewest_near || spots.size() - near < fewest_far) {
                continue;
            }
            fit(spots, slope_doubt, height, true, bend);
            if (bend.cost < best.cost && bend.near >= fewest_near && bend.far >= fewest_far) {
                best = bend;
            }
        }
    }
}

// The best of them, and then the best around it: a line that is turned by a few degrees tilts what lies before it.
Bend best_bend(std::vector<Spot> const& spots, double slope_doubt, double height) {
    constexpr double turn = 15, apart = 0.15;
    Bend best;
    best.cost = 1e30;
    improve_bend(spots, slope_doubt, height, {-60, 60, turn, 0.4, static_cast<double>(farthest_m), apart}, best);
    if (best.cost < 1e30) {
        double const angle = std::atan2(best.dx, best.dy) / static_cast<double>(degree), from = best.from;
        improve_bend(
            spots, slope_doubt, height,
            {angle - 2 * turn / 3, angle + 2 * turn / 3, turn / 3, from - 2 * apart / 3, from + apart, apart / 3},
            best);
    }
    return best;
}

} // namespace

std::optional<BentGround> find_bend(std::vector<Patch> const& patches, GroundGuess const& guess,
                                    DepthNoise const& noise) {
    Axes const axes(guess.up);
    auto const spots = spots_of(patches, guess, axes, noise);
    if (spots.size() < fewest_near + fewest_far) {
        return std::nullopt;
    }
    auto const height = -static_cast<double>(guess.below), slope_doubt = static_cast<double>(guess.up_doubt);
    Bend flat;
    fit(spots, slope_doubt, height, false, flat);
    auto const bend = best_bend(spots, slope_doubt, height);
    double const turn = std::atan(bend.values[3]) / static_cast<double>(degree);
    // Places and direction are chosen among many: much better, or it is chance.
    bool const better = bend.cost < 0.8 * flat.cost && bend.cost + 60 < flat.cost;
    float const least = guess.up_doubt < walls_tell ? least_turn_deg : least_turn_alone_deg;
    if (!better || std::abs(turn) < static_cast<double>(least) || std::abs(turn) > static_cast<double>(most_turn_deg)) {
        return std::nullopt;
    }
    // The faces turn as the ground does: those of stairs are level, though they rise, and so are those of a floor of
    // which the line leads to what lies higher or lower.
    auto const faces = faces_of(spots, bend);
    double const turned = (faces.far - faces.near) / bend.values[3];
    double const near_off = faces.near - bend.values[1] * bend.dx - bend.values[2] * bend.dy;
    if (turned < 0.6 || turned > 1.6 || std::abs(near_off) > 0.4 * std::abs(bend.values[3])) {
        return std::nullopt;
    }
    BentGround found;
    auto const gx = static_cast<float>(bend.values[1]), gy = static_cast<float>(bend.values[2]);
    float const tilt = std::hypot(gx, gy);
    if (tilt > most_tilt * std::max(guess.up_doubt, least_doubt)) {
        return std::nullopt;
    }
    found.doubtful = tilt > surely_at_most;
    auto const normal = guess.up - gx * axes.x - gy * axes.y;
    found.up = normalised(normal);
    found.below = -static_cast<float>(bend.values[0]) / norm(normal);
    found.turn_deg = static_cast<float>(turn);
    found.to_right = static_cast<float>(bend.dx), found.ahead = static_cast<float>(bend.dy);
    found.from = static_cast<float>(bend.from);
    found.far_share = static_cast<float>(bend.far) / static_cast<float>(bend.near + bend.far);
    return found;
}

} // namespace echollama
