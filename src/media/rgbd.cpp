#include "media/rgbd.h"

#include "base/error.h"
#include "media/image_io.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

namespace echollama {
namespace {

constexpr float millimetres = 1000;
constexpr float tum_units = 5000;
constexpr float farthest_median_m = 20; // depth cameras see less far

Intrinsics assumed_sensor(int width, int height) {
    auto const focal = 525.0F * static_cast<float>(width) / 640.0F;
    return {focal, focal, static_cast<float>(width - 1) / 2, static_cast<float>(height - 1) / 2, true};
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
        throw Error("The depth picture " + name + " has an unknown scale; say how many of its units are one metre.");
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
    if (loaded.exif.orientation != 1) {
        throw Error("The picture " + color.string() +
                    " is stored turned and its depth is not; turn the picture upright and save it again.");
    }
    if (readings.width != loaded.image.width || readings.height != loaded.image.height) {
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
    auto const camera = options.camera.value_or(assumed_sensor(readings.width, readings.height));
    return {std::move(loaded.image), std::move(map), camera};
}

Intrinsics load_camera_json(std::filesystem::path const& path, int width, int height) {
    std::ifstream file(path);
    if (!file) {
        throw Error("Cannot open the camera file " + path.string() + "; check the path.");
    }
    try {
        auto const json = nlohmann::json::parse(file);
        auto const matrix = json.at("intrinsic_matrix").get<std::vector<float>>();
        auto const own_width = json.at("width").get<float>(), own_height = json.at("height").get<float>();
        if (matrix.size() != 9 || !(own_width > 0) || !(own_height > 0) || !(matrix[0] > 0) || !(matrix[4] > 0)) {
            throw Error("its numbers are impossible");
        }
        auto const sx = static_cast<float>(width) / own_width, sy = static_cast<float>(height) / own_height;
        return {matrix[0] * sx, matrix[4] * sy, matrix[6] * sx, matrix[7] * sy, false};
    } catch (std::exception const& error) {
        throw Error("The camera file " + path.string() + " cannot be used (" + error.what() +
                    "); it must hold width, height and intrinsic_matrix as Open3D writes them.");
    }
}

} // namespace echollama
