// Wavefront OBJ with its material files (MTL): points with colours, faces, textures.
#include "base/error.h"
#include "base/log.h"
#include "media/cloud/cloud_builder.h"
#include "media/cloud/point_cloud.h"
#include "media/cloud/written_number.h"
#include "media/picture/image_io.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <unordered_map>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_materials = 4096;
constexpr std::uintmax_t most_material_bytes = 16 << 20;
constexpr std::size_t longest_line = 1 << 20;
constexpr std::uint32_t is_copy = 0x80000000; // marks a corner that is a copy of a point, until all points are known
static_assert(max_cloud_points < is_copy);

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

bool whole_number(std::string_view word, std::int64_t& value) {
    word.remove_prefix(word.starts_with('+') ? 1 : 0);
    auto const result = std::from_chars(word.data(), word.data() + word.size(), value);
    return result.ec == std::errc() && result.ptr == word.data() + word.size();
}

// A corner of a face, "1", "1/2", "1//3" or "1/2/3": which point, and which place in the texture; 0: none.
struct Corner {
    std::int64_t point = 0, texture = 0;
};
std::optional<Corner> corner_of(std::string_view word) {
    Corner corner;
    auto const slash = std::min(word.find('/'), word.size());
    if (!whole_number(word.substr(0, slash), corner.point)) {
        return std::nullopt;
    }
    auto rest = word.substr(std::min(slash + 1, word.size()));
    auto const texture = rest.substr(0, std::min(rest.find('/'), rest.size()));
    if (!texture.empty() && !whole_number(texture, corner.texture)) {
        return std::nullopt;
    }
    return corner;
}

// Without its comment. A '#' inside a name ("#" behind a letter of a usemtl line) belongs to the name.
std::string_view without_comment(std::string_view line) {
    auto const first = std::min(line.find_first_not_of(" \t"), line.size());
    auto const rest = line.substr(first);
    bool const has_name = rest.starts_with("usemtl") || rest.starts_with("mtllib") || rest.starts_with("newmtl") ||
                          rest.starts_with("map_");
    if (!has_name) {
        return line.substr(0, comment_start(line));
    }
    for (auto at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
        if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') {
            return line.substr(0, at);
        }
    }
    return line;
}

// The next line without its end; a backslash at the end joins the one that follows. `joined` keeps what was joined.
std::string_view next_logical_line(std::string_view& rest, std::string& joined) {
    joined.clear();
    while (true) {
        auto const end = std::min(rest.find('\n'), rest.size());
        auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        // A path at the end of a comment is none of it.
        bool const goes_on =
            line.ends_with('\\') && comment_start(line) == line.size() && !rest.empty() && joined.size() < longest_line;
        if (!goes_on && joined.empty()) {
            return line;
        }
        line.remove_suffix(goes_on ? 1 : 0);
        joined += std::string(line) + " ";
        if (!goes_on) {
            return joined;
        }
    }
}

class ObjReader {
  public:
    ObjReader(std::string const& name, fs::path folder) : name_(name), folder_(std::move(folder)) {}

    void line(std::string_view text) {
        text = without_comment(text);
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
        places_.finish(cloud_);
        if (colored_ == cloud_.points.size()) { // else only some had a colour
            cloud_.colors = colors_.finish();
        }
        if (cloud_.surfaces.empty()) {
            cloud_.surface_of.clear();
        }
        add_copies();
        return std::move(cloud_);
    }

  private:
    [[noreturn]] void fail() const { throw Error("The mesh " + name_ + " is damaged; export it again."); }

    double number(std::string_view word) const {
        auto const value = written_number(word);
        if (!value) {
            throw Error("The mesh " + name_ + " cannot be used: " + number_trouble(word) + "; export it again.");
        }
        return *value;
    }

    // "v x y z", "v x y z w", "v x y z red green blue", the last also with an opacity.
    void vertex(std::vector<std::string_view> const& words) {
        std::array<double, 6> v{};
        std::size_t const count = words.size() - 1;
        if (count < 3 || places_.size() >= max_cloud_points) {
            fail();
        }
        for (std::size_t i = 0; i < count; ++i) {
            auto const value = number(words[i + 1]);
            if (i < v.size()) {
                v[i] = value;
            }
        }
        places_.add(v[0], v[1], v[2]);
        if (count >= 6) {
            colors_.add(v[3], v[4], v[5]);
            ++colored_;
        }
    }

    void texture_point(std::vector<std::string_view> const& words) {
        if (words.size() < 2 || texture_points_.size() >= max_cloud_points) {
            fail();
        }
        auto const u = static_cast<float>(number(words[1]));
        auto const v = words.size() > 2 ? static_cast<float>(number(words[2])) : 0.0F;
        texture_points_.push_back({u, 1 - v}); // OBJ counts upwards
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
        auto const named = corner_of(word);
        if (!named) {
            fail();
        }
        auto const point = static_cast<std::uint32_t>(place(named->point, places_.size()));
        if (named->texture == 0 || texture_points_.empty()) { // some writers number what they leave away
            return point;
        }
        auto const texture_point = static_cast<std::uint32_t>(place(named->texture, texture_points_.size()));
        auto const [known, is_new] = corners_.try_emplace(std::uint64_t{point} << 32 | texture_point, point);
        if (is_new) {
            if (copies_.size() >= max_cloud_points) {
                fail();
            }
            known->second = is_copy | static_cast<std::uint32_t>(copies_.size());
            copies_.push_back({point, texture_point});
        }
        return known->second;
    }

    // Copies stand behind all points, as colours and places are known only when all have been read.
    void add_copies() {
        auto const first = static_cast<std::uint32_t>(cloud_.points.size());
        if (copies_.size() > max_cloud_points - first) {
            fail();
        }
        if (!copies_.empty()) {
            cloud_.texture_at.resize(first);
        }
        for (auto const& copy : copies_) {
            cloud_.points.push_back(Vec3(cloud_.points[copy.point]));
            cloud_.texture_at.push_back(texture_points_[copy.texture]);
            if (!cloud_.colors.empty()) {
                cloud_.colors.push_back(std::array<std::uint8_t, 3>(cloud_.colors[copy.point]));
            }
        }
        for (auto& triangle : cloud_.triangles) {
            for (auto& corner : triangle) {
                corner = corner & is_copy ? first + (corner & ~is_copy) : corner;
            }
        }
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
        for (std::string line; std::getline(in, line) && cloud_.surfaces.size() < most_materials;) {
            auto const text = without_comment(line);
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
                    auto const value = written_number(words[i + 1]);
                    if (!value) {
                        log::warning("The material file " + file +
                                     " is used without its colours: " + number_trouble(words[i + 1]) + ".");
                        surface->color = {1, 1, 1};
                        break;
                    }
                    surface->color[i] = static_cast<float>(*value);
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
    struct Copy {
        std::uint32_t point = 0, texture = 0;
    };
    PlaceCollector places_;
    ColorCollector colors_{fields::Kind::f32};
    std::vector<Copy> copies_; // of points, with a place in the texture
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
    std::string joined;
    while (!rest.empty()) {
        reader.line(next_logical_line(rest, joined));
    }
    return reader.take();
}

} // namespace echollama
