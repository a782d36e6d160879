#include "geometry/depth_frame.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr int most_pixels = 420'000; // a little more than 640 x 480
constexpr float jump_sigmas = 4;     // between neighbours of one surface
constexpr float jump_share = 0.025F; // of the distance

bool is_reading(float z) {
    return z >= nearest_reading_m && z <= farthest_reading_m; // NaN is none
}

// Is b in the air between a and c?
bool floats(float a, float b, float c, float jump) {
    return a > 0 && c > 0 && ((a + jump < b && b + jump < c) || (c + jump < b && b + jump < a));
}

// Among neighbours that have readings, is it alone with its own? Far from edges and in thin things a few go with it.
bool is_speckle(DepthFrame const& in, int x, int y, float jump) {
    constexpr int fewest = 4;
    auto const width = static_cast<std::size_t>(in.width);
    float const z = in.metres[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)];
    int seen = 0;
    for (int v = std::max(0, y - 1); v <= std::min(in.height - 1, y + 1); ++v) {
        for (int u = std::max(0, x - 1); u <= std::min(in.width - 1, x + 1); ++u) {
            float const other = in.metres[static_cast<std::size_t>(v) * width + static_cast<std::size_t>(u)];
            if (other > 0 && (u != x || v != y)) {
                if (std::abs(other - z) <= jump) {
                    return false;
                }
                ++seen;
            }
        }
    }
    return seen >= fewest;
}

DepthFrame thinned(DepthFrame const& frame) {
    auto const pixels = static_cast<double>(frame.width) * frame.height;
    int const stride = std::max(1, static_cast<int>(std::ceil(std::sqrt(pixels / most_pixels))));
    DepthFrame out = frame;
    out.width = (frame.width + stride - 1) / stride;
    out.height = (frame.height + stride - 1) / stride;
    out.metres.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));
    auto const step = static_cast<float>(stride);
    out.fx /= step, out.fy /= step, out.noise.edge_px /= step;
    out.cx = (frame.cx - 0.5F) / step + 0.5F; // the middle of the first pixel stays where it was
    out.cy = (frame.cy - 0.5F) / step + 0.5F;
    std::size_t at = 0;
    for (int y = 0; y < frame.height; y += stride) {
        auto const* row = frame.metres.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(frame.width);
        for (int x = 0; x < frame.width; x += stride) {
            out.metres[at++] = is_reading(row[x]) ? row[x] : 0;
        }
    }
    return out;
}

} // namespace

DepthNoise noise_of(DepthSensor sensor, float scale) {
    switch (sensor) {
    case DepthSensor::stereo:
        return {0.002F, 0, 0.25F / (scale > 0 ? scale : 60), 2};
    case DepthSensor::phone:
        return {0.006F, 0.007F, 0};
    case DepthSensor::structured_light:
        break;
    }
    return {0.0015F, 0, 0.0019F};
}

DepthFrame cleaned(DepthFrame const& frame) {
    auto const size =
        static_cast<std::size_t>(std::max(frame.width, 0)) * static_cast<std::size_t>(std::max(frame.height, 0));
    if (size == 0 || frame.metres.size() != size || !(frame.fx > 0) || !(frame.fy > 0)) {
        throw Error("The depth map has no size or no focal length; name the camera with --camera.");
    }
    auto const in = thinned(frame);
    auto out = in;
    auto const width = static_cast<std::size_t>(in.width);
    for (int y = 0; y < in.height; ++y) {
        for (int x = 0; x < in.width; ++x) {
            auto const at = static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x);
            float const z = in.metres[at];
            if (z <= 0) {
                continue;
            }
            float const jump = std::max(jump_sigmas * in.noise.at(z), jump_share * z);
            bool const across = x > 0 && x + 1 < in.width && floats(in.metres[at - 1], z, in.metres[at + 1], jump);
            bool const along =
                y > 0 && y + 1 < in.height && floats(in.metres[at - width], z, in.metres[at + width], jump);
            if (across || along || is_speckle(in, x, y, jump)) {
                out.metres[at] = 0;
            }
        }
    }
    return out;
}

} // namespace echollama
