// Metric depth and its camera, as geometry reads it.
#pragma once

#include "geometry/vector3.h"

#include <optional>
#include <vector>

namespace echollama {

// What made the depth; it says how the readings scatter.
enum class DepthSensor { structured_light, stereo, phone };

// Standard deviation of a reading at z metres: base + linear * z + quadratic * z * z.
struct DepthNoise {
    float base = 0.0015F, linear = 0, quadratic = 0.0019F;
    float edge_px = 0; // how far, in pixels, near things grow over what is behind them

    float at(float z) const { return base + linear * z + quadratic * z * z; }
};

// structured_light: Nguyen, Izadi, Lovell 2012, "Modeling Kinect sensor noise", rounded up. stereo: a quarter of a
// pixel of disparity, `scale` = focal length * baseline (pixels * metres), 0: a hand-sized pair. phone: Luetzenburg et
// al. 2021 (iPad LiDAR), about a centimetre and a per cent. Matching by blocks lets edges grow by up to half a block
// (Hirschmueller, Scharstein 2009, "Evaluation of stereo matching costs on images with radiometric differences").
DepthNoise noise_of(DepthSensor sensor, float scale = 0);

struct DepthFrame {
    int width = 0, height = 0;
    std::vector<float> metres;            // along the optical axis, row-major; not finite or <= 0: no reading
    float fx = 0, fy = 0, cx = 0, cy = 0; // pixels of this map, from the outer edge of its first pixel
    DepthNoise noise;
    std::optional<Vector3> up = {}; // in the camera's coordinates, where its file tells it
};

inline constexpr float nearest_reading_m = 0.1F, farthest_reading_m = 40;

// No more pixels than geometry needs: every second, third ... pixel of large maps. Readings that cannot be (not finite,
// nearer or farther than the limits) and those in the air between a near edge and what lies behind it (both neighbours
// are far away, one nearer and one farther) or alone among readings that are far from it become 0. Throws Error when
// the sizes do not fit.
DepthFrame cleaned(DepthFrame const& frame);

} // namespace echollama
