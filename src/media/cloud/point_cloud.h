// Coloured point clouds and triangle meshes from files, and what a camera would see of them.
#pragma once

#include "media/cloud/viewpoint.h"
#include "media/view/view.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echollama {

// What triangles are covered with.
struct Surface {
    std::array<float, 3> color{1, 1, 1}; // times the texture and the colours of the points
    int texture = -1;                    // index into PointCloud::textures; -1: none
};

// Points that are not finite are kept (triangles count them) but never drawn.
struct PointCloud {
    std::vector<Vec3> points;                            // relative to `origin`
    std::vector<std::array<std::uint8_t, 3>> colors;     // one per point, or empty: drawn grey
    std::vector<std::array<std::uint32_t, 3>> triangles; // empty: only points
    std::vector<std::array<float, 2>> texture_at = {};   // one per point, or empty; 0, 0 is the picture's upper left
    std::vector<std::uint32_t> surface_of = {};          // one per triangle, or empty: no surface
    std::vector<Surface> surfaces = {};
    std::vector<Image> textures = {};
    std::optional<Viewpoint> camera = {}; // that the file holds
    bool y_up = false;                    // the format says so; else nothing is known
    // Where world coordinates are counted from, in double precision; 0 for clouds near their own origin.
    std::array<double, 3> origin = {};
    float file_units_per_metre = 0; // as a comment of the file says; 0: it does not
    double unit_m = 1;              // metres of one unit of the file, which is what a user's viewpoint is given in
};

inline constexpr std::uint64_t max_cloud_points = 50'000'000;
inline constexpr std::uintmax_t max_cloud_bytes = 1ULL << 30;

// Recognised by its first bytes, by its name where those say nothing, else by what its first lines hold.
bool is_point_cloud(std::span<char const> bytes, std::filesystem::path const& path);

// PLY (text, binary of both byte orders), PCD (text, binary), OBJ (with its materials and textures beside it) and glTF
// 2.0 (GLB, or JSON with files beside it). Files that a file names are read from its own folder and below only. Throws
// Error when the file is missing, damaged, of another kind, larger than 1 GiB, or holds no usable point. No count in a
// header is believed before the bytes are there.
PointCloud load_point_cloud(std::filesystem::path const& path);

// The same from memory; `path` is for messages and for the files that a mesh names.
PointCloud parse_point_cloud(std::span<char const> bytes, std::filesystem::path const& path);

PointCloud parse_ply(std::span<char const> bytes, std::string const& name);
PointCloud parse_pcd(std::span<char const> bytes, std::string const& name);

// `folder` holds the files that the mesh names; empty: none are read.
PointCloud parse_obj(std::span<char const> bytes, std::string const& name, std::filesystem::path const& folder = {});
PointCloud parse_gltf(std::span<char const> bytes, std::string const& name, std::filesystem::path const& folder = {});

// Is this file name one in the same folder or below, neither absolute nor with ".."?
bool stays_below(std::filesystem::path const& file);

// Points, origin and camera, so that they are metres.
void scale_to_metres(PointCloud& cloud, float units_per_metre);

struct CloudBounds {
    Vec3 low{}, high{};
    std::size_t count = 0; // usable points; 0: there are no bounds
};

// Of the middle 98 % in each direction: a few stray points do not count.
CloudBounds bounds_of(PointCloud const& cloud);

// Draws with a depth buffer: triangles filled (grey ones shaded by their slope, so that shapes are seen), points as
// squares that grow with nearness. Depth is along the optical axis in the cloud's unit, 0 where nothing was hit; the
// background is light grey. Throws Error when nothing is in view.
View render(PointCloud const& cloud, Viewpoint const& from, int width = 960, int height = 720, float view_deg = 66);

} // namespace echollama
