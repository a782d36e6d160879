// Depth in TIFF: one channel of whole numbers or floats, in strips or tiles.
#include "base/error.h"
#include "media/depth/depth_file.h"
#include "media/depth/plain_numbers.h"
#include "media/picture/codecs.h"
#include "media/picture/tiff_file.h"

#include <bit>

namespace echollama {
namespace {

[[noreturn]] void refuse(std::string const& name, std::string const& why) {
    throw Error("The depth picture " + name + " cannot be used: " + why + ".");
}

NumberType type_of(codecs::TiffFile const& file, std::string const& name) {
    auto const bits = file.small_number(TIFFTAG_BITSPERSAMPLE, 1);
    auto const format = file.small_number(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    auto const letter = format == SAMPLEFORMAT_UINT ? 'u' : format == SAMPLEFORMAT_INT ? 'i' : 'f';
    NumberType const type{letter, bits / 8, std::endian::native == std::endian::big}; // libtiff turns the bytes round
    bool const known_format = format <= SAMPLEFORMAT_IEEEFP;
    if (file.small_number(TIFFTAG_SAMPLESPERPIXEL, 1) != 1 || bits <= 8 || !known_format || !is_readable(type)) {
        refuse(name, "a TIFF with depth has one channel of 16 or 32 bits");
    }
    return type;
}

void read_tiles(TIFF* tiff, NumberType const& type, DepthReadings& readings, std::string const& name) {
    std::uint32_t width = 0, height = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
    auto const size = TIFFTileSize(tiff);
    codecs::check_size(width, height, name);
    if (size < static_cast<tmsize_t>(std::size_t{width} * height * static_cast<std::size_t>(type.bytes))) {
        refuse(name, "it is damaged or cut short");
    }
    std::vector<std::uint8_t> tile(static_cast<std::size_t>(size));
    for (std::uint32_t top = 0; top < static_cast<std::uint32_t>(readings.height); top += height) {
        for (std::uint32_t left = 0; left < static_cast<std::uint32_t>(readings.width); left += width) {
            if (TIFFReadTile(tiff, tile.data(), left, top, 0, 0) < 0) {
                refuse(name, "it is damaged or cut short");
            }
            for (std::uint32_t y = 0; y < height && top + y < static_cast<std::uint32_t>(readings.height); ++y) {
                for (std::uint32_t x = 0; x < width && left + x < static_cast<std::uint32_t>(readings.width); ++x) {
                    auto const from = (std::size_t{y} * width + x) * static_cast<std::size_t>(type.bytes);
                    readings.values[std::size_t{top + y} * static_cast<std::size_t>(readings.width) + left + x] =
                        number_at(tile.data() + from, type);
                }
            }
        }
    }
}

void read_rows(TIFF* tiff, NumberType const& type, DepthReadings& readings, std::string const& name) {
    auto const width = static_cast<std::size_t>(readings.width), bytes = static_cast<std::size_t>(type.bytes);
    auto const size = TIFFScanlineSize(tiff);
    if (size < static_cast<tmsize_t>(width * bytes)) {
        refuse(name, "it is damaged or cut short");
    }
    std::vector<std::uint8_t> row(static_cast<std::size_t>(size));
    for (int y = 0; y < readings.height; ++y) {
        if (TIFFReadScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0) < 0) {
            refuse(name, "it is damaged or cut short");
        }
        for (std::size_t x = 0; x < width; ++x) {
            readings.values[static_cast<std::size_t>(y) * width + x] = number_at(row.data() + x * bytes, type);
        }
    }
}

} // namespace

DepthReadings parse_depth_tiff(std::span<std::uint8_t const> bytes, std::string const& name) {
    codecs::TiffFile const file(bytes, name);
    auto const width = file.number(TIFFTAG_IMAGEWIDTH, 0), height = file.number(TIFFTAG_IMAGELENGTH, 0);
    codecs::check_size(width, height, name);
    auto const type = type_of(file, name);
    codecs::check_length(width, height, codecs::png_pixels_in_a_byte(8 * type.bytes), bytes.size(), name);
    DepthReadings readings{static_cast<int>(width), static_cast<int>(height), {}};
    readings.values.resize(std::size_t{width} * height);
    TIFFIsTiled(file.get()) ? read_tiles(file.get(), type, readings, name)
                            : read_rows(file.get(), type, readings, name);
    return readings;
}

} // namespace echollama
