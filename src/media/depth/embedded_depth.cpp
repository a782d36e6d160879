#include "media/depth/embedded_depth.h"

#include "base/error.h"
#include "base/log.h"
#include "media/picture/codecs.h"
#include "media/picture/image_io.h"

#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <string_view>
#include <vector>

namespace echollama {
namespace {

using Bytes = std::span<std::uint8_t const>;

constexpr std::string_view xmp_id("http://ns.adobe.com/xap/1.0/\0", 29);
constexpr std::string_view extension_id("http://ns.adobe.com/xmp/extension/\0", 35);
constexpr std::size_t extension_header = 35 + 32 + 4 + 4; // identifier, digest, whole length, offset
constexpr std::size_t most_xmp_bytes = 128 << 20;

bool starts_with(Bytes bytes, std::string_view text) {
    return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

struct Xmp {
    std::string main, extended;
};

// The extended part travels in pieces that say where they belong.
void add_extension(Bytes content, std::string& whole) {
    auto const number = [&](std::size_t at) {
        return std::size_t{content[at]} << 24 | std::size_t{content[at + 1]} << 16 | std::size_t{content[at + 2]} << 8 |
               content[at + 3];
    };
    auto const length = number(67), offset = number(71);
    auto const piece = content.subspan(extension_header);
    if (length <= most_xmp_bytes && offset <= length && piece.size() <= length - offset) {
        whole.resize(std::max(whole.size(), offset + piece.size()));
        std::copy(piece.begin(), piece.end(), whole.begin() + static_cast<std::ptrdiff_t>(offset));
    }
}

Xmp find_xmp(Bytes jpeg) {
    Xmp xmp;
    for (std::size_t at = 2; at + 4 <= jpeg.size() && jpeg[at] == 0xFF && jpeg[at + 1] != 0xDA;) {
        std::size_t const length = std::size_t{jpeg[at + 2]} << 8 | jpeg[at + 3];
        if (length < 2 || length + 2 > jpeg.size() - at) {
            break;
        }
        auto const content = jpeg.subspan(at + 4, length - 2);
        if (jpeg[at + 1] == 0xE1 && starts_with(content, xmp_id)) {
            xmp.main.assign(content.begin() + static_cast<std::ptrdiff_t>(xmp_id.size()), content.end());
        } else if (jpeg[at + 1] == 0xE1 && starts_with(content, extension_id) && content.size() > extension_header) {
            add_extension(content, xmp.extended);
        }
        at += 2 + length;
    }
    return xmp;
}

// Properties are attributes of rdf:Description or elements inside it, as the writer likes.
using Properties = std::map<std::string, std::string>;

struct Item {
    std::string semantic, uri;
    std::size_t length = 0;
};

struct Reader : pugi::xml_tree_walker {
    Properties properties;
    std::vector<Item> items; // of a container: pictures appended to the photo

    bool for_each(pugi::xml_node& node) override {
        std::string const name = node.name();
        Item item;
        bool is_item = false;
        for (auto const& attribute : node.attributes()) {
            std::string const key = attribute.name();
            properties.try_emplace(key, attribute.value());
            is_item = is_item || key == "Item:Mime";
            if (key == "Item:Semantic") {
                item.semantic = attribute.value();
            } else if (key == "Item:DataURI") {
                item.uri = attribute.value();
            } else if (key == "Item:Length") {
                item.length = attribute.as_ullong();
            }
        }
        if (is_item) {
            items.push_back(item);
        }
        if (node.text()) {
            properties.try_emplace(name, node.text().get());
        }
        return properties.size() < 10'000;
    }
};

std::vector<std::uint8_t> from_base64(std::string const& text) {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static auto const values = [] {
        std::array<int, 256> table{};
        table.fill(-1);
        for (std::size_t i = 0; i < letters.size(); ++i) {
            table[static_cast<unsigned char>(letters[i])] = static_cast<int>(i);
        }
        return table;
    }();
    std::vector<std::uint8_t> bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (char c : text) {
        int const value = values[static_cast<unsigned char>(c)];
        if (value < 0) {
            continue; // line ends and padding
        }
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes.push_back(static_cast<std::uint8_t>(bits >> count));
        }
    }
    return bytes;
}

float number(Properties const& properties, std::string const& key) {
    auto const found = properties.find(key);
    return found == properties.end() ? 0 : std::strtof(found->second.c_str(), nullptr);
}

std::string text(Properties const& properties, std::string const& key) {
    auto const found = properties.find(key);
    return found == properties.end() ? "" : found->second;
}

// Metres of one unit; 0: unknown.
float metres_of(std::string const& unit) {
    return unit == "m" || unit == "meters" || unit == "Meters" || unit == "metres" ? 1.0F
           : unit == "mm"                                                          ? 0.001F
                                                                                   : 0.0F;
}

// `prefix` is GDepth or DepthMap. RangeInverse: d = far near / (far - v (far - near)); RangeLinear: d = near + v (far -
// near), with v = 0..1.
std::optional<DepthMap> from_levels(Image const& levels, Properties const& properties, std::string const& prefix) {
    float const near = number(properties, prefix + ":Near"), far = number(properties, prefix + ":Far");
    bool const inverse = text(properties, prefix + ":Format") != "RangeLinear";
    if (!(near > 0) || !(far > near) || !std::isfinite(far)) {
        return std::nullopt;
    }
    float const unit = metres_of(text(properties, prefix + ":Units"));
    DepthMap map{levels.width, levels.height, unit > 0 ? DepthKind::metres : DepthKind::relative_inverse, {}};
    for (std::size_t i = 0; i < levels.rgb.size(); i += 3) {
        float const v = static_cast<float>(levels.rgb[i]) / 255;
        float const distance = inverse ? far * near / (far - v * (far - near)) : near + v * (far - near);
        map.values.push_back(unit > 0 ? distance * unit : 1 / distance);
    }
    return map;
}

// The bytes of the appended depth picture. Items stand one after the other up to the end of the file; the first is the
// photo itself.
Bytes appended_depth(Bytes file, std::vector<Item> const& items) {
    std::size_t behind = 0;
    for (std::size_t i = items.size(); i > 1; --i) {
        auto const& item = items[i - 1];
        if (item.length > file.size() - behind) {
            return {};
        }
        behind += item.length;
        if (item.semantic == "Depth" || item.uri.ends_with("depthmap")) {
            return file.subspan(file.size() - behind, item.length);
        }
    }
    return {};
}

std::optional<DepthMap> from_jpeg(Bytes bytes) {
    auto const xmp = find_xmp(bytes);
    Reader found;
    for (auto const* part : {&xmp.main, &xmp.extended}) {
        pugi::xml_document document;
        if (!part->empty() && document.load_buffer(part->data(), part->size())) {
            document.traverse(found);
        }
    }
    if (auto const data = found.properties.find("GDepth:Data"); data != found.properties.end()) {
        auto const levels = decode_image(from_base64(data->second), "depth").image;
        return from_levels(levels, found.properties, "GDepth");
    }
    if (auto const picture = appended_depth(bytes, found.items); !picture.empty()) {
        return from_levels(decode_image(picture, "depth").image, found.properties, "DepthMap");
    }
    return std::nullopt;
}

} // namespace

std::optional<DepthMap> find_embedded_depth(Bytes bytes, std::string const& name) {
    try {
        if (codecs::is_heif(bytes)) {
            return codecs::heif_depth(bytes, name);
        }
        bool const jpeg = bytes.size() > 4 && bytes[0] == 0xFF && bytes[1] == 0xD8;
        return jpeg ? from_jpeg(bytes) : std::nullopt;
    } catch (Error const&) {
        log::warning("The depth stored in " + name + " cannot be read; the photo is described without it.");
        return std::nullopt;
    }
}

} // namespace echollama
