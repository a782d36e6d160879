// A wall's plane as a picture: what the rays through every small piece of it met.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/walls.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace echollama {

class WallPicture {
  public:
    static constexpr float bin_m = 0.025F; // along the wall
    static constexpr float layer_m = 0.1F; // in height
    static constexpr int layers = 24;      // up to 2.4 m
    enum class Piece { unseen, wall, open, hidden, unknown };

    // How far the readings on the wall lie behind its plane, metres, and one standard deviation of that.
    struct Depth {
        float behind = 0, doubt = 0;
    };

    WallPicture(WallPlane const& wall, DepthFrame const& depth, ViewerFrame const& frame);

    int bins() const { return bins_; }
    // Where the bin begins along the wall.
    float start_of(int bin) const { return wall_.along.low + static_cast<float>(bin) * bin_m; }
    Piece piece(int bin, int layer) const;
    // What most rays at the height of a walker's body say.
    Piece body(int bin) const;
    // Of the rays at that height that met the wall or went on behind it the share that met it; none: too few did.
    std::optional<float> share_of_wall(int bin) const;
    // Where there is wall at all, the share of the rays at that height that go on behind it: gaps do not count.
    float seen_through() const;
    // None: too few rays met the wall there.
    std::optional<Depth> depth(int bin) const;

  private:
    // How the rays through one small piece of the wall's plane end.
    struct Rays {
        std::uint16_t on = 0, beyond = 0, before = 0, none = 0;
        float behind = 0; // sum of those on it, metres behind the plane
        float sigma = 0;  // sum of their noise in that direction
    };

    static Piece piece_of(Rays const& rays);
    static void add(Rays& sum, Rays const& rays);
    void fill(DepthFrame const& depth, ViewerFrame const& frame);
    void settle_noise(float edge_px);
    Rays sum(int bin, int from, int to) const;
    Rays const& at(int bin, int layer) const;

    WallPlane const& wall_;
    int bins_;
    float together_ = 1; // readings whose noise goes together
    std::vector<Rays> rays_;
    std::vector<Rays> body_; // of each bin, all heights of a body
};

} // namespace echollama
