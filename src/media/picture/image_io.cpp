#include "media/picture/image_io.h"

#include "base/error.h"
#include "base/input_file.h"
#include "media/picture/codecs.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string_view>

namespace echollama {
namespace fs = std::filesystem;
namespace {

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
    constexpr int panorama = 6; // of CustomRendered, as phones write it
    info.panorama = exif_short(data.get(), EXIF_IFD_EXIF, EXIF_TAG_CUSTOM_RENDERED) == panorama;
    info.make = exif_text(data.get(), EXIF_TAG_MAKE);
    info.model = exif_text(data.get(), EXIF_TAG_MODEL);
    return info;
}

// Files that are met where a picture should be, by their first bytes (at `at`), and what they are.
struct KnownFile {
    std::size_t at;
    std::string_view mark;
    char const* is;
    char const* better = "JPEG or PNG";
};
constexpr char const* as_cloud = "PLY or PCD";
constexpr char const* as_mesh = "PLY, OBJ or glTF";
constexpr KnownFile not_supported[] = {
    {0, "8BPS", "a Photoshop document"},
    {0, std::string_view("\0\0\0\x0CJXL ", 8), "a JPEG XL picture"},
    {0, std::string_view("\xFF\x0A", 2), "a JPEG XL picture"},
    {0, std::string_view("\0\0\0\x0CjP  ", 8), "a JPEG 2000 picture"},
    {0, std::string_view("\xFF\x4F\xFF\x51", 4), "a JPEG 2000 picture"},
    {0, std::string_view("v/1\x01", 4), "an OpenEXR picture"},
    {0, "#?RADIANCE", "a Radiance HDR picture"},
    {0, "#?RGBE", "a Radiance HDR picture"},
    {0, "PF\n", "a PFM picture"},
    {0, "Pf\n", "a PFM picture"},
    {0, "qoif", "a QOI picture"},
    {0, "DDS ", "a DDS texture"},
    {0, std::string_view("\0\0\1\0", 4), "an icon (ICO)"},
    {0, "<svg", "an SVG drawing"},
    {0, "<?xml", "an SVG drawing or another XML file"},
    {0, "%PDF", "a PDF document"},
    {0, "%!PS", "a PostScript document"},
    {0, std::string_view("\x93NUMPY", 6), "a NumPy array"},
    {0, std::string_view("PK\3\4", 4), "a ZIP archive"},
    {0, std::string_view("\x1F\x8B", 2), "a compressed archive"},
    {0, std::string_view("\x1A\x45\xDF\xA3", 4), "a video (Matroska or WebM)"},
    {8, "AVI ", "a video (AVI)"},
    {8, "WAVE", "a sound file (WAV)"},
    {0, "OggS", "a sound or video file (Ogg)"},
    {0, "fLaC", "a sound file (FLAC)"},
    {0, "ID3", "a sound file (MP3)"},
    {0, "LASF", "a LAS or LAZ point cloud", as_cloud},
    {0, "ASTM-E57", "an E57 point cloud", as_cloud},
    {0, "solid ", "an STL mesh", as_mesh},
    {0, "OFF\n", "an OFF mesh", as_mesh},
    {0, "Kaydara FBX", "an FBX scene", as_mesh},
    {0, "BLENDER", "a Blender scene", as_mesh},
};

bool has_mark(std::span<std::uint8_t const> bytes, std::size_t at, std::string_view mark) {
    return bytes.size() >= at + mark.size() && std::memcmp(bytes.data() + at, mark.data(), mark.size()) == 0;
}

Image decode_pixels(std::span<std::uint8_t const> bytes, std::string const& name) {
    if (has_mark(bytes, 0, "\x89PNG")) {
        return codecs::decode_png(bytes, name);
    }
    if (has_mark(bytes, 0, "\xFF\xD8")) {
        return codecs::decode_jpeg(bytes, name);
    }
    if (codecs::is_webp(bytes)) {
        return codecs::decode_webp(bytes, name);
    }
    if (codecs::is_tiff(bytes)) {
        return codecs::decode_tiff(bytes, name);
    }
    if (codecs::is_heif(bytes)) {
        return codecs::decode_heif(bytes, name);
    }
    for (auto const& known : not_supported) {
        if (has_mark(bytes, known.at, known.mark)) {
            throw Error(name + " is " + known.is + ", which is not supported; convert it to " + known.better + ".");
        }
    }
    return codecs::decode_other(bytes, name);
}

} // namespace

std::vector<std::uint8_t> read_picture_file(fs::path const& path) {
    return read_input(path, {"picture", max_picture_bytes});
}

LoadedImage decode_image(std::span<std::uint8_t const> bytes, std::string const& name) {
    if (bytes.empty()) {
        throw Error(name + " is empty; choose a picture.");
    }
    LoadedImage loaded{decode_pixels(bytes, name), {}, read_metadata(bytes)};
    loaded.exif = read_exif(loaded.metadata.exif);
    if (codecs::is_heif(bytes)) {
        loaded.exif.orientation = 1; // the file itself says how to turn it, and that was done
    }
    loaded.image = apply_orientation(loaded.image, loaded.exif.orientation);
    return loaded;
}

LoadedImage load_image(fs::path const& path) {
    return decode_image(read_picture_file(path), input_name(path));
}

} // namespace echollama
