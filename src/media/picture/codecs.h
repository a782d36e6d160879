// The picture formats one by one; used by image_io only. All throw Error naming the file.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h" // DepthMap; header only

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echollama {
struct PictureMetadata;
}

namespace echollama::codecs {

Image decode_png(std::span<std::uint8_t const> bytes, std::string const& name);
Image decode_jpeg(std::span<std::uint8_t const> bytes, std::string const& name);
// BMP, GIF, PNM, TGA and others by stb_image; also where a file is no picture at all.
Image decode_other(std::span<std::uint8_t const> bytes, std::string const& name);

bool is_webp(std::span<std::uint8_t const> bytes);
Image decode_webp(std::span<std::uint8_t const> bytes, std::string const& name); // of an animation the first frame

bool is_tiff(std::span<std::uint8_t const> bytes);
Image decode_tiff(std::span<std::uint8_t const> bytes, std::string const& name); // of several pages the first
void tiff_metadata(std::span<std::uint8_t const> bytes, PictureMetadata& found);

// HEIC and AVIF, turned upright as the file says.
bool is_heif(std::span<std::uint8_t const> bytes);
Image decode_heif(std::span<std::uint8_t const> bytes, std::string const& name);
void heif_metadata(std::span<std::uint8_t const> bytes, PictureMetadata& found);
// The auxiliary depth image: relative inverse depth.
std::optional<DepthMap> heif_depth(std::span<std::uint8_t const> bytes, std::string const& name);

// RGBA becomes RGB, transparency over white, rounded to the nearest level.
void over_white(std::vector<std::uint8_t>& pixels);

// Writes the pixels (`color` and `depth` as libpng names them) as a PNG file that appears complete or not at all.
void write_png(std::filesystem::path const& path, int width, int height, int depth, int color, std::uint8_t const* data,
               std::size_t row_bytes);

// Throws when width x height is above max_image_pixels or not positive.
void check_size(std::int64_t width, std::int64_t height, std::string const& name);

// Throws when the file is too short for the pixels that its header promises, so that their memory is never taken.
// `pixels_in_a_byte`: the most that its kind of file can hold. Sizes as check_size lets them through.
void check_length(std::int64_t width, std::int64_t height, std::int64_t pixels_in_a_byte, std::size_t bytes,
                  std::string const& name);

// For PNG: deflate makes at most 1032 bytes out of one (zlib, "Maximum Expansion Factor").
inline std::int64_t png_pixels_in_a_byte(int bits_in_a_pixel) {
    return 1032 * 8 / bits_in_a_pixel;
}

} // namespace echollama::codecs
