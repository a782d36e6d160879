// Small flat pieces of a depth map.
#pragma once

#include "geometry/depth_frame.h"
#include "geometry/vector3.h"

#include <vector>

namespace echollama {

// Sums for a plane a x + b y + c = 1 / z in the picture's coordinates (x = X / Z, y = Y / Z): there a plane is a linear
// function, and the noise of disparity is the same everywhere. With normal n and n . P = d it is (a, b, c) = n / d.
struct PlaneSums {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0, w = 0, xw = 0, yw = 0, ww = 0;

    void add(double px, double py, double inverse_depth, double weight = 1) {
        n += weight;
        x += weight * px;
        y += weight * py;
        xx += weight * px * px;
        xy += weight * px * py;
        yy += weight * py * py;
        w += weight * inverse_depth;
        xw += weight * px * inverse_depth;
        yw += weight * py * inverse_depth;
        ww += weight * inverse_depth * inverse_depth;
    }
    void add(PlaneSums const& other, double weight) {
        n += weight * other.n;
        x += weight * other.x;
        y += weight * other.y;
        xx += weight * other.xx;
        xy += weight * other.xy;
        yy += weight * other.yy;
        w += weight * other.w;
        xw += weight * other.xw;
        yw += weight * other.yw;
        ww += weight * other.ww;
    }
};

// A square of pixels whose readings lie in one plane.
struct Patch {
    Vector3 centre; // metres, camera's coordinates
    Vector3 normal; // of length 1, towards the camera
    int readings = 0;
    float area = 0;     // m² of surface
    float doubt = 0;    // of the normal, radians, one standard deviation
    float residual = 0; // of the readings, metres, one standard deviation
    PlaneSums sums;     // of its readings, each with weight 1
};

struct FittedPlane {
    Vector3 gradient;    // (a, b, c); a * X + b * Y + c * Z = 1
    double residual = 0; // of 1 / z, root mean square
    bool valid = false;

    Vector3 normal() const { return -normalised(gradient); } // towards the camera
    float distance() const { return 1 / norm(gradient); }    // from the camera to the plane
};

FittedPlane fit_plane(PlaneSums const& sums);

// Squares that are flat as far as the noise lets one see; larger ones for noisier sensors. `roughness` gets how far the
// readings of a square are off a plane beside that noise, in the evenest third of all squares, flat or not; it stays as
// it is where there are few.
std::vector<Patch> flat_patches(DepthFrame const& frame, float* roughness = nullptr);

// Of a patch's height along `up`, metres, one standard deviation.
float height_doubt(Patch const& patch, Vector3 up, DepthNoise const& noise);

// How much stronger or weaker the frame's noise is than its model says, from the flat patches: a factor within 0.5
// and 3.
float noise_factor(std::vector<Patch> const& patches, DepthNoise const& noise);

} // namespace echollama
