#include "base/error.h"
#include "media/cloud/cloud_builder.h"
#include "media/cloud/point_cloud.h"
#include "media/cloud/point_cloud_fields.h"

#include <algorithm>
#include <optional>
#include <sstream>

namespace echollama {
namespace {

using fields::Kind;

struct Property {
    std::string name;
    Kind kind = Kind::f32;
    std::optional<Kind> count; // of lists: the type of their length
};

struct Element {
    std::string name;
    std::uint64_t count = 0;
    std::vector<Property> properties;
};

struct Header {
    bool text = true;
    bool big_endian = false;
    std::vector<Element> elements;
};

std::optional<Kind> kind_of(std::string const& word) {
    static constexpr std::pair<char const*, Kind> known[] = {
        {"char", Kind::i8},   {"int8", Kind::i8},     {"uchar", Kind::u8},   {"uint8", Kind::u8},
        {"short", Kind::i16}, {"int16", Kind::i16},   {"ushort", Kind::u16}, {"uint16", Kind::u16},
        {"int", Kind::i32},   {"int32", Kind::i32},   {"uint", Kind::u32},   {"uint32", Kind::u32},
        {"float", Kind::f32}, {"float32", Kind::f32}, {"double", Kind::f64}, {"float64", Kind::f64}};
    for (auto const& [name, kind] : known) {
        if (word == name) {
            return kind;
        }
    }
    return std::nullopt;
}

[[noreturn]] void fail(std::string const& name, std::string const& reason) {
    throw Error("The point cloud " + name + " is damaged: " + reason + "; get it again.");
}

Property parse_property(std::istringstream& words, std::string const& name) {
    Property property;
    std::string type, count;
    words >> type;
    if (type == "list") {
        words >> count >> type;
        property.count = kind_of(count);
        if (!property.count) {
            fail(name, "its header names an unknown type");
        }
    }
    words >> property.name;
    auto const kind = kind_of(type);
    if (!kind || !words) {
        fail(name, "its header names an unknown type");
    }
    property.kind = *kind;
    return property;
}

Header parse_header(std::string_view& rest, std::string const& name) {
    Header header;
    bool format = false;
    fields::next_line(rest); // "ply"
    for (int lines = 0; lines < 1000 && !rest.empty(); ++lines) {
        std::istringstream words{std::string(fields::next_line(rest))};
        std::string word;
        words >> word;
        if (word == "end_header") {
            if (!format) {
                fail(name, "its header names no format");
            }
            return header;
        }
        if (word == "format") {
            words >> word;
            header.text = word == "ascii";
            header.big_endian = word == "binary_big_endian";
            format = header.text || header.big_endian || word == "binary_little_endian";
        } else if (word == "element") {
            Element element;
            words >> element.name >> element.count;
            if (!words || header.elements.size() >= 64) {
                fail(name, "its header is wrong");
            }
            header.elements.push_back(std::move(element));
        } else if (word == "property") {
            if (header.elements.empty() || header.elements.back().properties.size() >= 256) {
                fail(name, "its header is wrong");
            }
            header.elements.back().properties.push_back(parse_property(words, name));
        }
    }
    fail(name, "its header has no end");
}

// The least bytes the element takes; so a count that cannot be true is found before memory is asked for.
void check_count(Element const& element, fields::Reader const& reader) {
    std::uint64_t row = 0;
    for (auto const& property : element.properties) {
        row += reader.is_text() ? 2 : fields::width_of(property.count.value_or(property.kind));
    }
    if (element.properties.empty() || row == 0) {
        reader.fail("an element has no properties");
    }
    if (element.count > max_cloud_points * 4 || element.count > reader.left() / row + 1) {
        reader.fail("it claims " + std::to_string(element.count) + " times '" + element.name +
                    "', more than the file holds");
    }
}

int index_of(Element const& element, std::initializer_list<char const*> names) {
    for (auto const* name : names) {
        for (std::size_t i = 0; i < element.properties.size(); ++i) {
            if (element.properties[i].name == name && !element.properties[i].count) {
                return static_cast<int>(i);
            }
        }
    }
    return -1;
}

// Values of one row; lists go to `list`, one after the other.
void read_row(Element const& element, fields::Reader& reader, std::vector<double>& row, std::vector<double>& list) {
    row.clear();
    list.clear();
    for (auto const& property : element.properties) {
        if (!property.count) {
            row.push_back(reader.number(property.kind));
            continue;
        }
        auto const length = reader.number(*property.count);
        if (!(length >= 0) || length > static_cast<double>(reader.left())) {
            reader.fail("a list is longer than the file");
        }
        row.push_back(length);
        bool const corners = property.name == "vertex_indices" || property.name == "vertex_index";
        for (double i = 0; i < length; ++i) {
            auto const value = reader.number(property.kind);
            if (corners) {
                list.push_back(value);
            }
        }
    }
    reader.end_row();
}

// Where a property's number lies in a row of bytes.
struct Place {
    std::size_t at = 0;
    Kind kind = Kind::f32;
    double in(char const* row, bool swap) const { return fields::number_at(row + at, kind, swap); }
};

// The width of a row of bytes, and where its numbers lie; none: lists make rows of all widths, text has no bytes.
std::optional<std::pair<std::size_t, std::vector<Place>>> places_in_row(Element const& element,
                                                                        fields::Reader const& reader) {
    std::size_t width = 0;
    std::vector<Place> places;
    for (auto const& property : element.properties) {
        if (property.count) {
            return std::nullopt;
        }
        places.push_back({width, property.kind});
        width += fields::width_of(property.kind);
    }
    return reader.is_text() ? std::nullopt : std::optional(std::pair(width, std::move(places)));
}

void read_vertices(Element const& element, fields::Reader& reader, PointCloud& cloud) {
    int const x = index_of(element, {"x"}), y = index_of(element, {"y"}), z = index_of(element, {"z"});
    int const r = index_of(element, {"red", "r", "diffuse_red"}),
              g = index_of(element, {"green", "g", "diffuse_green"}),
              b = index_of(element, {"blue", "b", "diffuse_blue"});
    if (x < 0 || y < 0 || z < 0) {
        reader.fail("its points have no x, y and z");
    }
    if (element.count > max_cloud_points) {
        reader.fail("it has more than 50 million points");
    }
    std::vector<double> row, list;
    auto const at = [&](int i) { return row[static_cast<std::size_t>(i)]; };
    bool const colored = r >= 0 && g >= 0 && b >= 0;
    ColorCollector colors(colored ? element.properties[static_cast<std::size_t>(r)].kind : Kind::u8);
    PlaceCollector places;
    places.reserve(static_cast<std::size_t>(element.count));
    colors.reserve(colored ? static_cast<std::size_t>(element.count) : 0);
    if (auto const fixed = places_in_row(element, reader)) {
        auto const width = fixed->first;
        bool const swap = reader.swaps();
        auto const place = [&](int i) { return fixed->second[static_cast<std::size_t>(std::max(i, 0))]; };
        auto const px = place(x), py = place(y), pz = place(z), pr = place(r), pg = place(g), pb = place(b);
        for (std::uint64_t i = 0; i < element.count; ++i) {
            auto const* const bytes = reader.take(width);
            places.add(px.in(bytes, swap), py.in(bytes, swap), pz.in(bytes, swap));
            if (colored) {
                colors.add(pr.in(bytes, swap), pg.in(bytes, swap), pb.in(bytes, swap));
            }
        }
        places.finish(cloud);
        cloud.colors = colors.finish();
        return;
    }
    for (std::uint64_t i = 0; i < element.count; ++i) {
        read_row(element, reader, row, list);
        places.add(at(x), at(y), at(z));
        if (colored) {
            colors.add(at(r), at(g), at(b));
        }
    }
    places.finish(cloud);
    cloud.colors = colors.finish();
}

void read_faces(Element const& element, fields::Reader& reader, PointCloud& cloud) {
    std::vector<double> row, list;
    std::vector<std::uint32_t> corners;
    for (std::uint64_t i = 0; i < element.count; ++i) {
        read_row(element, reader, row, list);
        corners.clear();
        for (double corner : list) {
            if (!(corner >= 0) || corner >= static_cast<double>(cloud.points.size())) {
                reader.fail("a face names a point that does not exist");
            }
            corners.push_back(static_cast<std::uint32_t>(corner));
        }
        for (std::size_t k = 2; k < corners.size(); ++k) {
            cloud.triangles.push_back({corners[0], corners[k - 1], corners[k]});
        }
    }
}

} // namespace

PointCloud parse_ply(std::span<char const> bytes, std::string const& name) {
    std::string_view rest(bytes.data(), bytes.size());
    auto const header = parse_header(rest, name);
    bool const swap = header.big_endian != (std::endian::native == std::endian::big);
    fields::Reader reader({rest.data(), rest.size()}, header.text, !header.text && swap, name);
    PointCloud cloud;
    for (auto const& element : header.elements) {
        check_count(element, reader);
        if (element.name == "vertex") {
            read_vertices(element, reader, cloud);
        } else if (element.name == "face") {
            read_faces(element, reader, cloud);
        } else {
            std::vector<double> row, list;
            for (std::uint64_t i = 0; i < element.count; ++i) {
                read_row(element, reader, row, list);
            }
        }
    }
    return cloud;
}

} // namespace echollama
