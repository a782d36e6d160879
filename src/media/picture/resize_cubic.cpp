#include "media/picture/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <stdexcept>

namespace echollama {
namespace {

// Four neighbours of every output position and their weights.
struct Taps {
    std::array<int, 4> at;
    std::array<float, 4> weight;
};

// OpenCV rounds positions to float32, PyTorch's double precision does not.
enum class Positions { exact, rounded };

std::vector<Taps> make_taps(int in_size, int out_size, Positions positions) {
    constexpr float a = -0.75F;
    std::vector<Taps> taps(static_cast<std::size_t>(out_size));
    double const scale = static_cast<double>(in_size) / out_size;
    for (int out = 0; out < out_size; ++out) {
        double position = (out + 0.5) * scale - 0.5;
        position = positions == Positions::rounded ? static_cast<double>(static_cast<float>(position)) : position;
        int const first = static_cast<int>(std::floor(position));
        auto const x = static_cast<float>(position - first);
        auto& t = taps[static_cast<std::size_t>(out)];
        for (int i = 0; i < 4; ++i) {
            t.at[static_cast<std::size_t>(i)] = std::clamp(first - 1 + i, 0, in_size - 1);
        }
        auto const far = [](float d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
        auto const near = [](float d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
        t.weight = {far(x + 1), near(x), near(1 - x), 0};
        t.weight[3] = 1 - t.weight[0] - t.weight[1] - t.weight[2]; // as OpenCV: the sum is exactly one
    }
    return taps;
}

// `read_row(y, out)` gives row y of the source as floats. Only the rows that are used are read and resized, each once:
// four neighbouring rows are kept.
std::vector<float> resize(int width, int height, int channels, int new_width, int new_height, Positions positions,
                          std::function<void(int, float*)> const& read_row) {
    if (width < 1 || height < 1 || channels < 1 || new_width < 1 || new_height < 1) {
        throw std::logic_error("resize_cubic: sizes must be at least 1");
    }
    auto const across = make_taps(width, new_width, positions);
    auto const down = make_taps(height, new_height, positions);
    auto const depth = static_cast<std::size_t>(channels);
    auto const row_size = static_cast<std::size_t>(new_width) * depth;
    std::vector<float> source(static_cast<std::size_t>(width) * depth), kept(4 * row_size);
    std::array<int, 4> held{-1, -1, -1, -1};
    auto row = [&](int y) -> float const* {
        auto const slot = static_cast<std::size_t>(y % 4);
        float* out = kept.data() + slot * row_size;
        if (held[slot] != y) {
            held[slot] = y;
            read_row(y, source.data());
            for (std::size_t x = 0; x < across.size(); ++x) {
                auto const& t = across[x];
                for (std::size_t c = 0; c < depth; ++c) {
                    float sum = 0;
                    for (std::size_t i = 0; i < 4; ++i) {
                        sum += t.weight[i] * source[static_cast<std::size_t>(t.at[i]) * depth + c];
                    }
                    out[x * depth + c] = sum;
                }
            }
        }
        return out;
    };
    std::vector<float> result(row_size * static_cast<std::size_t>(new_height));
    for (std::size_t y = 0; y < down.size(); ++y) {
        auto const& t = down[y];
        float const *r0 = row(t.at[0]), *r1 = row(t.at[1]), *r2 = row(t.at[2]), *r3 = row(t.at[3]);
        float* out = result.data() + y * row_size;
        for (std::size_t i = 0; i < row_size; ++i) {
            out[i] = t.weight[0] * r0[i] + t.weight[1] * r1[i] + t.weight[2] * r2[i] + t.weight[3] * r3[i];
        }
    }
    return result;
}

} // namespace

std::vector<float> resize_cubic(std::span<float const> values, int width, int height, int channels, int new_width,
                                int new_height) {
    auto const row_size = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
    if (values.size() != row_size * static_cast<std::size_t>(height)) {
        throw std::logic_error("resize_cubic: wrong number of values");
    }
    return resize(width, height, channels, new_width, new_height, Positions::exact, [&](int y, float* out) {
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * row_size), row_size,
                    out);
    });
}

std::vector<float> resize_cubic(Image const& image, int new_width, int new_height) {
    return resize(image.width, image.height, 3, new_width, new_height, Positions::rounded, [&](int y, float* out) {
        auto const* in = image.pixel(0, y);
        std::transform(in, in + 3 * image.width, out, [](std::uint8_t v) { return static_cast<float>(v) / 255.0F; });
    });
}

} // namespace echollama
