#include "pipeline/input_stereo.h"

#include "base/input_file.h"
#include "base/log.h"
#include "media/depth/stereo.h"
#include "scene/camera.h"

#include <cmath>
#include <numbers>
#include <tuple>
#include <utility>

namespace echollama {
namespace {

// Photos are often shifted until things lie on both sides of the screen, and their rows do not always fit.
constexpr MatchOptions photo{-0.06F, 0.14F, true};

// The left and the right picture as they are stored, and what is known of the rig.
struct Pair {
    Image left, right;
    ExifInfo exif;
    std::optional<float> baseline_m;      // as the file tells
    std::optional<float> convergence_deg; // as the file tells
};

Image as_stored(LoadedImage const& loaded) {
    return apply_orientation(loaded.image, undone_orientation(loaded.exif.orientation));
}

// Whatever holds the two pictures: where the right one comes first, far would be told as near.
void put_in_order(Pair& pair, MatchOptions const& matching) {
    if (seems_crossed(pair.left, pair.right, matching)) {
        log::warning(
            "The two pictures are in crossed order, the right eye's first; they are used the other way round.");
        std::swap(pair.left, pair.right);
    }
}

View view_of(Pair pair, MatchOptions const& matching, InputOptions const& options) {
    if (options.stereo == StereoLayout::automatic) { // else the user says which is which
        put_in_order(pair, matching);
    }
    int const width = pair.left.width, height = pair.left.height;
    auto const disparity = match_stereo(pair.left, pair.right, matching);
    auto const chosen = chosen_camera(options.camera, width, height);
    auto const camera = chosen ? chosen->camera : guess_camera(width, height, pair.exif.focal_35mm);
    float baseline = options.baseline_m.value_or(chosen ? chosen->baseline_m : 0);
    baseline = baseline > 0 ? baseline : pair.baseline_m.value_or(0);
    // Cameras that look inwards see far things at negative disparities.
    float const offset = (chosen ? chosen->disparity_offset : 0) +
                         camera.fx * std::tan(pair.convergence_deg.value_or(0) * std::numbers::pi_v<float> / 180);
    View view;
    view.image = apply_orientation(pair.left, pair.exif.orientation);
    bool const metric = baseline > 0 && !camera.assumed;
    view.depth =
        apply_orientation(metric ? stereo_metres(disparity, camera.fx, baseline, offset) : stereo_relative(disparity),
                          pair.exif.orientation);
    view.camera = apply_orientation(camera, width, height, pair.exif.orientation);
    return view;
}

Pair halves(LoadedImage const& loaded, bool crossed) {
    Pair pair;
    std::tie(pair.left, pair.right) = halves_of(as_stored(loaded));
    if (crossed) {
        std::swap(pair.left, pair.right);
    }
    pair.exif = loaded.exif;
    pair.exif.focal_35mm.reset(); // it is told for the whole width, if it is right at all
    return pair;
}

bool is_crossed_name(std::filesystem::path const& path) {
    auto const ending = path.extension().string();
    return ending == ".jps" || ending == ".JPS" || ending == ".pns" || ending == ".PNS";
}

} // namespace

View load_stereo_pair(InputOptions const& options, std::span<std::uint8_t const> bytes) {
    auto const left = decode_image(bytes, input_name(options.picture));
    return view_of({as_stored(left), as_stored(load_image(options.right)), left.exif, {}, {}}, {}, options);
}

std::optional<View> load_stereo_mpo(InputOptions const& options, std::span<std::uint8_t const> bytes) {
    auto const mpo = options.stereo == StereoLayout::automatic ? find_mpo_pair(bytes) : std::nullopt;
    if (!mpo) {
        return std::nullopt;
    }
    auto const left = decode_image(mpo->left, input_name(options.picture));
    auto const right = decode_image(mpo->right, "the second picture in " + input_name(options.picture));
    return view_of({as_stored(left), as_stored(right), left.exif, mpo->baseline_m, mpo->convergence_deg}, photo,
                   options);
}

std::optional<View> load_stereo_halves(InputOptions const& options, LoadedImage const& loaded) {
    bool const automatic = options.stereo == StereoLayout::automatic;
    bool const crossed = options.stereo == StereoLayout::right_left || (automatic && is_crossed_name(options.picture));
    if (options.stereo == StereoLayout::none || (automatic && !crossed && !has_like_halves(loaded.image))) {
        return std::nullopt;
    }
    return view_of(halves(loaded, crossed), photo, options);
}

} // namespace echollama
