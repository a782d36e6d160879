// Scenes of a few flat pieces, for tests of geometry.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/surroundings.h"
#include "geometry/toy_sensor.h"

#include <cmath>
#include <limits>
#include <vector>

namespace echollama {

constexpr float camera_m = 1.4F, degree = 0.0174533F;

// A flat piece: corner + a * side + b * up, 0 <= a, b <= 1; x to the right, y ahead, z up from the floor.
struct Piece {
    Vector3 corner, side, up;
};

inline std::vector<Piece> box(GroundBox const& b) {
    float const w = b.x.high - b.x.low, d = b.y.high - b.y.low, h = b.z.high - b.z.low;
    Vector3 const low{b.x.low, b.y.low, b.z.low};
    return {{low, {w, 0, 0}, {0, 0, h}},
            {low, {0, d, 0}, {0, 0, h}},
            {{b.x.high, b.y.low, b.z.low}, {0, d, 0}, {0, 0, h}},
            {low, {w, 0, 0}, {0, d, 0}},
            {{b.x.low, b.y.low, b.z.high}, {w, 0, 0}, {0, d, 0}}};
}

inline std::vector<Piece> joined(std::vector<Piece> a, std::vector<Piece> const& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// Where a camera looks from 1.4 m over the floor.
struct Look {
    float down_deg = 20, right_deg = 0;
};

// True distances, no noise: 640 x 480 pixels, or as many as phones have. `pixels` gets what sensors need to know.
inline DepthFrame exact_view(std::vector<Piece> const& pieces, Look const& look, std::vector<ToyPixel>& pixels,
                             bool phone = false) {
    DepthFrame frame;
    frame.width = phone ? 256 : 640, frame.height = phone ? 192 : 480, frame.fx = frame.fy = phone ? 212 : 525;
    frame.cx = static_cast<float>(frame.width) / 2, frame.cy = static_cast<float>(frame.height) / 2;
    float const c = std::cos(look.down_deg * degree), s = std::sin(look.down_deg * degree);
    float const cy = std::cos(look.right_deg * degree), sy = std::sin(look.right_deg * degree);
    Vector3 const eye{0, 0, camera_m};
    for (int v = 0; v < frame.height; ++v) {
        for (int u = 0; u < frame.width; ++u) {
            float const right = (static_cast<float>(u) + 0.5F - frame.cx) / frame.fx,
                        down = (static_cast<float>(v) + 0.5F - frame.cy) / frame.fy;
            float const ahead = c - down * s;
            Vector3 const ray{cy * right + sy * ahead, cy * ahead - sy * right, -s - down * c};
            ToyPixel pixel{std::numeric_limits<float>::infinity(), 1};
            for (auto const& piece : pieces) {
                auto const normal = cross(piece.side, piece.up);
                float const t = dot(normal, piece.corner - eye) / dot(normal, ray);
                auto const on = eye + t * ray - piece.corner;
                float const a = dot(on, piece.side) / dot(piece.side, piece.side),
                            b = dot(on, piece.up) / dot(piece.up, piece.up);
                if (t > 0.1F && t < pixel.z && a >= 0 && a <= 1 && b >= 0 && b <= 1) {
                    pixel = {t, std::abs(dot(normal, ray)) / norm(normal) / norm(ray)};
                }
            }
            pixel.z = std::isfinite(pixel.z) ? pixel.z : 0;
            frame.metres.push_back(pixel.z);
            pixels.push_back(pixel);
        }
    }
    return frame;
}

// As a sensor sees it.
inline DepthFrame sensed_view(std::vector<Piece> const& pieces, Look const& look, DepthSensor sensor,
                              std::uint64_t seed) {
    std::vector<ToyPixel> pixels;
    auto frame = exact_view(pieces, look, pixels, sensor == DepthSensor::phone);
    frame.noise = noise_of(sensor, toy_stereo_scale);
    frame.metres = sense(pixels, frame.width, frame.height, sensor, seed);
    return frame;
}

} // namespace echollama
