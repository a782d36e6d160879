// Pictures from and to files.
#pragma once

#include "media/picture/image.h"
#include "media/picture/metadata.h"
#include "scene/types.h" // DepthMap and Intrinsics; header only

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echollama {

// What a camera wrote beside the picture; only what the scene needs.
struct ExifInfo {
    int orientation = 1;             // 1..8, EXIF tag 0x0112
    std::optional<float> focal_35mm; // focal length as on 36x24 mm film, millimetres; told or computed (see .cpp)
    std::optional<float> focal_mm;   // of the lens itself, millimetres
    std::string make, model;         // of the camera; empty: not told
    bool panorama = false;           // a phone says that it put it together from several pictures
};

struct PixelSize {
    int width = 0, height = 0;
};

struct LoadedImage {
    Image image; // upright
    ExifInfo exif;
    PictureMetadata metadata = {};

    // As the file stores it, before it is turned upright.
    PixelSize stored_size() const {
        return exif.orientation >= 5 ? PixelSize{image.height, image.width} : PixelSize{image.width, image.height};
    }
};

// Pictures with more pixels than this are refused before their memory is taken.
inline constexpr std::int64_t max_image_pixels = 100'000'000;
inline constexpr std::uintmax_t max_picture_bytes = 512ULL << 20;

// PNG, JPEG, WebP and TIFF of every kind (grey, palette, 16-bit, CMYK; transparency over white), HEIC and AVIF, BMP,
// GIF, PNM and TGA, recognised by their content; of animations and pages the first. Other kinds are refused by their
// name.
// "-" is standard input. Colour profiles and gamma are ignored. Throws Error with one sentence when
// the file is missing, a folder, empty, no picture, damaged, cut short or too large. A picture whose pixels are not all
// there is cut short, also where half of it could be shown; a header that promises more than its file can hold costs
// neither memory nor time.
LoadedImage load_image(std::filesystem::path const& path);

// The bytes of a picture file. Throws Error as load_image does; files of more than 512 MiB are refused.
std::vector<std::uint8_t> read_picture_file(std::filesystem::path const& path);

// The same from memory; `name` is for messages.
LoadedImage decode_image(std::span<std::uint8_t const> bytes, std::string const& name);

// The picture turned upright: `orientation` is EXIF's, 1..8; other values leave it as it is.
Image apply_orientation(Image const& image, int orientation);

// The orientation that turns an upright picture back as it was stored.
int undone_orientation(int orientation);

// What belongs to a stored picture, turned as the picture is. width, height: of the stored picture.
DepthMap apply_orientation(DepthMap const& depth, int orientation);
Intrinsics apply_orientation(Intrinsics const& camera, int width, int height, int orientation);

// PNG, 8 bits. The file appears complete or not at all ("-": standard output). Throws Error.
void save_png(std::filesystem::path const& path, Image const& image);

} // namespace echollama
