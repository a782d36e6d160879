#include "media/point_cloud.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
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

enum class CloudKind { none, ply, pcd, obj };

CloudKind kind_of(std::string_view start, fs::path const& path) {
    if (start.starts_with("ply\n") || start.starts_with("ply\r")) {
        return CloudKind::ply;
    }
    if (start.starts_with("# .PCD") || start.starts_with("VERSION")) {
        return CloudKind::pcd;
    }
    return path.extension() == ".obj" || path.extension() == ".OBJ" ? CloudKind::obj : CloudKind::none;
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

// One line of OBJ at a time; the words of a line.
std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t\r", at)) != std::string_view::npos) {
        auto end = std::min(line.find_first_of(" \t\r", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

template <typename T>
bool number(std::string_view word, T& value) {
    return std::from_chars(word.data(), word.data() + word.size(), value).ec == std::errc();
}

class ObjReader {
  public:
    explicit ObjReader(std::string const& name) : name_(name) {}

    void line(std::string_view text) {
        auto const words = words_of(text);
        if (words.empty()) {
            return;
        }
        if (words[0] == "v") {
            vertex(words);
        } else if (words[0] == "f") {
            face(words);
        }
    }

    PointCloud take() {
        if (colored_ != cloud_.points.size()) {
            cloud_.colors.clear(); // only some had a colour
        }
        return std::move(cloud_);
    }

  private:
    [[noreturn]] void fail() const { throw Error("The mesh " + name_ + " is damaged; export it again."); }

    void vertex(std::vector<std::string_view> const& words) {
        std::array<float, 6> v{};
        std::size_t count = 0;
        while (count < 6 && count + 1 < words.size() && number(words[count + 1], v[count])) {
            ++count;
        }
        if (count < 3 || cloud_.points.size() >= max_cloud_points) {
            fail();
        }
        cloud_.points.push_back({v[0], v[1], v[2]});
        std::array<std::uint8_t, 3> color{};
        for (std::size_t i = 0; i < 3; ++i) {
            color[i] = static_cast<std::uint8_t>(std::clamp(v[3 + i] * 255.0F + 0.5F, 0.0F, 255.0F));
        }
        cloud_.colors.push_back(color);
        colored_ += count == 6 ? 1 : 0;
    }

    // "f 1 2 3", "f 1/1/1 2/2/2 3/3/3", negative numbers count from the end.
    void face(std::vector<std::string_view> const& words) {
        std::vector<std::uint32_t> corners;
        auto const points = static_cast<std::int64_t>(cloud_.points.size());
        for (std::size_t i = 1; i < words.size(); ++i) {
            std::int64_t index = 0;
            if (!number(words[i], index)) {
                fail();
            }
            index = index < 0 ? points + index : index - 1;
            if (index < 0 || index >= points) {
                fail();
            }
            corners.push_back(static_cast<std::uint32_t>(index));
        }
        for (std::size_t i = 2; i < corners.size(); ++i) {
            cloud_.triangles.push_back({corners[0], corners[i - 1], corners[i]});
        }
    }

    std::string const& name_;
    PointCloud cloud_;
    std::size_t colored_ = 0;
};

} // namespace

PointCloud parse_obj(std::span<char const> bytes, std::string const& name) {
    ObjReader reader(name);
    std::string_view rest(bytes.data(), bytes.size());
    while (!rest.empty()) {
        auto const end = std::min(rest.find('\n'), rest.size());
        reader.line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return reader.take();
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
        cloud = parse_obj(bytes, name);
        break;
    case CloudKind::none:
        throw Error(name + " is no point cloud that can be read; use PLY, PCD or OBJ.");
    }
    check(cloud, name);
    return cloud;
}

} // namespace echollama
