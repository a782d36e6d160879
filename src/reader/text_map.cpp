#include "reader/text_map.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace echollama {
namespace {

constexpr float least_core = 3;              // pixels of its shorter side
constexpr float least_line = least_core + 2; // of the grown box

float value_at(TextMap const& map, int x, int y) {
    float value =
        map.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width) + static_cast<std::size_t>(x)];
    return std::isfinite(value) ? value : 0;
}

struct Pixel {
    int x = 0, y = 0;
};

// Collects connected pixels (eight neighbours) of the map.
class Cores {
  public:
    Cores(TextMap const& map, float threshold) : map_(map), open_(map.values.size()) {
        for (std::size_t i = 0; i < open_.size(); ++i) {
            open_[i] = map.values[i] > threshold; // false for what is no number
        }
    }

    // The pixels connected with this one, each once; none when it was taken or lies below the threshold.
    std::vector<Pixel> take(int x, int y) {
        std::vector<Pixel> found;
        take_one({x, y}, found);
        for (std::size_t i = 0; i < found.size(); ++i) {
            auto const at = found[i];
            for (int dy = -1; dy <= 1; ++dy) {
                for (int dx = -1; dx <= 1; ++dx) {
                    take_one({at.x + dx, at.y + dy}, found);
                }
            }
        }
        return found;
    }

  private:
    void take_one(Pixel p, std::vector<Pixel>& found) {
        if (p.x < 0 || p.y < 0 || p.x >= map_.width || p.y >= map_.height) {
            return;
        }
        auto index =
            static_cast<std::size_t>(p.y) * static_cast<std::size_t>(map_.width) + static_cast<std::size_t>(p.x);
        if (open_[index]) {
            open_[index] = 0;
            found.push_back(p);
        }
    }

    TextMap const& map_;
    std::vector<std::uint8_t> open_;
};

// The hull needs only the ends of each row.
std::vector<Point> row_ends(std::vector<Pixel> const& pixels) {
    auto [top, bottom] = std::minmax_element(pixels.begin(), pixels.end(), [](Pixel a, Pixel b) { return a.y < b.y; });
    int const first = top->y;
    struct Row {
        int left = -1, right = -1;
    };
    std::vector<Row> rows(static_cast<std::size_t>(bottom->y - first + 1));
    for (auto const& pixel : pixels) {
        auto& row = rows[static_cast<std::size_t>(pixel.y - first)];
        row.left = row.left < 0 ? pixel.x : std::min(row.left, pixel.x);
        row.right = std::max(row.right, pixel.x);
    }
    std::vector<Point> ends;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto y = static_cast<float>(first + static_cast<int>(i));
        ends.push_back({static_cast<float>(rows[i].left), y});
        ends.push_back({static_cast<float>(rows[i].right), y});
    }
    return ends;
}

// One bit a pixel of a small rectangle, for filling a polygon and its border once.
class Mask {
  public:
    Mask(int width, int height)
        : width_(width), height_(height), bits_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

    void set(int x, int y) {
        if (x >= 0 && y >= 0 && x < width_ && y < height_) {
            bits_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)] = 1;
        }
    }
    bool get(int x, int y) const {
        return bits_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)] != 0;
    }
    // The pixels nearest to a line, one for each step along its longer direction (Bresenham).
    void draw(Pixel a, Pixel b) {
        int const steps = std::max(std::abs(b.x - a.x), std::abs(b.y - a.y));
        for (int i = 0; i <= steps; ++i) {
            double share = steps == 0 ? 0 : static_cast<double>(i) / steps;
            set(static_cast<int>(std::lround(a.x + share * (b.x - a.x))),
                static_cast<int>(std::lround(a.y + share * (b.y - a.y))));
        }
    }
    // Pixels whose centres lie between the sides of a convex polygon.
    void fill(std::array<Pixel, 4> const& corners) {
        for (int y = 0; y < height_; ++y) {
            double left = width_, right = -1;
            for (std::size_t i = 0; i < 4; ++i) {
                auto a = corners[i], b = corners[(i + 1) % 4];
                if (std::min(a.y, b.y) <= y && y <= std::max(a.y, b.y) && a.y != b.y) {
                    double x = a.x + static_cast<double>(b.x - a.x) * (y - a.y) / (b.y - a.y);
                    left = std::min(left, x);
                    right = std::max(right, x);
                }
            }
            for (int x = static_cast<int>(std::ceil(left)); x <= static_cast<int>(std::floor(right)); ++x) {
                set(x, y);
            }
        }
    }

  private:
    int width_, height_;
    std::vector<std::uint8_t> bits_;
};

} // namespace

float mean_inside(TextMap const& map, Quad const& quad) {
    auto bound = [](float value, int last) { return std::clamp(static_cast<int>(value), 0, last); };
    auto [left, right] = std::minmax({quad[0].x, quad[1].x, quad[2].x, quad[3].x});
    auto [top, bottom] = std::minmax({quad[0].y, quad[1].y, quad[2].y, quad[3].y});
    int const x0 = bound(std::floor(left), map.width - 1), x1 = bound(std::ceil(right), map.width - 1);
    int const y0 = bound(std::floor(top), map.height - 1), y1 = bound(std::ceil(bottom), map.height - 1);
    std::array<Pixel, 4> corners;
    for (std::size_t i = 0; i < 4; ++i) {
        corners[i] = {static_cast<int>(quad[i].x - static_cast<float>(x0)),
                      static_cast<int>(quad[i].y - static_cast<float>(y0))};
    }
    Mask mask(x1 - x0 + 1, y1 - y0 + 1);
    mask.fill(corners);
    for (std::size_t i = 0; i < 4; ++i) {
        mask.draw(corners[i], corners[(i + 1) % 4]);
    }
    double sum = 0;
    std::size_t count = 0;
    for (int y = y0; y <= y1; ++y) {
        for (int x = x0; x <= x1; ++x) {
            if (mask.get(x - x0, y - y0)) {
                sum += static_cast<double>(value_at(map, x, y));
                ++count;
            }
        }
    }
    return count == 0 ? 0 : static_cast<float>(sum / static_cast<double>(count));
}

std::vector<TextPlace> find_text(TextMap const& map, TextMapOptions const& options) {
    if (map.width <= 0 || map.height <= 0 ||
        map.values.size() != static_cast<std::size_t>(map.width) * static_cast<std::size_t>(map.height)) {
        throw Error("The text detector gave no map of the picture; install the reading model again.");
    }
    std::vector<TextPlace> places;
    Cores cores(map, options.pixel_threshold);
    for (int y = 0; y < map.height; ++y) {
        for (int x = 0; x < map.width && places.size() < options.most; ++x) {
            auto pixels = cores.take(x, y);
            if (pixels.empty()) {
                continue;
            }
            TextPlace place;
            place.core = ordered_corners(min_area_rectangle(row_ends(pixels)));
            if (short_side(place.core) < least_core) {
                continue;
            }
            place.score = mean_inside(map, place.core);
            if (place.score < options.box_threshold) {
                continue;
            }
            place.corners =
                ordered_corners(min_area_rectangle(grown(place.core, growth_of(place.core, options.growth))));
            if (short_side(place.corners) >= least_line) {
                places.push_back(place);
            }
        }
    }
    return places;
}

} // namespace echollama
