// What happens to pictures before MiDaS and to its map afterwards.
#include "base/error.h"
#include "media/picture/resize.h"
#include "networks/midas.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr int multiple = 32; // the networks halve the picture five times
constexpr int longest = 4096;

// The nearest multiple (halves to even, as numpy), or the next lower one where that passes `most`.
int to_multiple(double size, int most) {
    auto nearest = static_cast<int>(std::nearbyint(size / multiple)) * multiple;
    return nearest > most ? static_cast<int>(std::floor(size / multiple)) * multiple : nearest;
}

int at_least_one(int size) {
    return std::max(size, multiple);
}

} // namespace

std::pair<int, int> dpt_input_size(int width, int height, int size) {
    double by_width = static_cast<double>(size) / width, by_height = static_cast<double>(size) / height;
    double scale = std::abs(1 - by_width) < std::abs(1 - by_height) ? by_width : by_height;
    constexpr int no_limit = 1 << 30;
    auto scaled = [&](int side) { return at_least_one(to_multiple(std::min(scale * side, 1e6), no_limit)); };
    return {scaled(width), scaled(height)};
}

std::pair<int, int> midas_small_input_size(int width, int height, int size) {
    double scale = std::min(static_cast<double>(size) / width, static_cast<double>(size) / height);
    auto scaled = [&](int side) { return at_least_one(to_multiple(scale * side, size)); };
    return {scaled(width), scaled(height)};
}

PictureInput midas_input(Image const& image, MidasParams const& params, DptRecipe recipe) {
    int const size = params.input_size;
    if (params.is_dpt() && recipe == DptRecipe::hugging_face) {
        return normalised(resize_bilinear(image, size, size), params.mean, params.std);
    }
    auto [width, height] = params.is_dpt() ? dpt_input_size(image.width, image.height, size)
                                           : midas_small_input_size(image.width, image.height, size);
    if (width > longest || height > longest) {
        throw Error("The picture is too elongated for this recipe (" + std::to_string(image.width) + " by " +
                    std::to_string(image.height) + "); cut it, or use the Hugging Face recipe.");
    }
    PictureInput input{width, height, resize_cubic(image, width, height)};
    normalise(input.values, params.mean, params.std);
    return input;
}

DepthMap midas_depth(PictureInput const& input, std::span<float const> depth, int image_width, int image_height) {
    return {image_width, image_height, DepthKind::relative_inverse,
            resize_cubic(depth, input.width, input.height, 1, image_width, image_height)};
}

} // namespace echollama
