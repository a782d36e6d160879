// Point Cloud Library's format, version 0.7.
#include "base/error.h"
#include "media/cloud/cloud_builder.h"
#include "media/cloud/point_cloud.h"
#include "media/cloud/point_cloud_fields.h"
#include "media/cloud/written_number.h"

#include <cstring>
#include <sstream>

namespace echollama {
namespace {

using fields::Kind;

struct Field {
    std::string name;
    Kind kind = Kind::f32;
    int count = 1;
};

struct Header {
    std::vector<Field> fields;
    std::uint64_t points = 0;
    std::string data;
};

[[noreturn]] void fail(std::string const& name, std::string const& reason) {
    throw Error("The point cloud " + name + " cannot be used: " + reason + ".");
}

Kind kind_of(char type, int size, std::string const& name) {
    switch (type) {
    case 'F':
        return size == 8 ? Kind::f64 : Kind::f32;
    case 'I':
        return size == 1 ? Kind::i8 : size == 2 ? Kind::i16 : Kind::i32;
    case 'U':
        return size == 1 ? Kind::u8 : size == 2 ? Kind::u16 : Kind::u32;
    default:
        fail(name, "its header names an unknown type");
    }
}

std::vector<std::string> words_of(std::string_view line) {
    std::istringstream in{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; in >> word;) {
        words.push_back(word);
    }
    return words;
}

int small_number(std::string const& word, std::string const& name) {
    if (word.empty() || word.size() > 4 || word.find_first_not_of("0123456789") != std::string::npos) {
        fail(name, "its header is wrong");
    }
    return std::stoi(word);
}

Header parse_header(std::string_view& rest, std::string const& name) {
    Header header;
    std::vector<std::string> sizes, types, counts;
    for (int lines = 0; lines < 100 && !rest.empty(); ++lines) {
        auto const line = fields::next_line(rest);
        auto words = words_of(line.substr(0, comment_start(line)));
        if (words.size() < 2) {
            continue;
        }
        auto const key = words[0];
        words.erase(words.begin());
        if (key == "FIELDS") {
            for (auto const& field : words) {
                header.fields.push_back({field});
            }
        } else if (key == "SIZE") {
            sizes = words;
        } else if (key == "TYPE") {
            types = words;
        } else if (key == "COUNT") {
            counts = words;
        } else if (key == "POINTS") {
            std::istringstream(words[0]) >> header.points;
        } else if (key == "DATA") {
            header.data = words[0];
            break;
        }
    }
    auto const n = header.fields.size();
    if (n == 0 || n > 256 || sizes.size() != n || types.size() != n || (!counts.empty() && counts.size() != n)) {
        fail(name, "its header is wrong");
    }
    for (std::size_t i = 0; i < n; ++i) {
        auto const size = small_number(sizes[i], name);
        if (size != 1 && size != 2 && size != 4 && !(size == 8 && types[i] == "F")) {
            fail(name, "its header names an unknown size");
        }
        header.fields[i].kind = kind_of(types[i][0], size, name);
        header.fields[i].count = counts.empty() ? 1 : small_number(counts[i], name);
    }
    if (header.data != "ascii" && header.data != "binary") {
        fail(name, "its data are '" + header.data + "'; save it as ascii or binary");
    }
    return header;
}

// Colour is packed as 0xRRGGBB, in an integer or in the bits of a float. Text files write such a float either as it is,
// which is tiny, or as the whole number.
std::array<std::uint8_t, 3> unpacked(double value, Kind kind, bool text) {
    std::uint32_t bits = 0;
    bool const whole = kind != Kind::f32 || (text && value >= 1 && value <= 16777215.5);
    if (!whole) {
        auto const narrow = static_cast<float>(value);
        std::memcpy(&bits, &narrow, sizeof bits);
    } else if (value >= 0 && value <= 4294967295.0) {
        bits = static_cast<std::uint32_t>(value);
    } else if (value < 0 && value >= -2147483648.0) {
        bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
    }
    return {static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 8),
            static_cast<std::uint8_t>(bits)};
}

constexpr int packed_color = 6;

// What a field is for: 0, 1, 2 are x, y, z; 3, 4, 5 red, green, blue; -1: nothing that is drawn.
int role_of(Field const& field) {
    if (field.name == "rgb" || field.name == "rgba") {
        return packed_color;
    }
    static constexpr std::string_view names[] = {"x", "y", "z", "r", "g", "b"};
    static constexpr std::string_view long_names[] = {"x", "y", "z", "red", "green", "blue"};
    for (int i = 0; i < 6; ++i) {
        if (field.name == names[i] || field.name == long_names[i]) {
            return i;
        }
    }
    return -1;
}

} // namespace

PointCloud parse_pcd(std::span<char const> bytes, std::string const& name) {
    std::string_view rest(bytes.data(), bytes.size());
    auto const header = parse_header(rest, name);
    bool const text = header.data == "ascii";
    std::uint64_t row = 0;
    bool has[6] = {};
    std::vector<int> roles;
    Kind color_kind = Kind::u8;
    for (auto const& field : header.fields) {
        row += static_cast<std::uint64_t>(field.count) * (text ? 2 : fields::width_of(field.kind));
        int const role = role_of(field);
        roles.push_back(role);
        if (role >= 0 && role != packed_color) {
            has[role] = true;
            color_kind = role >= 3 ? field.kind : color_kind;
        }
    }
    fields::Reader reader({rest.data(), rest.size()}, text, std::endian::native == std::endian::big, name);
    if (!has[0] || !has[1] || !has[2]) {
        fail(name, "its points have no x, y and z");
    }
    if (row == 0 || header.points > max_cloud_points || header.points > reader.left() / row + 1) {
        fail(name, "it claims " + std::to_string(header.points) + " points, more than the file holds");
    }
    PointCloud cloud;
    PlaceCollector places;
    places.reserve(static_cast<std::size_t>(header.points));
    ColorCollector colors(color_kind);
    for (std::uint64_t i = 0; i < header.points; ++i) {
        double value_of[6] = {};
        for (std::size_t f = 0; f < roles.size(); ++f) {
            auto const& field = header.fields[f];
            if (!text && roles[f] < 0) {
                reader.take(static_cast<std::size_t>(field.count) * fields::width_of(field.kind));
                continue;
            }
            for (int k = 0; k < field.count; ++k) {
                auto const value = reader.number(field.kind);
                if (roles[f] == packed_color) {
                    cloud.colors.push_back(unpacked(value, field.kind, text));
                } else if (roles[f] >= 0) {
                    value_of[roles[f]] = value;
                }
            }
        }
        reader.end_row();
        places.add(value_of[0], value_of[1], value_of[2]);
        if (has[3] && has[4] && has[5]) {
            colors.add(value_of[3], value_of[4], value_of[5]);
        }
    }
    places.finish(cloud);
    if (cloud.colors.size() != cloud.points.size()) {
        cloud.colors = colors.finish();
    }
    return cloud;
}

} // namespace echollama
