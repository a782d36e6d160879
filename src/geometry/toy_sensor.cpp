#include "geometry/toy_sensor.h"

#include "base/counter_rng.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr float kinect_scale = 43.5F; // 580 pixels * 7.5 cm

class Grid {
  public:
    Grid(int width, int height) : width_(width), height_(height) {}
    std::size_t at(int u, int v) const {
        return static_cast<std::size_t>(std::clamp(v, 0, height_ - 1)) * static_cast<std::size_t>(width_) +
               static_cast<std::size_t>(std::clamp(u, 0, width_ - 1));
    }

  private:
    int width_, height_;
};

// Normal numbers that neighbours share: means over 2 r + 1 squares, scaled back to variance 1.
std::vector<float> shared_noise(int width, int height, int r, std::uint64_t seed) {
    Grid const grid(width, height);
    std::vector<float> white, rows, out;
    for (std::size_t i = 0; i < static_cast<std::size_t>(width) * static_cast<std::size_t>(height); ++i) {
        // Sum of four uniform numbers: normal enough, and quick.
        auto const bits = splitmix64(seed, i);
        float sum = 0;
        for (int k = 0; k < 4; ++k) {
            sum += static_cast<float>((bits >> (16 * k)) & 0xFFFF);
        }
        white.push_back((sum / 65536 - 2) * 1.7320508F);
    }
    for (int v = 0; v < height; ++v) {
        for (int u = 0; u < width; ++u) {
            float sum = 0;
            for (int k = -r; k <= r; ++k) {
                sum += white[grid.at(u + k, v)];
            }
            rows.push_back(sum);
        }
    }
    auto const scale = 1 / static_cast<float>(2 * r + 1);
    for (int v = 0; v < height; ++v) {
        for (int u = 0; u < width; ++u) {
            float sum = 0;
            for (int k = -r; k <= r; ++k) {
                sum += rows[grid.at(u, v + k)];
            }
            out.push_back(scale * sum);
        }
    }
    return out;
}

// The nearest of the pixels within r to each side: edges grow.
std::vector<float> fattened(std::vector<float> const& z, int width, int height, int r) {
    Grid const grid(width, height);
    std::vector<float> out;
    for (int v = 0; v < height; ++v) {
        for (int u = 0; u < width; ++u) {
            float best = z[grid.at(u, v)];
            for (int k = -r; k <= r; ++k) {
                float const other = z[grid.at(u + k, v)];
                best = other > 0 && (best <= 0 || other < 0.9F * best) ? other : best;
            }
            out.push_back(best);
        }
    }
    return out;
}

void sense_structured_light(std::vector<ToyPixel> const& pixels, int width, int height, std::uint64_t seed,
                            std::vector<float>& z) {
    auto const noise = shared_noise(width, height, 1, seed);
    Grid const grid(width, height);
    auto const truth = z;
    for (int v = 0; v < height; ++v) {
        float shadow = 0; // disparity of the nearest thing to the left, in this pixel's column
        for (int u = 0; u < width; ++u) {
            auto const i = grid.at(u, v);
            float const t = truth[i];
            shadow -= 1;
            if (t <= 0) {
                continue;
            }
            float const disparity = kinect_scale / t,
                        sigma = (0.0012F + 0.0019F * (t - 0.4F) * (t - 0.4F)) / (t * t) * kinect_scale;
            bool const dark = disparity < shadow - 1 || t > 6 || pixels[i].slant < 0.14F || t < 0.4F;
            shadow = std::max(shadow, disparity);
            float const read = std::round(8 * (disparity + sigma * noise[i])) / 8;
            z[i] = dark || read <= 0 ? 0 : kinect_scale / read;
        }
    }
}

void sense_stereo(int width, int height, std::uint64_t seed, std::vector<float>& z) {
    auto const noise = shared_noise(width, height, 2, seed), texture = shared_noise(width, height, 12, seed + 1);
    z = fattened(z, width, height, 2);
    for (std::size_t i = 0; i < z.size(); ++i) {
        if (z[i] > 0) {
            float const disparity = toy_stereo_scale / z[i] + 0.25F * noise[i];
            z[i] = texture[i] > 1.7F || disparity < 4 ? 0 : toy_stereo_scale / disparity;
        }
    }
}

void sense_phone(int width, int height, std::uint64_t seed, std::vector<float>& z) {
    auto const noise = shared_noise(width, height, 1, seed);
    Grid const grid(width, height);
    auto const truth = z;
    for (int v = 0; v < height; ++v) {
        for (int u = 0; u < width; ++u) {
            float sum = 0, n = 0;
            for (int k = 0; k < 9; ++k) {
                float const other = truth[grid.at(u + k % 3 - 1, v + k / 3 - 1)];
                float const weight = k == 4 ? 4 : k % 2 == 1 ? 2 : 1;
                sum += other > 0 ? weight * other : 0;
                n += other > 0 ? weight : 0;
            }
            auto const i = grid.at(u, v);
            z[i] = truth[i] <= 0 || n <= 0 || truth[i] > 5 ? 0 : sum / n + (0.01F + 0.007F * truth[i]) * noise[i];
        }
    }
}

} // namespace

std::vector<float> exact(std::vector<ToyPixel> const& pixels) {
    std::vector<float> z;
    for (auto const& pixel : pixels) {
        z.push_back(pixel.z);
    }
    return z;
}

std::vector<float> sense(std::vector<ToyPixel> const& pixels, int width, int height, DepthSensor sensor,
                         std::uint64_t seed) {
    auto z = exact(pixels);
    auto const stream = splitmix64(seed, 77);
    switch (sensor) {
    case DepthSensor::structured_light:
        sense_structured_light(pixels, width, height, stream, z);
        break;
    case DepthSensor::stereo:
        sense_stereo(width, height, stream, z);
        break;
    case DepthSensor::phone:
        sense_phone(width, height, stream, z);
        break;
    }
    float const scale = 1 + 0.005F * (2 * uniform(stream, 1'000'000'000) - 1);
    for (std::size_t i = 0; i < z.size(); ++i) {
        bool const stray = splitmix64(stream + 9, i) % 1000 == 0;
        z[i] = z[i] <= 0 ? 0 : stray ? 0.3F + 6 * uniform(stream + 10, i) : scale * z[i];
    }
    return z;
}

} // namespace echollama
