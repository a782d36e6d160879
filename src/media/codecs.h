// The picture formats one by one; used by image_io only. All throw Error naming the file.
#pragma once

#include "media/image.h"
#include "scene/types.h" // DepthMap; header only

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echollama::codecs {

Image decode_png(std::span<std::uint8_t const> bytes, std::string const& name);
Image decode_jpeg(std::span<std::uint8_t const> bytes, std::string const& name);
// BMP, GIF, PNM, TGA and others by stb_image; also where a file is no picture at all.
Image decode_other(std::span<std::uint8_t const> bytes, std::string const& name);

// HEIC and AVIF, turned upright as the file says.
bool is_heif(std::span<std::uint8_t const> bytes);
Image decode_heif(std::span<std::uint8_t const> bytes, std::string const& name);
// What libexif reads; empty: none.
std::vector<std::uint8_t> heif_exif(std::span<std::uint8_t const> bytes, std::string const& name);
// The auxiliary depth image: relative inverse depth.
std::optional<DepthMap> heif_depth(std::span<std::uint8_t const> bytes, std::string const& name);

// RGBA becomes RGB, transparency over white, rounded to the nearest level.
void over_white(std::vector<std::uint8_t>& pixels);

// Throws when width x height is above max_image_pixels or not positive.
void check_size(std::int64_t width, std::int64_t height, std::string const& name);

} // namespace echollama::codecs
