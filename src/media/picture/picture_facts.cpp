#include "media/picture/picture_facts.h"

#include "media/picture/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace echollama {
namespace {

constexpr int looked_at = 512; // pixels over the longer side
constexpr int smallest_for_blur = 64;

// Levels of 0 to 255.
constexpr float dark_mean = 22, dark_most = 70;       // 95 of 100 pixels are darker than the second
constexpr float bright_mean = 240, bright_most = 215; // 95 of 100 pixels are brighter than the second
constexpr float plain_range = 6;                      // between the darkest and the brightest hundredth, every colour
constexpr int grey_difference = 6;                    // between the colours of one pixel, for 99 of 100 pixels
constexpr double blurred_from = 0.62;

// Rec. 601 luma.
float grey_of(std::uint8_t const* pixel) {
    return 0.299F * static_cast<float>(pixel[0]) + 0.587F * static_cast<float>(pixel[1]) +
           0.114F * static_cast<float>(pixel[2]);
}

Image reduced(Image const& image) {
    double const scale = static_cast<double>(looked_at) / std::max(image.width, image.height);
    if (scale >= 1) {
        return image;
    }
    auto const size = [&](int pixels) { return std::max(1, static_cast<int>(std::lround(pixels * scale))); };
    return resize_bilinear(image, size(image.width), size(image.height));
}

// The value that `share` of all values do not exceed.
template <typename T>
T quantile(std::vector<T> values, double share) {
    auto const place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

bool is_plain(Image const& image) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
        std::vector<std::uint8_t> values;
        for (std::size_t i = channel; i < image.rgb.size(); i += 3) {
            values.push_back(image.rgb[i]);
        }
        if (quantile(values, 0.99) - quantile(values, 0.01) > plain_range) {
            return false;
        }
    }
    return true;
}

std::string plain_color(Image const& image) {
    std::array<double, 3> mean{};
    for (std::size_t i = 0; i < image.rgb.size(); ++i) {
        mean[i % 3] += image.rgb[i] / (static_cast<double>(image.rgb.size()) / 3);
    }
    auto const [least, most] = std::minmax_element(mean.begin(), mean.end());
    if (*most - *least > 40) {
        return "";
    }
    return *most < 30 ? " black" : *least > 225 ? " white" : " grey";
}

bool is_colourless(Image const& image) {
    std::vector<int> differences;
    for (std::size_t i = 0; i + 2 < image.rgb.size(); i += 3) {
        auto const [least, most] = std::minmax({image.rgb[i], image.rgb[i + 1], image.rgb[i + 2]});
        differences.push_back(most - least);
    }
    return quantile(std::move(differences), 0.99) <= grey_difference;
}

struct Lost {
    double all = 0, kept = 0; // sums of differences between neighbours, and of what the blur takes from them
};

// Differences between neighbours `step` apart along lines of `length` pixels, before and after averaging 11 of them.
void add_line(float const* line, int length, int step, Lost& lost) {
    constexpr int half = 5;
    auto const at = [&](int i) { return line[static_cast<std::ptrdiff_t>(std::clamp(i, 0, length - 1)) * step]; };
    double sum = 0;
    for (int i = -half; i <= half; ++i) {
        sum += at(i);
    }
    double before = sum;
    for (int i = 1; i < length; ++i) {
        sum += at(i + half) - at(i - 1 - half);
        double const sharp = std::abs(at(i) - at(i - 1));
        double const soft = std::abs(sum - before) / (2 * half + 1);
        lost.all += sharp;
        lost.kept += std::max(0.0, sharp - soft);
        before = sum;
    }
}

} // namespace

double blur_effect(std::vector<float> const& grey, int width, int height) {
    Lost across, down;
    for (int y = 0; y < height; ++y) {
        add_line(grey.data() + static_cast<std::ptrdiff_t>(y) * width, width, 1, across);
    }
    for (int x = 0; x < width; ++x) {
        add_line(grey.data() + x, height, width, down);
    }
    auto const blur = [](Lost const& lost) { return lost.all > 0 ? (lost.all - lost.kept) / lost.all : 0; };
    return std::max(blur(across), blur(down));
}

std::vector<std::string> picture_facts(Image const& original) {
    if (original.rgb.empty()) {
        return {};
    }
    auto const image = reduced(original);
    std::vector<float> grey;
    for (std::size_t i = 0; i + 2 < image.rgb.size(); i += 3) {
        grey.push_back(grey_of(image.rgb.data() + i));
    }
    if (is_plain(image)) {
        return {"The picture is one plain" + plain_color(image) + " area."};
    }
    double mean = 0;
    for (float level : grey) {
        mean += level / static_cast<double>(grey.size());
    }
    std::vector<std::string> facts;
    if (mean < dark_mean && quantile(grey, 0.95) < dark_most) {
        facts.emplace_back("The picture is very dark.");
    } else if (mean > bright_mean && quantile(grey, 0.05) > bright_most) {
        facts.emplace_back("The picture is very bright.");
    }
    if (std::min(image.width, image.height) >= smallest_for_blur &&
        blur_effect(grey, image.width, image.height) > blurred_from) {
        facts.emplace_back("The picture is blurred.");
    }
    if (facts.empty() && is_colourless(image)) {
        facts.emplace_back("The picture is black and white.");
    }
    return facts;
}

} // namespace echollama
