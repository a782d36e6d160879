#include "media/picture/image_io.h"

#include "base/error.h"
#include "media/picture/codecs.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t max_file_bytes = 512ULL << 20;

struct ExifFree {
    void operator()(ExifData* data) const { exif_data_unref(data); }
};

int exif_short(ExifData* data, ExifIfd ifd, ExifTag tag) {
    ExifEntry* entry = exif_content_get_entry(data->ifd[ifd], tag);
    bool usable = entry && entry->format == EXIF_FORMAT_SHORT && entry->components >= 1 && entry->size >= 2;
    return usable ? exif_get_short(entry->data, exif_data_get_byte_order(data)) : 0;
}

std::string exif_text(ExifData* data, ExifTag tag) {
    ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], tag);
    if (!entry || entry->format != EXIF_FORMAT_ASCII) {
        return {};
    }
    std::string text(reinterpret_cast<char const*>(entry->data), entry->size);
    text.resize(std::min(text.find('\0'), text.size()));
    std::erase_if(text, [](unsigned char c) { return c < 0x20 || c >= 0x7F; }); // it may be printed
    return text.erase(text.find_last_not_of(' ') + 1);
}

std::optional<double> exif_rational(ExifData* data, ExifTag tag) {
    ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_EXIF], tag);
    if (!entry || entry->format != EXIF_FORMAT_RATIONAL || entry->components < 1 || entry->size < 8) {
        return {};
    }
    auto const value = exif_get_rational(entry->data, exif_data_get_byte_order(data));
    return value.denominator != 0 ? std::optional(static_cast<double>(value.numerator) / value.denominator)
                                  : std::nullopt;
}

double exif_pixels(ExifData* data, ExifTag tag) {
    ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_EXIF], tag);
    if (entry && entry->format == EXIF_FORMAT_LONG && entry->components >= 1 && entry->size >= 4) {
        return exif_get_long(entry->data, exif_data_get_byte_order(data));
    }
    return exif_short(data, EXIF_IFD_EXIF, tag);
}

// Older cameras tell the lens and how many pixels lie on a millimetre of the sensor (EXIF 2.3, tags 0xA20E to 0xA210);
// the film's diagonal is 43.27 mm.
std::optional<float> focal_from_sensor(ExifData* data, double focal_mm) {
    double const width = exif_pixels(data, EXIF_TAG_PIXEL_X_DIMENSION);
    double const height = exif_pixels(data, EXIF_TAG_PIXEL_Y_DIMENSION);
    int const unit = exif_short(data, EXIF_IFD_EXIF, EXIF_TAG_FOCAL_PLANE_RESOLUTION_UNIT);
    double const per_unit = exif_rational(data, EXIF_TAG_FOCAL_PLANE_X_RESOLUTION).value_or(0);
    double const unit_mm = unit == 2 ? 25.4 : unit == 3 ? 10.0 : 0.0; // inch, centimetre
    if (width < 1 || height < 1 || unit_mm == 0 || per_unit <= 0) {
        return {};
    }
    double const film = focal_mm * per_unit / unit_mm / std::hypot(width, height) * 43.27;
    return film >= 4 && film <= 2000 ? std::optional(static_cast<float>(film)) : std::nullopt;
}

ExifInfo read_exif(std::span<std::uint8_t const> bytes) {
    ExifInfo info;
    std::unique_ptr<ExifData, ExifFree> data(
        exif_data_new_from_data(bytes.data(), static_cast<unsigned int>(bytes.size())));
    if (!data) {
        return info;
    }
    int orientation = exif_short(data.get(), EXIF_IFD_0, EXIF_TAG_ORIENTATION);
    if (orientation >= 1 && orientation <= 8) {
        info.orientation = orientation;
    }
    int focal = exif_short(data.get(), EXIF_IFD_EXIF, EXIF_TAG_FOCAL_LENGTH_IN_35MM_FILM);
    if (focal >= 4 && focal <= 2000) {
        info.focal_35mm = static_cast<float>(focal);
    }
    if (auto const lens = exif_rational(data.get(), EXIF_TAG_FOCAL_LENGTH); lens && *lens > 0.1 && *lens < 5000) {
        info.focal_mm = static_cast<float>(*lens);
        if (!info.focal_35mm) {
            info.focal_35mm = focal_from_sensor(data.get(), *lens);
        }
    }
    info.make = exif_text(data.get(), EXIF_TAG_MAKE);
    info.model = exif_text(data.get(), EXIF_TAG_MODEL);
    return info;
}

bool starts_with(std::span<std::uint8_t const> bytes, std::initializer_list<int> magic) {
    std::size_t i = 0;
    for (int byte : magic) {
        if (i >= bytes.size() || bytes[i++] != byte) {
            return false;
        }
    }
    return true;
}

bool has_brand(std::span<std::uint8_t const> bytes, std::size_t at, char const* brand) {
    return bytes.size() >= at + 4 && std::memcmp(bytes.data() + at, brand, 4) == 0;
}

Image decode_pixels(std::span<std::uint8_t const> bytes, std::string const& name) {
    if (starts_with(bytes, {0x89, 'P', 'N', 'G'})) {
        return codecs::decode_png(bytes, name);
    }
    if (starts_with(bytes, {0xFF, 0xD8})) {
        return codecs::decode_jpeg(bytes, name);
    }
    if (has_brand(bytes, 0, "RIFF") && has_brand(bytes, 8, "WEBP")) {
        throw Error(name + " is a WebP picture, which is not supported; convert it to JPEG or PNG.");
    }
    if (has_brand(bytes, 0, "8BPS")) {
        throw Error(name + " is a Photoshop document, which is not supported; save it as JPEG or PNG.");
    }
    if (codecs::is_heif(bytes)) {
        return codecs::decode_heif(bytes, name);
    }
    return codecs::decode_other(bytes, name);
}

} // namespace

std::vector<std::uint8_t> read_picture_file(fs::path const& path) {
    std::error_code failed;
    auto status = fs::status(path, failed);
    if (!fs::exists(status)) {
        throw Error("There is no file " + path.string() + "; check the path.");
    }
    if (fs::is_directory(status)) {
        throw Error(path.string() + " is a folder; name a picture in it.");
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Error("Cannot open " + path.string() + "; check its permissions.");
    }
    if (fs::is_regular_file(status) && fs::file_size(path, failed) > max_file_bytes) {
        throw Error(path.string() + " is larger than 512 MiB; choose a smaller picture.");
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

LoadedImage decode_image(std::span<std::uint8_t const> bytes, std::string const& name) {
    if (bytes.empty()) {
        throw Error(name + " is empty; choose a picture.");
    }
    LoadedImage loaded{decode_pixels(bytes, name), {}};
    if (codecs::is_heif(bytes)) {
        loaded.exif = read_exif(codecs::heif_exif(bytes, name));
        loaded.exif.orientation = 1; // the file itself says how to turn it, and that was done
    } else {
        loaded.exif = read_exif(bytes);
    }
    loaded.image = apply_orientation(loaded.image, loaded.exif.orientation);
    return loaded;
}

LoadedImage load_image(fs::path const& path) {
    return decode_image(read_picture_file(path), path.string());
}

} // namespace echollama
