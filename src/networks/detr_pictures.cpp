// What happens to pictures before DETR and to its numbers afterwards.
#include "media/picture/resize.h"
#include "networks/detr.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {

std::pair<int, int> detr_input_size(int width, int height, int short_side, int long_side) {
    double shorter = std::min(width, height), longer = std::max(width, height);
    double size = short_side;
    if (longer / shorter * size > long_side) {
        size = std::nearbyint(long_side * shorter / longer); // halves to even, as Python's round
    }
    size = std::max(size, 1.0);
    if (shorter == size) {
        return {width, height};
    }
    auto scaled = [&](double side) { return std::max(1, static_cast<int>(size * side / shorter)); };
    auto small = static_cast<int>(size);
    return width < height ? std::pair{small, scaled(height)} : std::pair{scaled(width), small};
}

DetrInput detr_input(Image const& image, DetrParams const& params) {
    auto [width, height] = detr_input_size(image.width, image.height, params.short_side, params.long_side);
    return normalised(resize_bilinear(image, width, height), params.mean, params.std);
}

std::vector<float> sine_position_code(std::span<std::uint8_t const> valid, int width, int height, int d,
                                      float temperature) {
    auto w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(height);
    auto half = static_cast<std::size_t>(d / 2);
    std::vector<float> rows(w * h), columns(w * h); // how many valid pixels there are up to here
    for (std::size_t y = 0; y < h; ++y) {
        for (std::size_t x = 0; x < w; ++x) {
            auto i = y * w + x;
            rows[i] = static_cast<float>(valid[i]) + (y > 0 ? rows[i - w] : 0);
            columns[i] = static_cast<float>(valid[i]) + (x > 0 ? columns[i - 1] : 0);
        }
    }
    std::vector<float> divisors(half);
    for (std::size_t i = 0; i < half; ++i) {
        auto const even = i - i % 2; // a sine and a cosine share their divisor
        divisors[i] = std::pow(temperature, static_cast<float>(even) / static_cast<float>(half));
    }
    constexpr float circle = 2 * std::numbers::pi_v<float>;
    std::vector<float> code(w * h * 2 * half);
    for (std::size_t i = 0; i < w * h; ++i) {
        float y = rows[i] / (rows[(h - 1) * w + i % w] + 1e-6F) * circle;
        float x = columns[i] / (columns[i / w * w + w - 1] + 1e-6F) * circle;
        for (std::size_t k = 0; k < half; ++k) {
            float angle_y = y / divisors[k], angle_x = x / divisors[k];
            code[i * 2 * half + k] = k % 2 == 0 ? std::sin(angle_y) : std::cos(angle_y);
            code[i * 2 * half + half + k] = k % 2 == 0 ? std::sin(angle_x) : std::cos(angle_x);
        }
    }
    return code;
}

std::vector<DetrFound> detr_decode(DetrOutput const& output, std::vector<std::string> const& labels, float threshold,
                                   int image_width, int image_height) {
    std::vector<DetrFound> found;
    auto width = static_cast<float>(image_width), height = static_cast<float>(image_height);
    auto classes = static_cast<std::size_t>(output.classes);
    for (int query = 0; query < output.queries; ++query) {
        float const* logits = &output.logits[static_cast<std::size_t>(query) * classes];
        float const* best = std::max_element(logits, logits + classes - 1); // without "no object"
        float highest = *std::max_element(logits, logits + classes);
        float sum = 0;
        for (std::size_t i = 0; i < classes; ++i) {
            sum += std::exp(logits[i] - highest);
        }
        float score = std::exp(*best - highest) / sum;
        if (!(score > threshold)) {
            continue;
        }
        float const* box = &output.boxes[static_cast<std::size_t>(query) * 4];
        Detection detection;
        detection.label_id = static_cast<int>(best - logits);
        detection.label = labels.at(static_cast<std::size_t>(detection.label_id));
        detection.score = score;
        detection.box = {(box[0] - box[2] / 2) * width, (box[1] - box[3] / 2) * height, (box[0] + box[2] / 2) * width,
                         (box[1] + box[3] / 2) * height};
        found.push_back({query, detection});
    }
    return found;
}

} // namespace echollama
