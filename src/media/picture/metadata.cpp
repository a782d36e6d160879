#include "media/picture/metadata.h"

#include "base/bytes.h"
#include "base/error.h"
#include "media/picture/codecs.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace echollama {
namespace {

using Bytes = std::span<std::uint8_t const>;

constexpr std::size_t most_xmp_bytes = 128 << 20;
constexpr std::size_t most_text_bytes = 16 << 20; // of a compressed chunk
constexpr std::size_t most_tiff_bytes = 64 << 20; // EXIF is copied
constexpr std::string_view exif_id("Exif\0\0", 6);
constexpr std::string_view xmp_id("http://ns.adobe.com/xap/1.0/\0", 29);
constexpr std::string_view extension_id("http://ns.adobe.com/xmp/extension/\0", 35);
constexpr std::size_t extension_header = 35 + 32 + 4 + 4; // identifier, digest, whole length, offset

std::string_view characters(Bytes bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

std::size_t big_endian(Bytes bytes, std::size_t at) {
    return std::size_t{bytes[at]} << 24 | std::size_t{bytes[at + 1]} << 16 | std::size_t{bytes[at + 2]} << 8 |
           bytes[at + 3];
}

std::size_t little_endian(Bytes bytes, std::size_t at) {
    return std::size_t{bytes[at + 3]} << 24 | std::size_t{bytes[at + 2]} << 16 | std::size_t{bytes[at + 1]} << 8 |
           bytes[at];
}

// Containers differ in whether they keep the six bytes before the TIFF structure.
void set_exif(PictureMetadata& found, Bytes content) {
    bool const tiff =
        has_mark(content, 0, std::string_view("II*\0", 4)) || has_mark(content, 0, std::string_view("MM\0*", 4));
    if (!found.exif.empty() || (!tiff && !has_mark(content, 0, exif_id))) {
        return;
    }
    if (tiff) {
        found.exif.assign(exif_id.begin(), exif_id.end());
    }
    found.exif.insert(found.exif.end(), content.begin(), content.end());
}

// The extended part travels in pieces that say where they belong.
void add_extension(Bytes content, std::string& whole) {
    auto const length = big_endian(content, 67), offset = big_endian(content, 71);
    auto const piece = content.subspan(extension_header);
    if (length <= most_xmp_bytes && offset <= length && piece.size() <= length - offset) {
        whole.resize(std::max(whole.size(), offset + piece.size()));
        std::copy(piece.begin(), piece.end(), whole.begin() + static_cast<std::ptrdiff_t>(offset));
    }
}

void read_jpeg(Bytes jpeg, PictureMetadata& found) {
    for (std::size_t at = 2; at + 4 <= jpeg.size() && jpeg[at] == 0xFF && jpeg[at + 1] != 0xDA;) {
        if (jpeg[at + 1] == 0xFF) { // a fill byte
            ++at;
            continue;
        }
        std::size_t const length = std::size_t{jpeg[at + 2]} << 8 | jpeg[at + 3];
        if (length < 2 || length + 2 > jpeg.size() - at) {
            break;
        }
        auto const content = jpeg.subspan(at + 4, length - 2);
        if (jpeg[at + 1] == 0xE1 && has_mark(content, 0, exif_id)) {
            set_exif(found, content);
        } else if (jpeg[at + 1] == 0xE1 && has_mark(content, 0, xmp_id)) {
            found.xmp = characters(content.subspan(xmp_id.size()));
        } else if (jpeg[at + 1] == 0xE1 && has_mark(content, 0, extension_id) && content.size() > extension_header) {
            add_extension(content, found.extended_xmp);
        }
        at += 2 + length;
    }
}

std::string inflated(std::string_view packed) {
    std::string text;
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) {
        return {};
    }
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::array<char, 1 << 16> block{};
    int state = Z_OK;
    while (state == Z_OK && text.size() < most_text_bytes) {
        stream.next_out = reinterpret_cast<Bytef*>(block.data());
        stream.avail_out = static_cast<uInt>(block.size());
        state = inflate(&stream, Z_NO_FLUSH);
        text.append(block.data(), block.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END ? text : std::string();
}

// ImageMagick's "Raw profile type NAME": a line with the name, one with the length, then hexadecimal digits.
std::vector<std::uint8_t> from_hex_profile(std::string_view text) {
    std::size_t at = 0;
    for (int words = 0; words < 2; ++words) {
        at = std::min(text.find_first_not_of(" \n", at), text.size());
        at = std::min(text.find_first_of(" \n", at), text.size());
    }
    std::vector<std::uint8_t> bytes;
    int high = -1;
    for (char c : text.substr(at)) {
        int const digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) {
            continue;
        }
        if (high < 0) {
            high = digit;
        } else {
            bytes.push_back(static_cast<std::uint8_t>(16 * high + digit));
            high = -1;
        }
    }
    return bytes;
}

// The text of a tEXt, zTXt or iTXt chunk behind its keyword.
std::string png_text(std::string_view kind, std::string_view rest) {
    if (kind == "tEXt") {
        return std::string(rest);
    }
    if (kind == "zTXt") {
        return rest.empty() ? std::string() : inflated(rest.substr(1)); // the method is always 0
    }
    bool const packed = !rest.empty() && rest[0] == 1;
    rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
    for (int i = 0; i < 2; ++i) { // language, translated keyword
        auto const end = rest.find('\0');
        if (end == std::string_view::npos) {
            return {};
        }
        rest.remove_prefix(end + 1);
    }
    return packed ? inflated(rest) : std::string(rest);
}

void read_png_text(std::string_view kind, std::string_view content, PictureMetadata& found) {
    auto const end = content.find('\0');
    auto const keyword = content.substr(0, std::min(end, content.size()));
    if (end == std::string_view::npos ||
        (keyword != "XML:com.adobe.xmp" && !keyword.starts_with("Raw profile type "))) {
        return;
    }
    auto const text = png_text(kind, content.substr(end + 1));
    if (keyword == "XML:com.adobe.xmp") {
        found.xmp = text;
        return;
    }
    auto const profile = from_hex_profile(text);
    if (keyword.ends_with(" exif") || keyword.ends_with(" APP1")) {
        set_exif(found, profile);
    } else if (keyword.ends_with(" xmp") && found.xmp.empty()) {
        found.xmp.assign(profile.begin(), profile.end());
    }
}

void read_png(Bytes png, PictureMetadata& found) {
    for (std::size_t at = 8; at + 12 <= png.size();) {
        auto const length = big_endian(png, at);
        if (length > png.size() - at - 12) {
            break;
        }
        auto const kind = characters(png.subspan(at + 4, 4));
        auto const content = png.subspan(at + 8, length);
        if (kind == "eXIf") {
            found.exif.clear(); // before what older programs wrote as text
            set_exif(found, content);
        } else if (kind == "acTL" && length >= 4) {
            found.pictures = static_cast<int>(std::clamp<std::size_t>(big_endian(content, 0), 1, 1 << 20));
        } else if (kind == "tEXt" || kind == "zTXt" || kind == "iTXt") {
            read_png_text(kind, characters(content), found);
        }
        at += 12 + length;
    }
}

void read_webp(Bytes webp, PictureMetadata& found) {
    int frames = 0;
    for (std::size_t at = 12; at + 8 <= webp.size();) {
        auto const length = little_endian(webp, at + 4);
        if (length > webp.size() - at - 8) {
            break;
        }
        auto const kind = characters(webp.subspan(at, 4));
        auto const content = webp.subspan(at + 8, length);
        if (kind == "EXIF") {
            set_exif(found, content);
        } else if (kind == "XMP ") {
            found.xmp = characters(content);
        } else if (kind == "ANMF") {
            ++frames;
        }
        at += 8 + length + length % 2;
    }
    found.pictures = std::max(1, frames);
}

// Past the sub-blocks from `at` on: each says its length, 0 ends them.
std::size_t after_blocks(Bytes gif, std::size_t at) {
    while (at < gif.size() && gif[at] != 0) {
        at += 1 + std::size_t{gif[at]};
    }
    return at + 1;
}

void read_gif(Bytes gif, PictureMetadata& found) {
    auto const table = [](std::uint8_t flags) {
        return (flags & 0x80) ? std::size_t{3} << ((flags & 7) + 1) : std::size_t{0};
    };
    if (gif.size() < 13) {
        return;
    }
    int frames = 0;
    for (std::size_t at = 13 + table(gif[10]); at < gif.size();) {
        if (gif[at] == 0x21) { // an extension
            at = after_blocks(gif, at + 2);
        } else if (gif[at] == 0x2C && at + 10 < gif.size()) { // a picture
            ++frames;
            at = after_blocks(gif, at + 10 + table(gif[at + 9]) + 1);
        } else {
            break;
        }
    }
    found.pictures = std::max(1, frames);
}

// HEIC and AVIF name what they hold in four letters each, at the beginning: these are sequences.
bool is_sequence(Bytes heif) {
    auto const length = std::min(heif.size(), big_endian(heif, 0));
    for (std::size_t at = 8; at + 4 <= length; at += 4) {
        auto const brand = characters(heif.subspan(at, 4));
        if (brand == "avis" || brand == "msf1" || brand == "hevc") {
            return true;
        }
    }
    return false;
}

} // namespace

PictureMetadata read_metadata(Bytes bytes) {
    PictureMetadata found;
    try {
        if (has_mark(bytes, 0, "\xFF\xD8")) {
            read_jpeg(bytes, found);
        } else if (has_mark(bytes, 0, "\x89PNG")) {
            read_png(bytes, found);
        } else if (codecs::is_webp(bytes)) {
            read_webp(bytes, found);
        } else if (has_mark(bytes, 0, "GIF8")) {
            read_gif(bytes, found);
        } else if (codecs::is_tiff(bytes)) {
            if (bytes.size() <= most_tiff_bytes) {
                set_exif(found, bytes); // the file is such a structure itself
            }
            codecs::tiff_metadata(bytes, found);
        } else if (codecs::is_heif(bytes)) {
            found.pictures = is_sequence(bytes) ? 2 : 1;
            codecs::heif_metadata(bytes, found);
        }
    } catch (Error const&) { // the picture itself says what is wrong with it
    }
    return found;
}

} // namespace echollama
