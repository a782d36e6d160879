#include "geometry/measures.h"
#include "geometry/walls.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace echollama {
namespace {

constexpr float bin_m = 0.025F; // along the wall
constexpr float layer_m = 0.1F; // in height
constexpr int layers = 24;      // up to 2.4 m
constexpr float narrowest_m = 0.45F, widest_m = 2.6F;
constexpr float door_low_m = 1.85F, door_high_m = 2.3F; // of the lintel
constexpr float farthest_m = 7;

// How the rays through one small piece of the wall's plane end.
struct Rays {
    std::uint16_t on = 0, beyond = 0, before = 0, none = 0;
    float behind = 0; // sum of those on it, metres behind the plane
    float sigma = 0;  // sum of their noise in that direction
};

enum class Piece { unseen, wall, open, hidden, unknown };

Piece piece_of(Rays const& r) {
    int const all = r.on + r.beyond + r.before + r.none;
    if (all == 0) {
        return Piece::unseen;
    }
    if (2 * r.before > all) {
        return Piece::hidden;
    }
    if (6 * (r.on + r.beyond) < all - r.before) {
        return Piece::unknown;
    }
    // The sides of a gap in a thick wall are seen behind its plane, too near to be told from it one by one.
    bool const flush = r.behind < 0.012F * static_cast<float>(r.on) + 0.4F * r.sigma;
    return r.beyond > r.on || !flush ? Piece::open : Piece::wall;
}

class WallPicture {
  public:
    WallPicture(WallPlane const& wall)
        : wall_(wall), bins_(static_cast<int>((wall.along.high - wall.along.low) / bin_m) + 1),
          rays_(static_cast<std::size_t>(bins_) * layers) {}

    void fill(DepthFrame const& depth, ViewerFrame const& frame) {
        float const window = 2 * depth.noise.edge_px + 1; // pixels a side that were matched as one
        together_ = 8 + 3 * window * window;
        for (int v = 0; v < depth.height; ++v) {
            float const y = (static_cast<float>(v) + 0.5F - depth.cy) / depth.fy;
            for (int u = 0; u < depth.width; ++u) {
                Vector3 const camera{(static_cast<float>(u) + 0.5F - depth.cx) / depth.fx, y, 1};
                float const right = dot(frame.right, camera), ahead = dot(frame.ahead, camera);
                float const facing = wall_.normal.x * right + wall_.normal.y * ahead;
                if (facing < 0.05F) {
                    continue;
                }
                float const expected = wall_.offset / facing;
                float const height = frame.camera_height + expected * dot(frame.up, camera);
                float const t = wall_.along_of(expected * right, expected * ahead) - wall_.along.low;
                int const bin = static_cast<int>(t / bin_m), layer = static_cast<int>(height / layer_m);
                if (t < 0 || bin >= bins_ || height < 0 || layer >= layers || expected > farthest_m) {
                    continue;
                }
                auto& rays = rays_[static_cast<std::size_t>(bin) * layers + static_cast<std::size_t>(layer)];
                float const z = depth.metres[static_cast<std::size_t>(v) * static_cast<std::size_t>(depth.width) +
                                             static_cast<std::size_t>(u)];
                // Behind the plane at a right angle, so that a wall seen from the side is no gap.
                float const behind = (z - expected) * facing, sigma = depth.noise.at(expected) * facing;
                auto& count = z <= 0                        ? rays.none
                              : behind > 0.08F + 3 * sigma  ? rays.beyond
                              : behind < -0.06F - 3 * sigma ? rays.before
                                                            : rays.on;
                count = static_cast<std::uint16_t>(std::min(count + 1, 60000));
                if (&count == &rays.on) {
                    rays.behind += behind;
                    rays.sigma += sigma;
                }
            }
        }
    }

    // What most rays at the height of a walker's body say.
    Piece body(int bin) const {
        auto const body = piece_of(sum(bin, 3, 18));
        // What lies behind a gap may be too far for the sensor; the floor there is near.
        return body == Piece::unknown ? piece_of(sum(bin, 1, 6)) : body;
    }
    Piece piece(int bin, int layer) const { return piece_of(at(bin, layer)); }
    // How far the readings on the wall lie behind its plane in these bins, metres; none: too few.
    struct Depth {
        float behind = 0, doubt = 0;
    };
    std::optional<Depth> depth(int begin, int end) const {
        constexpr int fewest = 16;
        Rays whole;
        for (int bin = std::max(begin, 0); bin < std::min(end, bins_); ++bin) {
            add(whole, sum(bin, 1, 18));
        }
        if (whole.on < fewest) {
            return std::nullopt;
        }
        auto const on = static_cast<float>(whole.on);
        return Depth{whole.behind / on, whole.sigma / on / std::sqrt(on / together_)};
    }
    int bins() const { return bins_; }

  private:
    static void add(Rays& sum, Rays const& r) {
        auto plus = [](std::uint16_t a, std::uint16_t b) { return static_cast<std::uint16_t>(std::min(a + b, 60000)); };
        sum = {plus(sum.on, r.on),     plus(sum.beyond, r.beyond), plus(sum.before, r.before),
               plus(sum.none, r.none), sum.behind + r.behind,      sum.sigma + r.sigma};
    }
    Rays sum(int bin, int from, int to) const {
        Rays whole;
        for (int layer = from; layer < to; ++layer) {
            add(whole, at(bin, layer));
        }
        return whole;
    }
    Rays const& at(int bin, int layer) const {
        return rays_[static_cast<std::size_t>(bin) * layers + static_cast<std::size_t>(layer)];
    }

    WallPlane const& wall_;
    int bins_;
    float together_ = 1; // readings whose noise goes together
    std::vector<Rays> rays_;
};

// Most of these bins at this height.
Piece most_at(WallPicture const& picture, int begin, int end, int layer) {
    int counts[5] = {};
    for (int bin = begin; bin < end; ++bin) {
        ++counts[static_cast<int>(picture.piece(bin, layer))];
    }
    counts[static_cast<int>(Piece::unseen)] = 0;
    return static_cast<Piece>(std::max_element(std::begin(counts), std::end(counts)) - std::begin(counts));
}

// From the first or the last bin of a stretch of wall, `inwards` (1 or -1) further into it: how many bins are not the
// wall yet but the side of the gap, which begins at its plane and goes on behind it.
int side_bins(WallPicture const& picture, int edge, int inwards) {
    constexpr int most = 4, beyond = 4, wide = 8; // bins; the wall itself is measured over `wide` of them
    constexpr float flush_m = 0.004F;
    auto depth_from = [&](int first, int count) {
        int const a = edge + inwards * first, b = edge + inwards * (first + count - 1);
        return picture.depth(std::min(a, b), std::max(a, b) + 1);
    };
    auto const wall = depth_from(beyond, wide);
    int side = 0;
    while (wall && side < most) {
        auto const here = depth_from(side, 1);
        if (!here || here->behind - wall->behind < flush_m + 2 * std::hypot(here->doubt, wall->doubt)) {
            break;
        }
        ++side;
    }
    return side;
}

// A stretch of bins without wall between two stretches of wall.
struct Gap {
    int begin = 0, end = 0; // the first bin without wall, and the first one with wall again
    int unclear = 0;        // bins of it that are not seen to be open
};

std::vector<Gap> gaps_of(WallPicture const& picture) {
    constexpr int least_wall = 3; // bins of wall that end a gap; fewer are edges of something behind
    std::vector<Gap> gaps;
    std::vector<Piece> pieces;
    for (int bin = 0; bin < picture.bins(); ++bin) {
        pieces.push_back(picture.body(bin));
    }
    auto wall_at = [&](int bin) {
        for (int i = bin; i < bin + least_wall; ++i) {
            if (i >= picture.bins() || pieces[static_cast<std::size_t>(i)] != Piece::wall) {
                return false;
            }
        }
        return true;
    };
    int last_wall = -1; // the end of the last stretch of wall
    for (int bin = 0; bin < picture.bins(); ++bin) {
        if (!wall_at(bin)) {
            continue;
        }
        if (last_wall >= 0 && bin > last_wall) {
            Gap gap{last_wall, bin, 0};
            for (int i = last_wall; i < bin; ++i) {
                gap.unclear += pieces[static_cast<std::size_t>(i)] != Piece::open;
            }
            gaps.push_back(gap);
        }
        int end = bin;
        while (end < picture.bins() && pieces[static_cast<std::size_t>(end)] == Piece::wall) {
            ++end;
        }
        last_wall = end;
        bin = end;
    }
    return gaps;
}

// Metres along the wall that one pixel covers, at a place of the wall.
float metres_per_pixel(DepthFrame const& depth, ViewerFrame const& frame, WallPlane const& wall, float along) {
    constexpr float little = 0.01F;
    auto column = [&](float t) {
        auto const ground = wall.at(t);
        auto const p = frame.to_camera({ground.x, ground.y, frame.camera_height});
        return depth.fx * p.x / std::max(p.z, nearest_reading_m);
    };
    return little / std::max(std::abs(column(along + little) - column(along)), 1e-3F);
}

// Where along the wall an edge lies between its last bin of one kind and its first of another: rays that met neither
// (removed as floating, or without a reading) lie on both sides of it alike.
OpeningFacts opening_of(Gap const& gap, WallPlane const& wall, WallPicture const& picture, DepthFrame const& depth,
                        ViewerFrame const& frame, std::size_t index) {
    OpeningFacts opening;
    opening.wall = index;
    float from = wall.along.low + static_cast<float>(gap.begin - side_bins(picture, gap.begin - 1, -1)) * bin_m;
    float to = wall.along.low + static_cast<float>(gap.end + side_bins(picture, gap.end, 1)) * bin_m;
    from -= depth.noise.edge_px * metres_per_pixel(depth, frame, wall, from); // the wall has grown into it
    to += depth.noise.edge_px * metres_per_pixel(depth, frame, wall, to);
    auto a = wall.at(from), b = wall.at(to);
    if (bearing_of(a) > bearing_of(b)) {
        std::swap(a, b);
    }
    opening.from = a, opening.to = b;
    opening.width = measured(to - from, 0.012F + 0.006F * wall.offset);
    GroundPoint const middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
    opening.bearing_deg = bearing_of(middle);
    opening.distance = measured(distance_to(middle), wall.doubt + 0.01F);
    int const quarter = (gap.end - gap.begin) / 4;
    int low = layers, high = 0;
    for (int layer = 0; layer < layers; ++layer) {
        if (most_at(picture, gap.begin + quarter, gap.end - quarter, layer) == Piece::open) {
            low = std::min(low, layer);
            high = std::max(high, layer + 1);
        }
    }
    opening.height = {static_cast<float>(low) * layer_m, static_cast<float>(high) * layer_m};
    opening.to_the_floor = low <= 4;
    bool const lintel = high < layers && most_at(picture, gap.begin + quarter, gap.end - quarter, high) == Piece::wall;
    opening.door_like = opening.to_the_floor && lintel && opening.height.high >= door_low_m &&
                        opening.height.high <= door_high_m && opening.width.metres < 1.3F;
    return opening;
}

} // namespace

std::vector<OpeningFacts> find_openings(DepthFrame const& depth, ViewerFrame const& frame,
                                        std::vector<WallPlane> const& walls) {
    std::vector<OpeningFacts> openings;
    constexpr float most_sigma = 0.2F; // farther away noise makes gaps of its own
    for (std::size_t i = 0; i < walls.size(); ++i) {
        if (depth.noise.at(walls[i].offset) > most_sigma) {
            continue;
        }
        WallPicture picture(walls[i]);
        picture.fill(depth, frame);
        for (auto const& gap : gaps_of(picture)) {
            float const width = static_cast<float>(gap.end - gap.begin) * bin_m;
            bool const clear = 4 * gap.unclear <= gap.end - gap.begin;
            if (width >= narrowest_m && width <= widest_m && clear) {
                openings.push_back(opening_of(gap, walls[i], picture, depth, frame, i));
            }
        }
    }
    std::sort(openings.begin(), openings.end(),
              [](auto const& a, auto const& b) { return a.distance.metres < b.distance.metres; });
    return openings;
}

} // namespace echollama
