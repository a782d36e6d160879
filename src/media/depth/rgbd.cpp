#include "media/depth/rgbd.h"

#include "base/error.h"
#include "base/input_file.h"
#include "media/depth/depth_file.h"
#include "media/depth/depth_units.h"
#include "media/view/units.h"

#include <algorithm>

namespace echollama {
namespace {

Intrinsics assumed_sensor(int width, int height) {
    auto const focal = 525.0F * static_cast<float>(width) / 640.0F;
    return {focal, focal, static_cast<float>(width) / 2, static_cast<float>(height) / 2, true};
}

DepthScale scale_of(DepthReadings const& readings, std::optional<float> told, std::string const& name) {
    if (told && !(*told > 0)) {
        throw Error("--depth-units must be more than 0.");
    }
    if (std::none_of(readings.values.begin(), readings.values.end(), [](float reading) { return reading > 0; })) {
        throw Error("The depth picture " + name + " holds no reading at all; record it again.");
    }
    if (told) {
        return {{{unit_name(*told), *told, 0}}, false};
    }
    DepthScale scale{depth_unit_guesses(readings.values)};
    if (scale.guesses.empty()) {
        throw Error("The depth picture " + name +
                    " has an unknown scale; say with --depth-units how many of its units are one metre.");
    }
    return scale;
}

} // namespace

View load_rgbd(LoadedImage loaded, std::filesystem::path const& depth, RgbdOptions const& options) {
    auto readings = load_depth_file(depth);
    auto const stored = loaded.stored_size();
    auto const has_size = [&](int width, int height) { return readings.width == width && readings.height == height; };
    if (!has_size(stored.width, stored.height) && !has_size(loaded.image.width, loaded.image.height)) {
        throw Error("The depth picture " + input_name(depth) + " is " + std::to_string(readings.width) + " by " +
                    std::to_string(readings.height) + " pixels, but the picture is " +
                    std::to_string(loaded.image.width) + " by " + std::to_string(loaded.image.height) +
                    "; they must have the same size.");
    }
    remove_saturated(readings.values);
    auto const scale = scale_of(readings, options.units_per_metre, input_name(depth));
    DepthMap map{readings.width, readings.height, DepthKind::metres, std::move(readings.values)};
    for (float& value : map.values) {
        value /= scale.guesses.front().per_metre;
    }
    auto const chosen = chosen_camera(options.camera, map.width, map.height);
    auto const camera = chosen ? chosen->camera : assumed_sensor(map.width, map.height);
    int const turn = has_size(stored.width, stored.height) ? loaded.exif.orientation : 1;
    View view{std::move(loaded.image), apply_orientation(map, turn),
              apply_orientation(camera, map.width, map.height, turn)};
    view.scale = scale;
    return view;
}

} // namespace echollama
