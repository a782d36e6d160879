#include "geometry/wall_picture.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr float farthest_m = 7;
constexpr int knee = 1, thigh = 3, chin = 18; // layers
constexpr int fewest_rays = 12;               // of a bin, to say how far it lies behind the plane

std::uint16_t plus(std::uint16_t a, int b) {
    return static_cast<std::uint16_t>(std::min(a + b, 60000));
}

} // namespace

WallPicture::WallPicture(WallPlane const& wall, DepthFrame const& depth, ViewerFrame const& frame)
    : wall_(wall), bins_(static_cast<int>((wall.along.high - wall.along.low) / bin_m) + 1),
      rays_(static_cast<std::size_t>(bins_) * layers) {
    fill(depth, frame);
    for (int bin = 0; bin < bins_; ++bin) {
        body_.push_back(sum(bin, knee, chin));
    }
    settle_noise(depth.noise.edge_px);
}

WallPicture::Piece WallPicture::piece_of(Rays const& r) {
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
    return r.beyond > r.on ? Piece::open : Piece::wall;
}

void WallPicture::fill(DepthFrame const& depth, ViewerFrame const& frame) {
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
            count = plus(count, 1);
            if (&count == &rays.on) {
                rays.behind += behind;
                rays.sigma += sigma;
            }
        }
    }
}

// Readings of one bin scatter together as far as neighbours share their noise: how far is seen from bins beside each
// other, or, of a narrow wall, taken from the pixels that stereo matches as one.
void WallPicture::settle_noise(float edge_px) {
    constexpr int reach = 6;
    constexpr std::size_t fewest = 8;
    constexpr float median_of_squares = 0.455F; // of a normal distribution
    float const window = 2 * edge_px + 1, most = 8 + 3 * window * window;
    std::vector<float> squares;
    for (int bin = reach; bin + reach < bins_; ++bin) {
        Rays around;
        bool whole = true;
        for (int i = bin - reach; i <= bin + reach; ++i) {
            auto const& r = body_[static_cast<std::size_t>(i)];
            whole = whole && r.on >= fewest_rays && piece_of(r) == Piece::wall;
            add(around, r);
        }
        if (whole) {
            auto const& r = body_[static_cast<std::size_t>(bin)];
            auto const on = static_cast<float>(r.on);
            float const off = r.behind / on - around.behind / static_cast<float>(around.on);
            squares.push_back(off * off * on / (r.sigma / on * r.sigma / on));
        }
    }
    together_ = most;
    if (squares.size() >= fewest) {
        auto const middle = squares.begin() + static_cast<std::ptrdiff_t>(squares.size() / 2);
        std::nth_element(squares.begin(), middle, squares.end());
        together_ = std::clamp(*middle / median_of_squares, 1.0F, most);
    }
}

WallPicture::Piece WallPicture::piece(int bin, int layer) const {
    return piece_of(at(bin, layer));
}

WallPicture::Piece WallPicture::body(int bin) const {
    auto const found = piece_of(sum(bin, thigh, chin));
    if (found == Piece::wall) { // or what stands close before it
        constexpr float least_m = 0.03F;
        auto const there = depth(bin);
        return there && there->behind < -least_m - 3 * there->doubt ? Piece::hidden : found;
    }
    // What lies behind a gap may be too far for the sensor; the floor there is near. Of a wall it says nothing: a board
    // may stand before it.
    bool const floor_behind = found == Piece::unknown && piece_of(sum(bin, knee, 6)) == Piece::open;
    return floor_behind ? Piece::open : found;
}

std::optional<float> WallPicture::share_of_wall(int bin) const {
    if (bin < 0 || bin >= bins_) {
        return std::nullopt;
    }
    auto const& r = body_[static_cast<std::size_t>(bin)];
    int const all = r.on + r.beyond;
    return all < fewest_rays ? std::nullopt : std::optional(static_cast<float>(r.on) / static_cast<float>(all));
}

float WallPicture::seen_through() const {
    constexpr float least_wall = 0.15F; // of the rays through a bin; what has less is a gap
    float on = 0, beyond = 0;
    for (auto const& r : body_) {
        auto const all = static_cast<float>(r.on + r.beyond + r.before + r.none);
        if (static_cast<float>(r.on) > least_wall * all) {
            on += static_cast<float>(r.on) / all, beyond += static_cast<float>(r.beyond) / all;
        }
    }
    return on + beyond > 0 ? beyond / (on + beyond) : 0;
}

std::optional<WallPicture::Depth> WallPicture::depth(int bin) const {
    constexpr float uneven_m = 0.003F;
    if (bin < 0 || bin >= bins_ || body_[static_cast<std::size_t>(bin)].on < fewest_rays) {
        return std::nullopt;
    }
    auto const& r = body_[static_cast<std::size_t>(bin)];
    auto const on = static_cast<float>(r.on);
    return Depth{r.behind / on, uneven_m + r.sigma / on * std::sqrt(together_ / on)};
}

void WallPicture::add(Rays& sum, Rays const& r) {
    sum = {plus(sum.on, r.on),     plus(sum.beyond, r.beyond), plus(sum.before, r.before),
           plus(sum.none, r.none), sum.behind + r.behind,      sum.sigma + r.sigma};
}

WallPicture::Rays WallPicture::sum(int bin, int from, int to) const {
    Rays whole;
    for (int layer = from; layer < to; ++layer) {
        add(whole, at(bin, layer));
    }
    return whole;
}

WallPicture::Rays const& WallPicture::at(int bin, int layer) const {
    return rays_[static_cast<std::size_t>(bin) * layers + static_cast<std::size_t>(layer)];
}

} // namespace echollama
