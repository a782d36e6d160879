#include "media/depth/embedded_depth.h"

#include "base/error.h"
#include "base/log.h"
#include "media/picture/codecs.h"
#include "media/picture/image_io.h"
#include "media/picture/metadata.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

namespace echollama {
namespace {

using Bytes = std::span<std::uint8_t const>;

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

// Metres of one unit; 0: unknown.
float metres_of(std::string const& unit) {
    return unit == "m" || unit == "meters" || unit == "Meters" || unit == "metres" ? 1.0F
           : unit == "mm"                                                          ? 0.001F
                                                                                   : 0.0F;
}

// `prefix` is GDepth or DepthMap. RangeInverse: d = far near / (far - v (far - near)); RangeLinear: d = near + v (far -
// near), with v = 0..1.
std::optional<DepthMap> from_levels(Image const& levels, XmpProperties const& properties, std::string const& prefix) {
    auto const near = static_cast<float>(properties.number(prefix + ":Near", 0));
    auto const far = static_cast<float>(properties.number(prefix + ":Far", 0));
    bool const inverse = properties.text(prefix + ":Format") != "RangeLinear";
    if (!(near > 0) || !(far > near) || !std::isfinite(far)) {
        return std::nullopt;
    }
    float const unit = metres_of(properties.text(prefix + ":Units"));
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
Bytes appended_depth(Bytes file, std::vector<XmpProperties::Item> const& items) {
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
    auto const found = read_xmp(read_metadata(bytes));
    if (auto const data = found.values.find("GDepth:Data"); data != found.values.end()) {
        auto const levels = decode_image(from_base64(data->second), "depth").image;
        return from_levels(levels, found, "GDepth");
    }
    if (auto const picture = appended_depth(bytes, found.items); !picture.empty()) {
        return from_levels(decode_image(picture, "depth").image, found, "DepthMap");
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
