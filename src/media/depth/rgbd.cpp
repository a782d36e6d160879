#include "media/depth/rgbd.h"

#include "base/error.h"
#include "media/picture/image_io.h"
#include "media/picture/png16.h"

#include <algorithm>

namespace echollama {
namespace {

constexpr float millimetres = 1000;
constexpr float tum_units = 5000;
constexpr float farthest_median_m = 20; // depth cameras see less far

Intrinsics assumed_sensor(int width, int height) {
    auto const focal = 525.0F * static_cast<float>(width) / 640.0F;
    return {focal, focal, static_cast<float>(width) / 2, static_cast<float>(height) / 2, true};
}

void check_plausible(DepthMap const& depth, std::string const& name) {
    std::vector<float> readings;
    std::copy_if(depth.values.begin(), depth.values.end(), std::back_inserter(readings),
                 [](float metres) { return metres > 0; });
    if (readings.empty()) {
        throw Error("The depth picture " + name + " holds no reading at all; record it again.");
    }
    auto const middle = readings.begin() + static_cast<std::ptrdiff_t>(readings.size() / 2);
    std::nth_element(readings.begin(), middle, readings.end());
    if (*middle > farthest_median_m || *middle < 0.01F) {
        throw Error("The depth picture " + name +
                    " has an unknown scale; say with --depth-units how many of its units are one metre.");
    }
}

} // namespace

float recognised_depth_units(std::span<std::uint16_t const> readings) {
    std::size_t given = 0, fives = 0;
    for (auto reading : readings) {
        given += reading != 0 ? 1 : 0;
        fives += reading != 0 && reading % 5 == 0 ? 1 : 0;
    }
    return given > 0 && static_cast<double>(fives) > 0.99 * static_cast<double>(given) ? tum_units : millimetres;
}

View load_rgbd(std::filesystem::path const& color, std::filesystem::path const& depth, RgbdOptions const& options) {
    auto loaded = load_image(color);
    auto const readings = load_png16(depth);
    auto const stored = loaded.stored_size();
    auto const has_size = [&](int width, int height) { return readings.width == width && readings.height == height; };
    if (!has_size(stored.width, stored.height) && !has_size(loaded.image.width, loaded.image.height)) {
        throw Error("The depth picture " + depth.string() + " is " + std::to_string(readings.width) + " by " +
                    std::to_string(readings.height) + " pixels, but the picture is " +
                    std::to_string(loaded.image.width) + " by " + std::to_string(loaded.image.height) +
                    "; they must have the same size.");
    }
    auto const units = options.units_per_metre.value_or(recognised_depth_units(readings.values));
    if (!(units > 0)) {
        throw Error("The depth units a metre must be more than 0.");
    }
    DepthMap map{readings.width, readings.height, DepthKind::metres, std::vector<float>(readings.values.size())};
    std::transform(readings.values.begin(), readings.values.end(), map.values.begin(),
                   [units](std::uint16_t reading) { return static_cast<float>(reading) / units; });
    check_plausible(map, depth.string());
    auto const chosen = chosen_camera(options.camera, readings.width, readings.height);
    auto const camera = chosen ? chosen->camera : assumed_sensor(readings.width, readings.height);
    int const turn = has_size(stored.width, stored.height) ? loaded.exif.orientation : 1;
    return {std::move(loaded.image), apply_orientation(map, turn),
            apply_orientation(camera, readings.width, readings.height, turn)};
}

} // namespace echollama
