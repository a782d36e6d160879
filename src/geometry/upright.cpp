#include "geometry/upright.h"

#include "geometry/bent_ground.h"
#include "geometry/floor_level.h"
#include "geometry/upright_planes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float degree = std::numbers::pi_v<float> / 180;
constexpr float most_tilt = 65 * degree; // of the camera
constexpr float most_told_error = 6 * degree;
constexpr float walls_tell = 2.5F * degree; // what they tell to this is better than what level patches tell

// Stairs far away are flat as far as the noise lets one see, but rougher than what is flat.
float weight_of(Patch const& patch, DepthNoise const& noise) {
    constexpr float usual = 1.1F;
    float const doubt = patch.doubt / level_within;
    float const rough = std::max(1.0F, patch.residual / (usual * noise.at(patch.centre.z)));
    return std::sqrt(static_cast<float>(patch.readings)) / (1 + doubt * doubt) / (rough * rough);
}

float width_for(Patch const& patch) {
    return std::hypot(level_within, patch.doubt);
}

// Patches that go with this up: level ones count once, upright ones a little less, as they leave one turn open.
float score_of(Vector3 up, std::vector<Patch> const& patches, DepthNoise const& noise) {
    float sum = 0;
    for (auto const& patch : patches) {
        float const cosine = std::abs(dot(patch.normal, up));
        float const width = width_for(patch);
        float const off_level = std::sqrt(std::max(0.0F, 1 - cosine * cosine)) / width, off_upright = cosine / width;
        sum += weight_of(patch, noise) *
               std::max(std::exp(-off_level * off_level), 0.7F * std::exp(-off_upright * off_upright));
    }
    return sum;
}

struct Prior {
    Vector3 up;
    float limit;
};

void add_candidate(std::vector<Vector3>& candidates, Vector3 up, Prior const& prior) {
    up = normalised(up);
    if (dot(up, prior.up) < 0) {
        up = -up;
    }
    if (norm(up) > 0.5F && dot(up, prior.up) > std::cos(prior.limit)) {
        candidates.push_back(up);
    }
}

std::vector<Vector3> candidates_of(std::vector<Patch> const& patches, Prior const& prior) {
    std::vector<Vector3> candidates{prior.up};
    std::size_t const step = std::max<std::size_t>(1, patches.size() / 160);
    for (std::size_t i = 0; i < patches.size(); i += step) {
        auto const n = patches[i].normal;
        add_candidate(candidates, n, prior);
        add_candidate(candidates, prior.up - dot(prior.up, n) * n, prior); // if it is a wall
        std::size_t const other = (i * 7 + patches.size() / 3) % patches.size();
        if (norm(cross(n, patches[other].normal)) > 0.5F) { // two walls
            add_candidate(candidates, cross(n, patches[other].normal), prior);
        }
    }
    return candidates;
}

// The up that is nearest to right angles with upright patches and along the normals of level ones, least squares.
Vector3 refined(Vector3 up, std::vector<Patch> const& patches, DepthNoise const& noise) {
    for (int round = 0; round < 4; ++round) {
        Symmetric3 sums;
        sums.add_outer(up, 1e-3);
        for (auto const& patch : patches) {
            float const cosine = std::abs(dot(patch.normal, up));
            float const width = 2 * width_for(patch);
            double const weight =
                static_cast<double>(weight_of(patch, noise)) / static_cast<double>(1e-4F + patch.doubt * patch.doubt);
            if (std::sqrt(std::max(0.0F, 1 - cosine * cosine)) < width) {
                sums.add_outer(patch.normal, weight);
            } else if (cosine < width) {
                sums.add_outer(patch.normal, -weight);
            }
        }
        auto const found = eigen_of(sums).vectors[2];
        up = dot(found, up) < 0 ? -found : found;
    }
    return up;
}

// A level surface as it is being fitted: its patches, and their mean height.
struct FittedLevel {
    float height = 0, doubt = 0;
    std::size_t patches = 0;
};

// `within`: radians, beside the patch's own doubt.
bool is_level(Patch const& patch, Vector3 up, float within) {
    return dot(patch.normal, up) > std::cos(std::min(3 * level_within, within + 1.5F * patch.doubt));
}

// The up to which level surfaces, each around its own mean, have the least scatter and walls are upright; only whole
// patches count, as walls and risers begin at the same heights. Updates the levels' heights.
Vector3 fitted_up(DepthFrame const& frame, std::vector<Patch> const& patches, UpGuess const& guess, Vector3 up,
                  float tolerance, float within, std::vector<FittedLevel>& levels) {
    struct Sum {
        double weight = 0, x = 0, y = 0, z = 0, height = 0, squares = 0;
        std::size_t patches = 0;
        Symmetric3 outer;
    };
    std::vector<Sum> sums(levels.size());
    Symmetric3 whole = guess.walls;
    for (auto const& patch : patches) {
        float const height = dot(up, patch.centre), doubt = height_doubt(patch, up, frame.noise);
        if (!is_level(patch, up, within) || patch.centre.z > 6) {
            continue;
        }
        for (std::size_t k = 0; k < levels.size(); ++k) {
            if (std::abs(height - levels[k].height) < tolerance + 2.5F * doubt) {
                double const weight = 1 / static_cast<double>(doubt * doubt);
                auto& sum = sums[k];
                sum.weight += weight;
                sum.x += weight * static_cast<double>(patch.centre.x);
                sum.y += weight * static_cast<double>(patch.centre.y);
                sum.z += weight * static_cast<double>(patch.centre.z);
                sum.height += weight * static_cast<double>(height);
                sum.squares += weight * static_cast<double>(height * height);
                sum.outer.add_outer(patch.centre, weight);
                ++sum.patches;
                break;
            }
        }
    }
    std::vector<Vector3> means(levels.size());
    for (std::size_t k = 0; k < levels.size(); ++k) {
        auto& sum = sums[k];
        levels[k].patches = sum.patches;
        if (sum.weight > 0) {
            double const mean = sum.height / sum.weight;
            levels[k].doubt = static_cast<float>(std::sqrt(std::max(0.0, sum.squares / sum.weight - mean * mean)));
            means[k] = {static_cast<float>(sum.x / sum.weight), static_cast<float>(sum.y / sum.weight),
                        static_cast<float>(sum.z / sum.weight)};
            sum.outer.add_outer(means[k], -sum.weight);
            whole += sum.outer;
        }
    }
    whole.add_outer(normalised(cross(up, {1, 0, 0})), 1); // where nothing tells, it stays as it is
    whole.add_outer(normalised(cross(up, cross(up, {1, 0, 0}))), 1);
    auto found = eigen_of(whole).vectors[0];
    found = dot(found, up) < 0 ? -found : found;
    for (std::size_t k = 0; k < levels.size(); ++k) {
        levels[k].height = sums[k].weight > 0 ? dot(found, means[k]) : levels[k].height;
    }
    return found;
}

// How far along `up` the nearer part of the floor lies below the camera: of a slope that `floor` was fitted to, a plane
// along `up` begins where the viewer stands.
float below_near(std::vector<Patch> const& patches, FloorPlane const& floor, Vector3 up, float within) {
    constexpr float thick = 0.12F;
    struct On {
        float away, below;
    };
    std::vector<On> on;
    for (auto const& patch : patches) {
        if (is_level(patch, floor.up, within) && std::abs(dot(floor.up, patch.centre) + floor.below) < thick) {
            float const height = dot(up, patch.centre);
            on.push_back({norm(patch.centre - height * up), -height});
        }
    }
    if (on.empty()) {
        return floor.below;
    }
    auto const few = on.begin() + static_cast<std::ptrdiff_t>(on.size() / 6);
    std::nth_element(on.begin(), few, on.end(), [](auto const& a, auto const& b) { return a.away < b.away; });
    return few->below;
}

// A plane through a floor and a step on it is tilted, though the faces of both are level.
bool crosses_steps(std::vector<Patch> const& patches, FloorPlane const& floor, Vector3 up, float within, float least) {
    constexpr float thick = 0.12F;
    Vector3 faces{0, 0, 0};
    for (auto const& patch : patches) {
        if (is_level(patch, floor.up, within) && std::abs(dot(floor.up, patch.centre) + floor.below) < thick) {
            faces = faces + 1 / (patch.doubt * patch.doubt) * patch.normal;
        }
    }
    float const tilt = std::acos(std::clamp(dot(floor.up, up), -1.0F, 1.0F));
    auto const level = normalised(faces);
    return tilt > least && dot(level, up) > std::cos(tilt / 2) && dot(level, up) > dot(level, floor.up);
}

// The height under the camera of the level surface that lies about there.
float level_below(DepthFrame const& frame, std::vector<Patch> const& patches, Vector3 up, float about) {
    float sum = 0, weights = 0;
    for (auto const& patch : patches) {
        float const below = -dot(up, patch.centre), doubt = height_doubt(patch, up, frame.noise);
        if (is_level(patch, up, level_within) && std::abs(below - about) < 0.03F + 2 * doubt) {
            sum += below / (doubt * doubt), weights += 1 / (doubt * doubt);
        }
    }
    return weights > 0 ? sum / weights : about;
}

// What the faces of the floor right before the viewer say of up, who stands on it whatever lies farther on.
struct NearFaces {
    Vector3 up;
    float doubt = 1; // radians, one standard deviation
};

std::optional<NearFaces> near_faces(std::vector<Patch> const& patches, Vector3 up, LevelSurface const& level) {
    constexpr float thick = 0.12F, together = 2; // neighbouring patches share some noise
    constexpr std::size_t fewest = 12;
    struct On {
        float away;
        Patch const* patch;
    };
    std::vector<On> on;
    for (auto const& patch : patches) {
        float const height = dot(up, patch.centre);
        if (is_level(patch, up, level_within) && std::abs(height - level.height) < thick) {
            on.push_back({norm(patch.centre - height * up), &patch});
        }
    }
    auto const near = on.size() / 3;
    if (near < fewest) {
        return std::nullopt;
    }
    std::nth_element(on.begin(), on.begin() + static_cast<std::ptrdiff_t>(near), on.end(),
                     [](auto const& a, auto const& b) { return a.away < b.away; });
    Vector3 sum{0, 0, 0};
    float weights = 0;
    for (std::size_t i = 0; i < near; ++i) {
        auto const& patch = *on[i].patch;
        float const weight = 1 / (patch.doubt * patch.doubt);
        sum = sum + weight * patch.normal;
        weights += weight;
    }
    return NearFaces{normalised(sum), together / std::sqrt(weights)};
}

// Short walls and noise make planes that lean; where the floor before the viewer clearly says otherwise they are not
// asked.
void doubt_walls(DepthFrame const& frame, std::vector<Patch> const& patches, UpGuess& guess) {
    constexpr float least = 1 * degree, sigmas = 2.5F, sure = 0.9F * degree;
    auto const level = floor_level(levels_of(frame, patches, guess.up), patches.size());
    auto const faces = level ? near_faces(patches, guess.up, *level) : std::nullopt;
    if (!faces) {
        return;
    }
    float const apart = std::acos(std::clamp(dot(faces->up, guess.up_by_walls), -1.0F, 1.0F));
    if (apart > least + sigmas * faces->doubt) {
        guess.walls = {};
        guess.walls_doubt = 1;
        guess.up = faces->up;
    } else if (guess.walls_doubt > sure) { // both know a part of it
        double const weight = 1 / static_cast<double>(faces->doubt * faces->doubt);
        auto const x = normalised(cross(faces->up, {1, 0, 0}));
        guess.walls.add_outer(x, weight);
        guess.walls.add_outer(cross(faces->up, x), weight);
        auto const both = eigen_of(guess.walls);
        guess.up_by_walls = dot(both.vectors[0], guess.up_by_walls) < 0 ? -both.vectors[0] : both.vectors[0];
        guess.walls_doubt = static_cast<float>(1 / std::sqrt(std::max(1.0, both.values[1])));
    }
}

// What whole upright planes say of up, beside the guess.
void ask_walls(DepthFrame const& frame, std::vector<Patch> const& patches, UpGuess& guess) {
    auto const planes = upright_planes(patches, guess.up, frame.noise);
    guess.up_by_walls = common_up(planes, guess.up);
    auto const start = guess.up_by_walls;
    for (float forgiving : {1 * degree, 0.5F * degree, 0.0F, 0.0F}) {
        guess.walls = uprightness(planes, guess.up_by_walls, forgiving);
        auto sums = guess.walls;
        auto const weak =
            1 / static_cast<double>(level_within * level_within); // in the direction that they say nothing of
        sums.add_outer(normalised(cross(start, {1, 0, 0})), weak);
        sums.add_outer(normalised(cross(start, cross(start, {1, 0, 0}))), weak);
        auto const found = eigen_of(sums).vectors[0];
        guess.up_by_walls = dot(found, start) < 0 ? -found : found;
    }
    // Of the walls alone: the second smallest value is that of the direction across up that they say least of.
    double const least = std::max(1.0, eigen_of(guess.walls).values[1]);
    guess.walls_doubt = static_cast<float>(1 / std::sqrt(least));
}

} // namespace

UpGuess find_up(DepthFrame const& frame, std::vector<Patch> const& patches) {
    UpGuess guess;
    Prior const prior{frame.up ? normalised(*frame.up) : Vector3{0, -1, 0}, frame.up ? most_told_error : most_tilt};
    guess.up = guess.up_by_walls = prior.up;
    guess.source = frame.up ? UpSource::told : UpSource::assumed;
    if (patches.size() < 6) {
        return guess;
    }
    float best = -1;
    for (auto const& up : candidates_of(patches, prior)) {
        float const tilt = std::acos(std::clamp(dot(up, prior.up), -1.0F, 1.0F)) / degree / 60;
        float const score = score_of(up, patches, frame.noise) * std::exp(-tilt * tilt / 2);
        if (score > best) {
            best = score;
            guess.up = up;
        }
    }
    guess.up = refined(guess.up, patches, frame.noise);
    float level_weight = 0, all_weight = 0;
    for (auto const& patch : patches) {
        float const cosine = std::abs(dot(patch.normal, guess.up));
        all_weight += weight_of(patch, frame.noise);
        if (std::sqrt(std::max(0.0F, 1 - cosine * cosine)) < 1.5F * width_for(patch)) {
            level_weight += weight_of(patch, frame.noise);
        }
    }
    ask_walls(frame, patches, guess);
    bool const two_walls = guess.walls_doubt < walls_tell;
    if (guess.source == UpSource::assumed && (two_walls || level_weight > 0.1F * all_weight)) {
        guess.source = two_walls ? UpSource::walls : UpSource::floor;
    }
    return guess;
}

std::optional<FloorPlane> find_floor(DepthFrame const& frame, std::vector<Patch> const& patches, UpGuess const& asked) {
    auto guess = asked;
    if (guess.walls_doubt < walls_tell) {
        doubt_walls(frame, patches, guess);
    }
    bool const walls = guess.walls_doubt < walls_tell;
    auto const start = walls ? guess.up_by_walls : guess.up;
    auto const levels = levels_of(frame, patches, start);
    auto const level = floor_level(levels, patches.size());
    if (!level) {
        return std::nullopt;
    }
    std::vector<FittedLevel> fitted{{level->height, 0, 0}};
    for (auto const& other : levels) {
        if (other.patches >= 4 && std::abs(other.height - level->height) > 0.1F) {
            fitted.push_back({other.height, 0, 0});
        }
    }
    FloorPlane floor;
    floor.up = start;
    // A ramp is nearly level; walls tell it from the floor.
    float const within = walls ? std::max(1.0F * degree, guess.walls_doubt) : level_within;
    for (float tolerance : {0.05F, 0.03F, 0.02F, 0.015F, 0.015F}) {
        floor.up = fitted_up(frame, patches, guess, floor.up, tolerance, within, fitted);
    }
    if (fitted[0].patches < 3) {
        return std::nullopt;
    }
    floor.below = -fitted[0].height;
    auto const up = walls ? start : floor.up;
    auto const bend = find_bend(
        patches,
        {up, walls ? std::max(0.5F * degree, guess.walls_doubt) : level_within, below_near(patches, floor, up, within)},
        frame.noise);
    floor.bend = bend;
    if (bend && !bend->doubtful) { // what the viewer stands on is the nearer part
        floor.up = bend->up;
        floor.below = bend->below;
    } else if (walls && crosses_steps(patches, floor, start, within, std::max(1.5F * degree, 2 * guess.walls_doubt))) {
        floor.below = level_below(frame, patches, start, below_near(patches, floor, start, within));
        floor.up = start;
    }
    floor.below_doubt = 0.004F + 0.004F * floor.below + 0.1F * fitted[0].doubt;
    if (walls) {
        float const slope = std::acos(std::clamp(dot(floor.up, guess.up_by_walls), -1.0F, 1.0F)) / degree;
        floor.slope_deg = slope > 4 ? slope : 0;
    }
    constexpr float unlike = 2 * degree; // steeper than floors that are looked at with noise seem to be
    if (asked.walls_doubt < walls_tell && !bend &&
        dot(floor.up, asked.up_by_walls) < std::cos(std::max(unlike, asked.walls_doubt))) {
        floor.level_up = asked.up_by_walls;
    }
    return floor;
}

} // namespace echollama
