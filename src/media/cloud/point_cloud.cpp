#include "media/cloud/point_cloud.h"

#include "base/error.h"
#include "base/input_file.h"
#include "media/cloud/cloud_builder.h"
#include "media/cloud/point_cloud_fields.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace echollama {
namespace fs = std::filesystem;
namespace {

enum class CloudKind { none, ply, pcd, obj, gltf };

std::string ending_of(fs::path const& path) {
    auto ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return ending;
}

// Text formats have no mark of their own: OBJ begins with comments and lines of its own words, glTF is a JSON object
// that holds "asset". Needed where no name tells it, as in a pipe.
bool looks_like_obj(std::string_view text) {
    for (int lines = 0; lines < 200 && !text.empty(); ++lines) {
        auto const line = fields::next_line(text);
        auto const first = line.find_first_not_of(" \t");
        if (first == std::string_view::npos || line[first] == '#') {
            continue;
        }
        auto const word = line.substr(first, line.find_first_of(" \t", first) - first);
        return word == "v" || word == "vn" || word == "vt" || word == "mtllib" || word == "usemtl" || word == "o" ||
               word == "g";
    }
    return false;
}

bool looks_like_gltf(std::string_view text) {
    auto const first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{' && text.find("\"asset\"") != std::string_view::npos;
}

CloudKind kind_of(std::string_view text, fs::path const& path) {
    if (text.starts_with("ply\n") || text.starts_with("ply\r")) {
        return CloudKind::ply;
    }
    if (text.starts_with("# .PCD") || text.starts_with("VERSION")) {
        return CloudKind::pcd;
    }
    auto const ending = ending_of(path);
    if (text.starts_with("glTF") || ending == ".gltf") {
        return CloudKind::gltf;
    }
    if (ending == ".obj") {
        return CloudKind::obj;
    }
    return looks_like_gltf(text) ? CloudKind::gltf : looks_like_obj(text) ? CloudKind::obj : CloudKind::none;
}

// Of the files that a mesh names; none for what comes through a pipe.
fs::path folder_of(fs::path const& path) {
    std::error_code failed;
    if (!fs::is_regular_file(path, failed)) {
        return {};
    }
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

bool finite(Vec3 const& p) {
    return std::isfinite(p[0]) && std::isfinite(p[1]) && std::isfinite(p[2]);
}

void check(PointCloud const& cloud, std::string const& name) {
    if (std::none_of(cloud.points.begin(), cloud.points.end(), finite)) {
        throw Error("The point cloud " + name + " holds no usable point; record it again.");
    }
    for (auto const& triangle : cloud.triangles) {
        if (*std::max_element(triangle.begin(), triangle.end()) >= cloud.points.size()) {
            throw Error("The point cloud " + name + " has a face that names a point that does not exist.");
        }
    }
}

} // namespace

bool stays_below(fs::path const& file) {
    return !file.empty() && file.is_relative() &&
           std::none_of(file.begin(), file.end(), [](fs::path const& part) { return part == ".."; });
}

void scale_to_metres(PointCloud& cloud, float units_per_metre) {
    if (units_per_metre == 1) {
        return;
    }
    float const factor = 1 / units_per_metre;
    for (auto& point : cloud.points) {
        point = {point[0] * factor, point[1] * factor, point[2] * factor};
    }
    for (auto& coordinate : cloud.origin) {
        coordinate /= static_cast<double>(units_per_metre);
    }
    if (cloud.camera) {
        auto& eye = cloud.camera->eye;
        eye = {eye[0] * factor, eye[1] * factor, eye[2] * factor};
    }
    cloud.unit_m /= static_cast<double>(units_per_metre);
}

bool is_point_cloud(std::span<char const> bytes, fs::path const& path) {
    return kind_of({bytes.data(), bytes.size()}, path) != CloudKind::none;
}

PointCloud parse_point_cloud(std::span<char const> bytes, fs::path const& path) {
    auto const name = input_name(path);
    PointCloud cloud;
    switch (kind_of({bytes.data(), bytes.size()}, path)) {
    case CloudKind::ply:
        cloud = parse_ply(bytes, name);
        break;
    case CloudKind::pcd:
        cloud = parse_pcd(bytes, name);
        break;
    case CloudKind::obj:
        cloud = parse_obj(bytes, name, folder_of(path));
        break;
    case CloudKind::gltf:
        cloud = parse_gltf(bytes, name, folder_of(path));
        break;
    case CloudKind::none:
        throw Error(name + " is not a point cloud that can be read; use PLY, PCD, OBJ or glTF.");
    }
    check(cloud, name);
    cloud.file_units_per_metre = units_in_comments(bytes);
    return cloud;
}

PointCloud load_point_cloud(fs::path const& path) {
    auto const bytes = read_input(path, {"point cloud", max_cloud_bytes});
    return parse_point_cloud({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, path);
}

} // namespace echollama
