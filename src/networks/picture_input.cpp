#include "networks/picture_input.h"

namespace echollama {

void normalise(std::span<float> values, std::array<float, 3> const& mean, std::array<float, 3> const& std) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = (values[i] - mean[i % 3]) / std[i % 3];
    }
}

PictureInput normalised(Image const& image, std::array<float, 3> const& mean, std::array<float, 3> const& std) {
    PictureInput input{image.width, image.height, std::vector<float>(image.rgb.size())};
    for (std::size_t i = 0; i < image.rgb.size(); ++i) {
        input.values[i] = static_cast<float>(image.rgb[i]) / 255.0F;
    }
    normalise(input.values, mean, std);
    return input;
}

} // namespace echollama
