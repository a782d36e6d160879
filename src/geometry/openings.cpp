#include "geometry/measures.h"
#include "geometry/wall_picture.h"
#include "geometry/walls.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace echollama {
namespace {

using Piece = WallPicture::Piece;

constexpr float bin_m = WallPicture::bin_m, layer_m = WallPicture::layer_m;
constexpr int layers = WallPicture::layers;
constexpr float narrowest_m = 0.45F, widest_m = 2.6F;
constexpr float least_through_m = 0.15F;                // that one sees through, between the sides
constexpr float door_low_m = 1.85F, door_high_m = 2.3F; // of the lintel
constexpr float thickest_m = 0.35F;                     // of a wall

// Most of these bins at this height.
Piece most_at(WallPicture const& picture, int begin, int end, int layer) {
    int counts[5] = {};
    for (int bin = begin; bin < end; ++bin) {
        ++counts[static_cast<int>(picture.piece(bin, layer))];
    }
    counts[static_cast<int>(Piece::unseen)] = 0;
    return static_cast<Piece>(std::max_element(std::begin(counts), std::end(counts)) - std::begin(counts));
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

// An end of a gap: where along the wall, and one standard deviation.
struct Edge {
    float along = 0, doubt = 0;
};

// Where readings on the wall give way to readings behind it, between the last bin of wall and the first without it.
float end_of_readings(WallPicture const& picture, int wall_bin, int open_bin) {
    float const first = picture.share_of_wall(open_bin).value_or(0), last = picture.share_of_wall(wall_bin).value_or(1);
    float const more = (first + last - 1) * bin_m; // into the gap
    return wall_bin < open_bin ? picture.start_of(open_bin) + more : picture.start_of(wall_bin) - more;
}

// A wall has a thickness, and from aside one sees the side of the gap: readings that lie behind the wall's plane the
// farther the nearer to the gap they are, as the ray through (t, offset) meets the side at t = edge only
// offset * (edge / t - 1) behind it. Noise hides that in single readings, so every possible edge is weighed by how
// well all of them go with it; the mean is told.
class SideOfGap {
  public:
    // `seen_end`, `end`: where readings give way, as it is seen and without what has grown; `inwards`: 1 or -1, into
    // the wall, and the sign of `end`.
    SideOfGap(WallPicture const& picture, WallPlane const& wall, float seen_end, float end, int inwards)
        : picture_(picture), offset_(wall.offset), end_(end), inwards_(inwards) {
        constexpr int beside = 12;
        int const first = bin_at(seen_end) + inwards, last = bin_at(farthest()) + inwards * (beside + 1);
        for (int bin = first; inwards * bin < inwards * last; bin += inwards) {
            auto const depth = picture.depth(bin);
            if (depth && picture.body(bin) == Piece::wall) {
                samples_.push_back({std::abs(picture.start_of(bin) + bin_m / 2), *depth});
            }
        }
    }

    Edge edge() const {
        constexpr float step = 0.002F, thin = 0.2F; // share of walls without a side worth telling
        float const from = std::abs(end_), to = std::abs(farthest());
        int const steps = std::max(1, static_cast<int>((to - from) / step));
        float sum = 0, first = 0, second = 0, best = 1e9F;
        std::vector<float> costs;
        for (int i = 0; i <= steps; ++i) {
            costs.push_back(cost(from + static_cast<float>(i) * step));
            best = std::min(best, costs.back());
        }
        for (int i = 0; i <= steps; ++i) {
            float const share = i == 0 ? thin : (1 - thin) / static_cast<float>(steps);
            float const weight = share * std::exp((best - costs[static_cast<std::size_t>(i)]) / 2);
            float const at = static_cast<float>(i) * step;
            sum += weight, first += weight * at, second += weight * at * at;
        }
        float const mean = first / sum;
        return {end_ + static_cast<float>(inwards_) * mean, std::sqrt(std::max(0.0F, second / sum - mean * mean))};
    }

  private:
    struct Sample {
        float t; // of the bin's middle, metres from the foot of the right angle
        WallPicture::Depth depth;
    };

    int bin_at(float along) const { return static_cast<int>(std::floor((along - picture_.start_of(0)) / bin_m)); }
    float farthest() const { return end_ * (1 + thickest_m / std::max(offset_, 0.1F)); }

    // How far behind the plane the reading of a bin lies, if the side begins at `edge`.
    float expected(Sample const& sample, float edge) const {
        constexpr int parts = 3; // of a bin
        float behind = 0;
        for (int i = 0; i < parts; ++i) {
            float const part = (static_cast<float>(i) + 0.5F) / parts - 0.5F;
            float const t = std::max(sample.t + part * bin_m, std::abs(end_)); // before the end it has grown
            behind += std::max(0.0F, offset_ * (edge / t - 1)) / parts;
        }
        return behind;
    }

    float cost(float edge) const {
        constexpr float outlier = 9, plane_doubt = 0.01F; // the plane is that of the whole wall; here it may lie off
        float level = 0, weights = 1 / (plane_doubt * plane_doubt);
        for (auto const& sample : samples_) {
            float const off = sample.depth.behind - expected(sample, edge);
            if (std::abs(off) < 2 * plane_doubt + 3 * sample.depth.doubt) {
                float const weight = 1 / (sample.depth.doubt * sample.depth.doubt);
                level += weight * off, weights += weight;
            }
        }
        level /= weights;
        float sum = level * level / (plane_doubt * plane_doubt);
        for (auto const& sample : samples_) {
            float const off = (sample.depth.behind - level - expected(sample, edge)) / sample.depth.doubt;
            sum += std::min(off * off, outlier);
        }
        return sum;
    }

    WallPicture const& picture_;
    float offset_, end_;
    int inwards_;
    std::vector<Sample> samples_;
};

// `inwards`: 1 at the end of a gap, -1 at its beginning.
Edge edge_of(Gap const& gap, int inwards, WallPlane const& wall, WallPicture const& picture, DepthFrame const& depth,
             ViewerFrame const& frame) {
    int const open_bin = inwards > 0 ? gap.end - 1 : gap.begin, wall_bin = open_bin + inwards;
    float const seen = end_of_readings(picture, wall_bin, open_bin);
    // What is nearer has grown over what is behind it.
    float const grown = depth.noise.edge_px * metres_per_pixel(depth, frame, wall, seen);
    float const end = seen + static_cast<float>(inwards) * grown;
    bool const side_visible = static_cast<float>(inwards) * end > 0.02F; // beyond the foot of the right angle
    return side_visible ? SideOfGap(picture, wall, seen, end, inwards).edge() : Edge{end, 0};
}

std::optional<OpeningFacts> opening_of(Gap const& gap, WallPlane const& wall, WallPicture const& picture,
                                       DepthFrame const& depth, ViewerFrame const& frame, std::size_t index) {
    OpeningFacts opening;
    opening.wall = index;
    auto const from = edge_of(gap, -1, wall, picture, depth, frame), to = edge_of(gap, 1, wall, picture, depth, frame);
    auto a = wall.at(from.along), b = wall.at(to.along);
    if (bearing_of(a) > bearing_of(b)) {
        std::swap(a, b);
    }
    opening.from = a, opening.to = b;
    float const sides = std::hypot(from.doubt, to.doubt);
    opening.width = measured(to.along - from.along, std::hypot(0.012F + 0.006F * wall.offset, sides));
    if (opening.width.metres < narrowest_m || opening.width.metres > widest_m) {
        return std::nullopt;
    }
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

void leave_out_seen_through(DepthFrame const& depth, ViewerFrame const& frame, std::vector<WallPlane>& walls) {
    constexpr float most_through = 0.2F;
    constexpr float least_wall = 0.45F, least_shown = 0.25F; // of what is seen along it, and of that with what hides it
    constexpr int fewest = 12;                               // bins
    std::erase_if(walls, [&](WallPlane const& wall) {
        WallPicture const picture(wall, depth, frame);
        int closed = 0, seen = 0, hidden = 0;
        for (int bin = 0; bin < picture.bins(); ++bin) {
            auto const piece = picture.body(bin);
            closed += piece == Piece::wall;
            hidden += piece == Piece::hidden;
            seen += piece != Piece::unseen && piece != Piece::hidden;
        }
        auto fewer = [closed](float share, int than) {
            return static_cast<float>(closed) < share * static_cast<float>(than);
        };
        bool const sparse = seen >= fewest && (fewer(least_wall, seen) || fewer(least_shown, seen + hidden));
        return sparse || picture.seen_through() > most_through;
    });
}

std::vector<OpeningFacts> find_openings(DepthFrame const& depth, ViewerFrame const& frame,
                                        std::vector<WallPlane> const& walls) {
    std::vector<OpeningFacts> openings;
    constexpr float most_sigma = 0.2F; // farther away noise makes gaps of its own
    for (std::size_t i = 0; i < walls.size(); ++i) {
        if (depth.noise.at(walls[i].offset) > most_sigma) {
            continue;
        }
        WallPicture const picture(walls[i], depth, frame);
        for (auto const& gap : gaps_of(picture)) {
            float const through = static_cast<float>(gap.end - gap.begin) * bin_m;
            bool const clear = 4 * gap.unclear <= gap.end - gap.begin;
            if (through < least_through_m || !clear) {
                continue;
            }
            if (auto const opening = opening_of(gap, walls[i], picture, depth, frame, i)) {
                openings.push_back(*opening);
            }
        }
    }
    std::sort(openings.begin(), openings.end(),
              [](auto const& a, auto const& b) { return a.distance.metres < b.distance.metres; });
    return openings;
}

} // namespace echollama
