#include "media/view/panorama.h"

#include "media/picture/metadata.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float pi = std::numbers::pi_v<float>;
constexpr float degree = pi / 180;

constexpr float look_deg = 72;      // width of a flat view
constexpr float look_step_deg = 45; // from one to the next
constexpr float look_up_deg = 45;   // upwards and downwards
constexpr int widest_look = 1024;   // pixels

constexpr float panorama_shape = 2.6F; // width to height; no camera's single picture is as wide
constexpr float told_panorama_shape = 1.6F;
constexpr float phone_view_deg = 60; // from top to bottom, when a phone is held upright

bool goes_round(Intrinsics const& camera, int width) {
    return static_cast<float>(width) / camera.fx > 350 * degree;
}

// Pixels of the picture for numbers that are told for the panorama before it was reduced.
std::optional<Intrinsics> from_gpano(XmpProperties const& xmp, int width, int height) {
    auto kind = xmp.text("GPano:ProjectionType");
    std::transform(kind.begin(), kind.end(), kind.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    bool const sphere = kind == "equirectangular", cylinder = kind == "cylindrical";
    if (!sphere && !cylinder) {
        return std::nullopt;
    }
    double const shown_width = xmp.number("GPano:CroppedAreaImageWidthPixels", width);
    double const shown_height = xmp.number("GPano:CroppedAreaImageHeightPixels", height);
    double const full_width = xmp.number("GPano:FullPanoWidthPixels", shown_width);
    double const full_height = xmp.number("GPano:FullPanoHeightPixels", sphere ? full_width / 2 : shown_height);
    double const left = xmp.number("GPano:CroppedAreaLeftPixels", (full_width - shown_width) / 2);
    double const top = xmp.number("GPano:CroppedAreaTopPixels", (full_height - shown_height) / 2);
    if (!(shown_width >= 1) || !(shown_height >= 1) || !(full_width >= shown_width) || !(full_height >= shown_height) ||
        full_width > 1e6 || full_height > 1e6 || std::abs(left) > 1e6 || std::abs(top) > 1e6) {
        return std::nullopt;
    }
    double const scale_x = width / shown_width, scale_y = height / shown_height;
    Intrinsics camera;
    camera.projection = sphere ? Projection::sphere : Projection::cylinder;
    camera.fx = static_cast<float>(full_width * scale_x / (2 * std::numbers::pi));
    camera.fy = sphere ? static_cast<float>(full_height * scale_y / std::numbers::pi)
                       : static_cast<float>(full_width * scale_y / (2 * std::numbers::pi));
    camera.cx = static_cast<float>((full_width / 2 - left) * scale_x);
    camera.cy = static_cast<float>((full_height / 2 - top) * scale_y);
    camera.assumed = false;
    return camera;
}

Intrinsics around(Projection projection, int width, int height, float pixels_a_radian) {
    Intrinsics camera{pixels_a_radian, pixels_a_radian, static_cast<float>(width) / 2, static_cast<float>(height) / 2,
                      true};
    camera.projection = projection;
    return camera;
}

// Mean difference of the levels along a row or a column from their mean; and between two columns.
float spread_of(Image const& image, bool row, int at) {
    int const length = row ? image.width : image.height;
    float worst = 0;
    for (int c = 0; c < 3; ++c) {
        double mean = 0, spread = 0;
        auto const level = [&](int i) { return (row ? image.pixel(i, at) : image.pixel(at, i))[c]; };
        for (int i = 0; i < length; ++i) {
            mean += static_cast<double>(level(i)) / length;
        }
        for (int i = 0; i < length; ++i) {
            spread += std::abs(level(i) - mean) / length;
        }
        worst = std::max(worst, static_cast<float>(spread));
    }
    return worst;
}

float difference_of_ends(Image const& image) {
    double sum = 0;
    for (int y = 0; y < image.height; ++y) {
        for (int c = 0; c < 3; ++c) {
            sum += std::abs(image.pixel(0, y)[c] - image.pixel(image.width - 1, y)[c]);
        }
    }
    return static_cast<float>(sum / 3 / image.height);
}

// Both ends of a full circle are neighbours, and the upper and the lower row are one point each.
bool looks_like_sphere(Image const& image) {
    constexpr float one_colour = 8, textured = 16, alike = 10; // levels
    return image.width == 2 * image.height && image.height >= 64 && spread_of(image, true, 0) < one_colour &&
           spread_of(image, true, image.height - 1) < one_colour &&
           spread_of(image, true, image.height / 2) > textured && spread_of(image, false, 0) > textured &&
           difference_of_ends(image) < alike;
}

// Where a direction lies in the panorama; pixels.
struct Spot {
    float x = 0, y = 0;
};
Spot spot_of(Intrinsics const& camera, float yaw, float pitch_down) {
    return {camera.cx + camera.fx * yaw,
            camera.cy + camera.fy * (camera.projection == Projection::sphere ? pitch_down : std::tan(pitch_down))};
}

float pitch_at(Intrinsics const& camera, float y) {
    float const t = (y - camera.cy) / camera.fy;
    return camera.projection == Projection::sphere ? t : std::atan(t);
}

// Bilinear; left and right of the picture is its other end where it goes round, else grey, as above and below it.
std::array<std::uint8_t, 3> color_at(Image const& image, Spot const& spot, bool round) {
    float const x = spot.x - 0.5F, y = std::clamp(spot.y - 0.5F, 0.0F, static_cast<float>(image.height - 1));
    bool const outside = spot.y < 0 || spot.y > static_cast<float>(image.height) ||
                         (!round && (spot.x < 0 || spot.x > static_cast<float>(image.width)));
    if (outside) {
        return {128, 128, 128};
    }
    int const x0 = static_cast<int>(std::floor(x)), y0 = static_cast<int>(y);
    float const fx = x - static_cast<float>(x0), fy = y - static_cast<float>(y0);
    auto const column = [&](int i) {
        return round ? (i % image.width + image.width) % image.width : std::clamp(i, 0, image.width - 1);
    };
    int const left = column(x0), right = column(x0 + 1), below = std::min(y0 + 1, image.height - 1);
    std::array<std::uint8_t, 3> color{};
    for (std::size_t c = 0; c < 3; ++c) {
        float const upper = (1 - fx) * image.pixel(left, y0)[c] + fx * image.pixel(right, y0)[c];
        float const lower = (1 - fx) * image.pixel(left, below)[c] + fx * image.pixel(right, below)[c];
        color[c] = static_cast<std::uint8_t>(std::lround((1 - fy) * upper + fy * lower));
    }
    return color;
}

} // namespace

std::optional<Intrinsics> panorama_camera(LoadedImage const& picture) {
    int const width = picture.image.width, height = picture.image.height;
    if (auto const told = from_gpano(read_xmp(picture.metadata), width, height)) {
        return told;
    }
    if (looks_like_sphere(picture.image)) {
        return around(Projection::sphere, width, height, static_cast<float>(width) / (2 * pi));
    }
    float const shape = static_cast<float>(width) / static_cast<float>(height);
    if (shape < (picture.exif.panorama ? told_panorama_shape : panorama_shape)) {
        return std::nullopt;
    }
    constexpr float film_width_mm = 36, kept = 0.9F; // the film stands upright; putting together cuts some away
    float const half_view = picture.exif.focal_35mm ? std::atan(kept * film_width_mm / 2 / *picture.exif.focal_35mm)
                                                    : phone_view_deg / 2 * degree;
    float const pixels = static_cast<float>(height) / 2 / std::tan(half_view);
    return around(Projection::cylinder, width, height, std::max(pixels, static_cast<float>(width) / (2 * pi)));
}

float panorama_width_deg(Intrinsics const& camera, int width) {
    return std::min(static_cast<float>(width) / camera.fx / degree, 360.0F);
}

std::vector<float> look_directions(Intrinsics const& camera, int width) {
    std::vector<float> directions;
    if (goes_round(camera, width)) {
        float const middle = (static_cast<float>(width) / 2 - camera.cx) / camera.fx / degree;
        for (float yaw = -180; yaw < 180; yaw += look_step_deg) {
            directions.push_back(middle + yaw);
        }
        return directions;
    }
    float const left = -camera.cx / camera.fx / degree;
    float const shown = static_cast<float>(width) / camera.fx / degree;
    int const more = std::max(0, static_cast<int>(std::ceil((shown - look_deg) / look_step_deg)));
    float const free = std::max(0.0F, shown - look_deg);
    for (int i = 0; i <= more; ++i) {
        directions.push_back(more == 0 ? left + shown / 2
                                       : left + look_deg / 2 + free * static_cast<float>(i) / static_cast<float>(more));
    }
    return directions;
}

Look look_into(Image const& panorama, Intrinsics const& camera, float yaw_deg) {
    float const reach = std::tan(look_deg / 2 * degree);
    int const width = std::clamp(static_cast<int>(camera.fx * look_deg * degree), 64, widest_look);
    float const focal = static_cast<float>(width) / 2 / reach;
    float const top = std::max(pitch_at(camera, 0), -look_up_deg * degree);
    float const bottom = std::min(pitch_at(camera, static_cast<float>(panorama.height)), look_up_deg * degree);
    float const above = -focal * std::tan(top);
    int const height = std::max(32, static_cast<int>(std::lround(above + focal * std::tan(bottom))));
    Look look{yaw_deg, {width, height, {}}, {focal, focal, static_cast<float>(width) / 2, above, camera.assumed}};
    bool const round = goes_round(camera, panorama.width);
    look.image.rgb.reserve(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            float const right = (static_cast<float>(x) + 0.5F - look.camera.cx) / focal;
            float const down = (static_cast<float>(y) + 0.5F - look.camera.cy) / focal;
            auto const spot =
                spot_of(camera, yaw_deg * degree + std::atan(right), std::atan2(down, std::hypot(1.0F, right)));
            auto const color = color_at(panorama, spot, round);
            look.image.rgb.insert(look.image.rgb.end(), color.begin(), color.end());
        }
    }
    float const half = look_deg / 2 * degree, close = 1 * degree;
    look.left_end = !round && yaw_deg * degree - half < -camera.cx / camera.fx + close;
    look.right_end =
        !round && yaw_deg * degree + half > (static_cast<float>(panorama.width) - camera.cx) / camera.fx - close;
    return look;
}

Box on_panorama(Box const& box, Look const& look, Intrinsics const& camera, int width) {
    Box found{INFINITY, INFINITY, -INFINITY, -INFINITY};
    constexpr int steps = 4;
    for (int i = 0; i <= steps; ++i) {
        for (int k = 0; k <= steps; ++k) {
            float const x = box.x0 + box.width() * static_cast<float>(i) / steps;
            float const y = box.y0 + box.height() * static_cast<float>(k) / steps;
            float const right = (x - look.camera.cx) / look.camera.fx, down = (y - look.camera.cy) / look.camera.fy;
            auto const spot =
                spot_of(camera, look.yaw_deg * degree + std::atan(right), std::atan2(down, std::hypot(1.0F, right)));
            found = {std::min(found.x0, spot.x), std::min(found.y0, spot.y), std::max(found.x1, spot.x),
                     std::max(found.y1, spot.y)};
        }
    }
    if (goes_round(camera, width)) {
        float const circle = static_cast<float>(width);
        float const turns = std::floor(found.center_x() / circle) * circle;
        found.x0 -= turns;
        found.x1 -= turns;
    }
    return found;
}

} // namespace echollama
