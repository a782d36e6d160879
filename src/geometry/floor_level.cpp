#include "geometry/floor_level.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr float lowest_m = 2.2F, highest_m = 0.75F; // of the floor below a camera in somebody's hand
constexpr float larger_than_tables_m2 = 1.5F;
constexpr float usual_m = 1.4F, usual_doubt = 0.35F;

// How far along the ground the nearest point in view is of what lies one metre below the camera.
float nearest_share(DepthFrame const& frame, Vector3 up) {
    float nearest = 1e3F;
    for (float u : {0.0F, static_cast<float>(frame.width) / 2, static_cast<float>(frame.width)}) {
        Vector3 const ray{(u - frame.cx) / frame.fx, (static_cast<float>(frame.height) - frame.cy) / frame.fy, 1};
        float const fall = -dot(ray, up);
        if (fall > 0) {
            nearest = std::min(nearest, norm(ray + fall * up) / fall);
        }
    }
    return nearest;
}

// What levels are made of.
struct Piece {
    float height, area, near, readings;
};

// How much of the area lies where the view begins to show a level of this height.
float near_area_of(std::vector<Piece> const& pieces, float height, float nearest) {
    constexpr float begins_m = 0.8F;
    float sum = 0;
    for (auto const& piece : pieces) {
        sum += piece.near < begins_m - height * nearest ? piece.area : 0;
    }
    return sum;
}

} // namespace

std::vector<LevelSurface> levels_of(DepthFrame const& frame, std::vector<Patch> const& patches, Vector3 up) {
    std::vector<Piece> pieces;
    for (auto const& patch : patches) {
        float const tilt = std::acos(std::clamp(dot(patch.normal, up), -1.0F, 1.0F));
        float const height = dot(patch.centre, up);
        if (tilt < std::min(3 * level_within, level_within + 2 * patch.doubt) && height < -0.25F) {
            auto const along = patch.centre - height * up;
            pieces.push_back({height, patch.area, norm(along), static_cast<float>(patch.readings)});
        }
    }
    std::sort(pieces.begin(), pieces.end(), [](auto const& a, auto const& b) { return a.height < b.height; });
    std::vector<LevelSurface> levels;
    float const nearest = nearest_share(frame, up);
    std::vector<bool> used(pieces.size(), false);
    constexpr float thick = 0.10F;
    while (levels.size() < 8) {
        std::size_t best = 0, best_end = 0;
        float most = 0, sum = 0;
        for (std::size_t first = 0, last = 0; first < pieces.size(); ++first) { // a window over the heights
            last = std::max(last, first);
            while (last < pieces.size() && pieces[last].height - pieces[first].height <= thick) {
                sum += used[last] ? 0 : pieces[last].readings;
                ++last;
            }
            if (sum > most) {
                most = sum, best = first, best_end = last;
            }
            sum -= used[first] ? 0 : pieces[first].readings;
        }
        if (most <= 0) {
            break;
        }
        LevelSurface level;
        std::vector<Piece> own;
        float weighted = 0;
        for (auto i = best; i < best_end; ++i) {
            if (!used[i]) {
                used[i] = true;
                level.area += pieces[i].area;
                level.readings += pieces[i].readings;
                weighted += pieces[i].readings * pieces[i].height;
                own.push_back(pieces[i]);
            }
        }
        level.patches = own.size();
        level.height = weighted / level.readings;
        level.near_area = near_area_of(own, level.height, nearest);
        auto const tenth = own.begin() + static_cast<std::ptrdiff_t>(own.size() / 10);
        std::nth_element(own.begin(), tenth, own.end(), [](auto const& a, auto const& b) { return a.near < b.near; });
        level.gap = std::max(0.0F, tenth->near + level.height * nearest);
        levels.push_back(level);
    }
    return levels;
}

std::optional<LevelSurface> floor_level(std::vector<LevelSurface> const& levels, std::size_t all_patches) {
    std::optional<LevelSurface> best;
    float best_score = 0;
    float lowest = 0;
    for (auto const& level : levels) {
        lowest = level.patches >= 4 ? std::min(lowest, level.height) : lowest;
    }
    for (auto const& level : levels) {
        // Closer under the camera it may be a table, unless it is too large for one and nothing lower is seen.
        bool const large = level.area > larger_than_tables_m2 && level.height < lowest + 0.05F;
        bool const possible = level.height > -lowest_m && (large || level.height < -highest_m) && level.patches >= 4 &&
                              level.patches * 200 >= all_patches && level.area > 0.08F;
        // The seat of something low: floor is seen beside it. A step, or boxes of its height: the floor begins before
        // it, where the viewer stands.
        bool const on_floor = std::any_of(levels.begin(), levels.end(), [&](LevelSurface const& other) {
            float const below = level.height - other.height;
            bool const seat = below > 0.2F && other.area > 2 * level.area && other.gap < level.gap + 0.2F;
            bool const step =
                below > 0.1F && other.height > -lowest_m && other.patches >= 4 && other.near_area > level.near_area;
            return below < 0.9F && (seat || step);
        });
        if (!possible || on_floor) {
            continue;
        }
        float const off = (-level.height - usual_m) / usual_doubt;
        float const score = -off * off / 2 - 1.5F * level.gap + 0.3F * std::log(level.area);
        if (!best || score > best_score) {
            best = level;
            best_score = score;
        }
    }
    return best;
}

} // namespace echollama
