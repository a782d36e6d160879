// Wavefront OBJ with its material files (MTL): points with colours, faces, textures.
#include "base/error.h"
#include "media/cloud/point_cloud.h"
#include "media/picture/image_io.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <unordered_map>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_materials = 4096;
constexpr std::uintmax_t most_material_bytes = 16 << 20;

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

// What follows the first word of a line: names may hold spaces.
std::string rest_of(std::string_view line, std::string_view word) {
    line.remove_prefix(static_cast<std::size_t>(word.data() + word.size() - line.data()));
    auto const first = line.find_first_not_of(" \t\r"), last = line.find_last_not_of(" \t\r");
    return first == std::string_view::npos ? std::string() : std::string(line.substr(first, last + 1 - first));
}

template <typename T>
bool number(std::string_view word, T& value) {
    return std::from_chars(word.data(), word.data() + word.size(), value).ec == std::errc();
}

// The second number of "1/2/3"; 0: none.
std::int64_t texture_index(std::string_view corner) {
    auto const slash = corner.find('/');
    std::int64_t index = 0;
    return slash != std::string_view::npos && number(corner.substr(slash + 1), index) ? index : 0;
}

class ObjReader {
  public:
    ObjReader(std::string const& name, fs::path folder) : name_(name), folder_(std::move(folder)) {}

    void line(std::string_view text) {
        auto const words = words_of(text);
        if (words.empty()) {
            return;
        }
        if (words[0] == "v") {
            vertex(words);
        } else if (words[0] == "vt") {
            texture_point(words);
        } else if (words[0] == "f") {
            face(words);
        } else if (words[0] == "mtllib") {
            materials(rest_of(text, words[0]));
        } else if (words[0] == "usemtl") {
            auto const known = by_name_.find(rest_of(text, words[0]));
            current_ = known == by_name_.end() ? 0 : known->second;
        }
    }

    PointCloud take() {
        if (colored_ != cloud_.points.size()) {
            cloud_.colors.clear(); // only some had a colour
        }
        if (cloud_.surfaces.empty()) {
            cloud_.surface_of.clear();
        }
        cloud_.texture_at.resize(corners_.empty() ? 0 : cloud_.points.size());
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
        vertices_.push_back(static_cast<std::uint32_t>(cloud_.points.size()));
        cloud_.points.push_back({v[0], v[1], v[2]});
        std::array<std::uint8_t, 3> color{};
        for (std::size_t i = 0; i < 3; ++i) {
            color[i] = static_cast<std::uint8_t>(std::clamp(v[3 + i] * 255.0F + 0.5F, 0.0F, 255.0F));
        }
        cloud_.colors.push_back(color);
        colored_ += count == 6 ? 1 : 0;
    }

    void texture_point(std::vector<std::string_view> const& words) {
        std::array<float, 2> at{};
        if (words.size() < 2 || !number(words[1], at[0]) || (words.size() > 2 && !number(words[2], at[1])) ||
            texture_points_.size() >= max_cloud_points) {
            fail();
        }
        texture_points_.push_back({at[0], 1 - at[1]}); // OBJ counts upwards
    }

    // Indices count from 1; negative ones from the end.
    std::size_t place(std::int64_t index, std::size_t count) const {
        index = index < 0 ? static_cast<std::int64_t>(count) + index : index - 1;
        if (index < 0 || index >= static_cast<std::int64_t>(count)) {
            fail();
        }
        return static_cast<std::size_t>(index);
    }

    // A point of the cloud has one place in the texture: where faces differ, the point is there more than once.
    std::uint32_t corner(std::string_view word) {
        std::int64_t index = 0;
        if (!number(word, index)) {
            fail();
        }
        auto const point = vertices_[place(index, vertices_.size())];
        auto const texture = texture_index(word);
        if (texture == 0 || texture_points_.empty()) { // some writers number what they leave away
            return point;
        }
        auto const texture_point = place(texture, texture_points_.size());
        auto const [known, is_new] = corners_.try_emplace(std::uint64_t{point} << 32 | texture_point, point);
        if (is_new) {
            if (cloud_.points.size() >= max_cloud_points) {
                fail();
            }
            known->second = static_cast<std::uint32_t>(cloud_.points.size());
            auto const color = cloud_.colors[point];
            colored_ += 1; // a copy is as coloured as all are, or colours are dropped in the end
            cloud_.points.push_back(Vec3(cloud_.points[point]));
            cloud_.colors.push_back(color);
            cloud_.texture_at.resize(cloud_.points.size());
            cloud_.texture_at.back() = texture_points_[texture_point];
        }
        return known->second;
    }

    // "f 1 2 3", "f 1/1/1 2/2/2 3/3/3"
    void face(std::vector<std::string_view> const& words) {
        std::vector<std::uint32_t> corners;
        for (std::size_t i = 1; i < words.size(); ++i) {
            corners.push_back(corner(words[i]));
        }
        for (std::size_t i = 2; i < corners.size(); ++i) {
            cloud_.triangles.push_back({corners[0], corners[i - 1], corners[i]});
            cloud_.surface_of.push_back(current_);
        }
    }

    // Materials and pictures that are missing or broken cost their colours, not the mesh.
    void materials(std::string const& file) {
        std::error_code failed;
        auto const path = folder_ / file;
        if (folder_.empty() || !stays_below(file) || !fs::is_regular_file(path, failed) ||
            fs::file_size(path, failed) > most_material_bytes) {
            return;
        }
        std::ifstream in(path);
        Surface* surface = nullptr;
        for (std::string text; std::getline(in, text) && cloud_.surfaces.size() < most_materials;) {
            auto const words = words_of(text);
            if (words.empty()) {
                continue;
            }
            if (words[0] == "newmtl") {
                if (cloud_.surfaces.empty()) {
                    cloud_.surfaces.emplace_back(); // 0: faces without a material
                }
                by_name_[rest_of(text, words[0])] = static_cast<std::uint32_t>(cloud_.surfaces.size());
                surface = &cloud_.surfaces.emplace_back();
            } else if (surface && words[0] == "Kd" && words.size() > 3) {
                for (std::size_t i = 0; i < 3; ++i) {
                    number(words[i + 1], surface->color[i]);
                }
            } else if (surface && words[0] == "map_Kd" && words.size() > 1) {
                bool const options = words[1].starts_with('-'); // the name is then the last word
                surface->texture = texture(options ? std::string(words.back()) : rest_of(text, words[0]));
            }
        }
    }

    int texture(std::string file) {
        std::replace(file.begin(), file.end(), '\\', '/');
        if (auto const known = textures_.find(file); known != textures_.end()) {
            return known->second;
        }
        int index = -1;
        if (stays_below(file) && cloud_.textures.size() < most_materials) {
            try {
                cloud_.textures.push_back(load_image(folder_ / file).image);
                index = static_cast<int>(cloud_.textures.size()) - 1;
            } catch (Error const&) {
            }
        }
        return textures_[file] = index;
    }

    std::string const& name_;
    fs::path folder_;
    PointCloud cloud_;
    std::vector<std::uint32_t> vertices_; // index of each "v" among the points
    std::vector<std::array<float, 2>> texture_points_;
    std::unordered_map<std::uint64_t, std::uint32_t> corners_; // point and place in the texture to a point of the cloud
    std::map<std::string, std::uint32_t> by_name_;
    std::map<std::string, int> textures_;
    std::uint32_t current_ = 0;
    std::size_t colored_ = 0;
};

} // namespace

PointCloud parse_obj(std::span<char const> bytes, std::string const& name, fs::path const& folder) {
    ObjReader reader(name, folder);
    std::string_view rest(bytes.data(), bytes.size());
    while (!rest.empty()) {
        auto const end = std::min(rest.find('\n'), rest.size());
        reader.line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return reader.take();
}

} // namespace echollama
