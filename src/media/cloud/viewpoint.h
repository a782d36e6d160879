// From where a point cloud or a mesh is looked at.
#pragma once

#include <array>
#include <string>

namespace echollama {

struct PointCloud;
using Vec3 = std::array<float, 3>;

// A pin-hole camera in the cloud's coordinates. right, down and forward are orthonormal.
struct Viewpoint {
    Vec3 eye{0, 0, 0};
    Vec3 right{1, 0, 0}, down{0, 1, 0}, forward{0, 0, 1};
};

// Where to look from when nothing is said: the camera that the file holds; else the recording camera (the origin,
// looking along z with y down) where most points lie in front of it, as in scans of depth cameras; else from outside,
// so that everything fits. `up` as in viewpoint_from; a cloud that is said to have another up than -y was recorded by
// no depth camera.
Viewpoint automatic_viewpoint(PointCloud const& cloud, float view_deg = 66, std::string const& up = "auto");

// From a point to another; `up` is not along the line of sight, else another direction is taken for up.
Viewpoint look_at(Vec3 const& eye, Vec3 const& target, Vec3 const& up);

// What a user writes:
//   auto                          automatic_viewpoint
//   origin                        from 0, 0, 0 along z with y down, as depth cameras record
//   front, back, left, right, above   from outside, so that everything fits
//   AZIMUTH,ELEVATION             from outside, degrees: 0,0 is front, 90,0 is right, 0,90 is above
//   X,Y,Z                         from there to the middle of the cloud, in the file's own coordinates and unit
//   X,Y,Z,TX,TY,TZ                from there towards the second point
// `up` is x, y, z, -x, -y, -z or auto: z for the coordinates of a map (UTM and its like), else y. Throws Error for
// other texts.
Viewpoint viewpoint_from(std::string const& where, std::string const& up, PointCloud const& cloud, float view_deg = 66);

} // namespace echollama
