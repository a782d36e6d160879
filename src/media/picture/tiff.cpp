// TIFF photos by libtiff.
#include "base/error.h"
#include "media/picture/codecs.h"
#include "media/picture/metadata.h"
#include "media/picture/tiff_file.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace echollama::codecs {
namespace {

int say_nothing(TIFF*, void*, char const*, char const*, va_list) {
    return 1;
}

} // namespace

TiffFile::TiffFile(std::span<std::uint8_t const> bytes, std::string const& name, std::size_t most_bytes)
    : source_{bytes} {
    std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> const options(TIFFOpenOptionsAlloc(),
                                                                               TIFFOpenOptionsFree);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(most_bytes));
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), say_nothing, nullptr);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), say_nothing, nullptr);
    tiff_.reset(TIFFClientOpenExt("input", "rm", &source_, read, refuse_write, seek, leave_open, size, nullptr, nullptr,
                                  options.get()));
    if (!tiff_) {
        throw Error("The TIFF picture " + name + " is damaged or cut short; get it again.");
    }
}

tmsize_t TiffFile::read(thandle_t handle, void* to, tmsize_t count) {
    auto& source = *static_cast<Source*>(handle);
    auto const left = source.at < source.bytes.size() ? source.bytes.size() - source.at : 0;
    auto const given = std::min<std::uint64_t>(left, static_cast<std::uint64_t>(std::max<tmsize_t>(count, 0)));
    if (given > 0) {
        std::memcpy(to, source.bytes.data() + source.at, given);
    }
    source.at += given;
    return static_cast<tmsize_t>(given);
}

toff_t TiffFile::seek(thandle_t handle, toff_t offset, int from) {
    auto& source = *static_cast<Source*>(handle);
    source.at = from == SEEK_SET ? offset : from == SEEK_CUR ? source.at + offset : source.bytes.size() + offset;
    return source.at;
}

toff_t TiffFile::size(thandle_t handle) {
    return static_cast<Source*>(handle)->bytes.size();
}

std::uint32_t TiffFile::number(std::uint32_t tag, std::uint32_t otherwise) const {
    std::uint32_t value = 0;
    return TIFFGetField(tiff_.get(), tag, &value) ? value : otherwise;
}

std::uint16_t TiffFile::small_number(std::uint32_t tag, std::uint16_t otherwise) const {
    std::uint16_t value = 0;
    return TIFFGetField(tiff_.get(), tag, &value) ? value : otherwise;
}

bool is_tiff(std::span<std::uint8_t const> bytes) {
    if (bytes.size() < 8) {
        return false;
    }
    auto const mark = std::string_view(reinterpret_cast<char const*>(bytes.data()), 4);
    return mark == std::string_view("II*\0", 4) || mark == std::string_view("MM\0*", 4) ||
           mark == std::string_view("II+\0", 4) || mark == std::string_view("MM\0+", 4);
}

void tiff_metadata(std::span<std::uint8_t const> bytes, PictureMetadata& found) {
    TiffFile const file(bytes, "");
    std::uint32_t length = 0;
    void* packet = nullptr;
    if (TIFFGetField(file.get(), TIFFTAG_XMLPACKET, &length, &packet) && packet) {
        found.xmp.assign(static_cast<char const*>(packet), length);
    }
    found.pictures = TIFFReadDirectory(file.get()) ? 2 : 1;
    found.paged = true;
}

Image decode_tiff(std::span<std::uint8_t const> bytes, std::string const& name) {
    TiffFile const file(bytes, name);
    auto const width = file.number(TIFFTAG_IMAGEWIDTH, 0), height = file.number(TIFFTAG_IMAGELENGTH, 0);
    check_size(width, height, name);
    if ((file.number(TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) != 0) {
        throw Error(name + " is a camera's raw file, which is not supported; save it as JPEG or PNG.");
    }
    check_length(width, height, png_pixels_in_a_byte(1), bytes.size(), name);
    char reason[1024] = "";
    TIFFRGBAImage reader{};
    if (!TIFFRGBAImageOK(file.get(), reason) || !TIFFRGBAImageBegin(&reader, file.get(), 1, reason)) {
        throw Error("The TIFF picture " + name + " is of a kind that cannot be read; save it as PNG or JPEG.");
    }
    // As it is stored: it is turned upright afterwards, as pictures of all kinds are.
    reader.orientation = reader.req_orientation = ORIENTATION_TOPLEFT;
    std::vector<std::uint32_t> raster(std::size_t{width} * height);
    bool const whole = TIFFRGBAImageGet(&reader, raster.data(), width, height) != 0;
    TIFFRGBAImageEnd(&reader);
    if (!whole) {
        throw Error("The TIFF picture " + name + " is damaged or cut short; get it again.");
    }
    Image image{static_cast<int>(width), static_cast<int>(height), {}};
    image.rgb.reserve(3 * raster.size());
    for (auto const pixel : raster) { // colours come multiplied by their opacity; white shines through
        auto const white = 255 - TIFFGetA(pixel);
        for (std::uint32_t level : {TIFFGetR(pixel), TIFFGetG(pixel), TIFFGetB(pixel)}) {
            image.rgb.push_back(static_cast<std::uint8_t>(std::min<std::uint32_t>(level + white, 255)));
        }
    }
    return image;
}

} // namespace echollama::codecs
