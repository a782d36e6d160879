#include "media/cloud/point_cloud.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t max_file_bytes = 1ULL << 30;

std::vector<char> read_bytes(fs::path const& path) {
    std::error_code failed;
    auto const status = fs::status(path, failed);
    std::ifstream file(path, std::ios::binary);
    if (!file || fs::is_directory(status)) {
        throw Error("Cannot open the point cloud " + path.string() + "; check the path.");
    }
    if (fs::is_regular_file(status) && fs::file_size(path, failed) > max_file_bytes) {
        throw Error("The point cloud " + path.string() + " is larger than 1 GiB; thin it out first.");
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

enum class CloudKind { none, ply, pcd, obj, gltf };

CloudKind kind_of(std::string_view start, fs::path const& path) {
    if (start.starts_with("ply\n") || start.starts_with("ply\r")) {
        return CloudKind::ply;
    }
    if (start.starts_with("# .PCD") || start.starts_with("VERSION")) {
        return CloudKind::pcd;
    }
    auto const ending = path.extension();
    if (start.starts_with("glTF") || ending == ".gltf" || ending == ".GLTF") {
        return CloudKind::gltf;
    }
    return ending == ".obj" || ending == ".OBJ" ? CloudKind::obj : CloudKind::none;
}

fs::path folder_of(fs::path const& path) {
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
            throw Error("The point cloud " + name + " has a face that names a point which is not there.");
        }
    }
}

} // namespace

bool stays_below(fs::path const& file) {
    return !file.empty() && file.is_relative() &&
           std::none_of(file.begin(), file.end(), [](fs::path const& part) { return part == ".."; });
}

bool is_point_cloud(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    char start[16] = {};
    file.read(start, sizeof start);
    return kind_of({start, static_cast<std::size_t>(file.gcount())}, path) != CloudKind::none;
}

PointCloud load_point_cloud(fs::path const& path) {
    auto const bytes = read_bytes(path);
    auto const name = path.string();
    std::string_view const text(bytes.data(), bytes.size());
    PointCloud cloud;
    switch (kind_of(text, path)) {
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
        throw Error(name + " is no point cloud that can be read; use PLY, PCD, OBJ or glTF.");
    }
    check(cloud, name);
    return cloud;
}

} // namespace echollama
