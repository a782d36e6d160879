#include "live/aim.h"

#include "media/picture/picture_facts.h"
#include "media/picture/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace echollama {
namespace {

constexpr int columns = 16, rows = 12; // fields that the picture is looked at in
constexpr int field_px = 8;
constexpr float least_covered = 0.06F, most_covered = 0.85F; // shares of the picture
constexpr float edge_share = 0.006F;                         // so near the picture's edge a box is cut off there
constexpr float told_area = 0.01F;                           // of the picture, of a thing whose cutting off is told
constexpr float told_tilt_deg = 7;

struct Field {
    float red = 0, green = 0, blue = 0, range = 0; // means, and the spread of light

    // Skin close before the lens lets red light through; a thumb or a strap is dark.
    bool may_cover() const {
        bool const reddish = red > 60 && red > 1.35F * green && red > 1.35F * blue;
        bool const dark = red + green + blue < 75;
        return range < 28 && (reddish || dark);
    }
};

using Fields = std::array<std::array<Field, columns>, rows>;

Fields fields_of(Image const& image) {
    auto const small = resize_bilinear(image, columns * field_px, rows * field_px);
    Fields fields{};
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            auto& field = fields[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
            float low = 255, high = 0;
            for (int i = 0; i < field_px * field_px; ++i) {
                auto const* pixel = small.pixel(column * field_px + i % field_px, row * field_px + i / field_px);
                float const light = 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
                low = std::min(low, light), high = std::max(high, light);
                constexpr float area = field_px * field_px;
                field.red += pixel[0] / area, field.green += pixel[1] / area, field.blue += pixel[2] / area;
            }
            field.range = high - low;
        }
    }
    return fields;
}

// Fields side by side that may be one thing before the lens.
struct Patch {
    int count = 0;
    bool edge = false;  // it reaches the picture's edge
    float x = 0, y = 0; // sums of places, -1 to 1 from left to right and from top to bottom
};

Patch patch_at(Fields const& fields, int row, int column,
               std::array<bool, static_cast<std::size_t>(columns) * rows>& looked) {
    Patch patch;
    std::vector<std::pair<int, int>> open{{row, column}};
    while (!open.empty()) {
        auto const [r, c] = open.back();
        open.pop_back();
        if (r < 0 || c < 0 || r >= rows || c >= columns) {
            continue;
        }
        auto& done = looked[static_cast<std::size_t>(r * columns + c)];
        if (done || !fields[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)].may_cover()) {
            continue;
        }
        done = true;
        ++patch.count;
        patch.edge = patch.edge || r == 0 || c == 0 || r == rows - 1 || c == columns - 1;
        patch.x += 2 * (static_cast<float>(c) + 0.5F) / columns - 1;
        patch.y += 2 * (static_cast<float>(r) + 0.5F) / rows - 1;
        open.insert(open.end(), {{r - 1, c}, {r + 1, c}, {r, c - 1}, {r, c + 1}});
    }
    return patch;
}

std::string side_words(float x, float y) {
    std::string const down = y < -0.3F ? "at the top" : y > 0.3F ? "at the bottom" : "";
    std::string const across = x < -0.3F ? "on the left" : x > 0.3F ? "on the right" : "";
    return down.empty() && across.empty() ? "" : down + (down.empty() || across.empty() ? "" : ", ") + across;
}

std::string what_to_do(std::string const& fact) {
    auto const is = [&](char const* word) { return fact.find(word) != std::string::npos; };
    auto const sentence = fact.substr(0, fact.size() - 1);
    return is("very dark")     ? sentence + "; turn on a light."
           : is("very bright") ? sentence + "; turn away from the light."
           : is("blurred")     ? sentence + "; hold the camera still, or wipe the lens."
           : is("plain black") ? sentence + "; turn on a light, or uncover the lens."
           : is("plain")       ? sentence + "; the lens may be covered, or something is too close."
                               : "";
}

} // namespace

std::string cut_off_words(SceneObject const& object, int width, int height) {
    auto const& box = object.detection.box;
    auto const w = static_cast<float>(width), h = static_cast<float>(height);
    bool const left = box.x0<edge_share * w, right = box.x1>(1 - edge_share) * w;
    bool const top = box.y0<edge_share * h, bottom = box.y1>(1 - edge_share) * h;
    std::string const the = "The " + object.detection.label + " is ";
    if (left && right) {
        return the + "wider than the picture; step back.";
    }
    if (left || right) {
        std::string const side = left ? "left" : "right";
        return the + "cut off on the " + side + "; turn " + side + ".";
    }
    if (top && bottom) {
        return the + "taller than the picture; step back.";
    }
    if (top) {
        return the + "cut off at the top; point higher.";
    }
    return bottom ? the + "cut off at the bottom; point lower." : "";
}

std::optional<std::string> covered_side(Image const& image) {
    auto const fields = fields_of(image);
    std::array<bool, static_cast<std::size_t>(columns) * rows> looked{};
    Patch largest;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            auto const patch = patch_at(fields, row, column, looked);
            largest = patch.edge && patch.count > largest.count ? patch : largest;
        }
    }
    float const share = static_cast<float>(largest.count) / (columns * rows);
    if (share < least_covered || share > most_covered) {
        return std::nullopt;
    }
    auto const side =
        side_words(largest.x / static_cast<float>(largest.count), largest.y / static_cast<float>(largest.count));
    return side.empty() ? std::nullopt : std::optional(side);
}

std::optional<float> tilt_of(Image const& image) {
    constexpr int longest = 256, bins = 90;            // one degree each, of a quarter turn
    constexpr float least_gradient = 24, clear = 3.5F; // of the mean
    float const scale = static_cast<float>(longest) / static_cast<float>(std::max({image.width, image.height, 1}));
    auto const side = [&](int pixels) {
        return std::max(8, static_cast<int>(std::lround(static_cast<float>(pixels) * scale)));
    };
    auto const small = resize_bilinear(image, side(image.width), side(image.height));
    auto const light = [&](int x, int y) {
        auto const* p = small.pixel(x, y);
        return 0.299F * p[0] + 0.587F * p[1] + 0.114F * p[2];
    };
    std::array<float, bins> sums{};
    float all = 0;
    for (int y = 1; y + 1 < small.height; ++y) {
        for (int x = 1; x + 1 < small.width; ++x) {
            // Sobel's filter: directions of edges without the grid's own
            float const gx = light(x + 1, y - 1) + 2 * light(x + 1, y) + light(x + 1, y + 1) - light(x - 1, y - 1) -
                             2 * light(x - 1, y) - light(x - 1, y + 1);
            float const gy = light(x - 1, y + 1) + 2 * light(x, y + 1) + light(x + 1, y + 1) - light(x - 1, y - 1) -
                             2 * light(x, y - 1) - light(x + 1, y - 1);
            float const strength = std::hypot(gx, gy);
            if (strength < 4 * least_gradient) {
                continue;
            }
            float degrees = std::atan2(gy, gx) * 180 / std::numbers::pi_v<float> + 360;
            auto const bin = static_cast<std::size_t>(std::fmod(degrees, 90.0F));
            sums[std::min<std::size_t>(bin, bins - 1)] += strength;
            all += strength;
        }
    }
    if (all <= 0) {
        return std::nullopt;
    }
    auto const around = [&](int bin) {
        float sum = 0;
        for (int i = -2; i <= 2; ++i) {
            sum += sums[static_cast<std::size_t>((bin + i + bins) % bins)];
        }
        return sum / 5;
    };
    int best = 0;
    for (int bin = 0; bin < bins; ++bin) {
        best = around(bin) > around(best) ? bin : best;
    }
    if (around(best) < clear * all / bins) {
        return std::nullopt;
    }
    float const tilt = static_cast<float>(best > 45 ? best - 90 : best) + 0.5F;
    return std::abs(tilt) <= 40 ? std::optional(tilt) : std::nullopt;
}

std::vector<std::string> camera_help(Image const& image, Scene const& scene) {
    std::vector<std::string> advice;
    if (image.rgb.empty()) {
        return advice;
    }
    auto const covered = covered_side(image);
    if (covered) {
        advice.push_back("Something covers the lens " + *covered + ", perhaps a finger; move it away.");
    }
    for (auto const& fact : picture_facts(image)) {
        if (auto const words = what_to_do(fact); !words.empty()) {
            advice.push_back(words);
        }
    }
    if (auto const tilt = tilt_of(image); advice.empty() && tilt && std::abs(*tilt) >= told_tilt_deg) {
        auto const degrees = std::to_string(5 * std::lround(std::abs(*tilt) / 5));
        advice.push_back("The camera seems tilted by about " + degrees + " degrees; turn it " +
                         (*tilt > 0 ? "clockwise." : "counterclockwise."));
    }
    for (auto const& object : scene.objects) {
        auto const words = object.area > told_area ? cut_off_words(object, scene.width, scene.height) : "";
        if (!words.empty() && advice.size() < 3) {
            advice.push_back(words);
        }
    }
    return advice;
}

} // namespace echollama
