// Pictures of every kind, made in memory for the tests.
#pragma once

#include "media/picture/image.h"

// clang-format off
#include <cstdio> // jpeglib.h needs it first
#include <jpeglib.h>
// clang-format on
#include <png.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace echollama::test {

using Bytes = std::vector<std::uint8_t>;

struct PngSpec {
    int width = 0, height = 0;
    int color_type = PNG_COLOR_TYPE_RGB;
    int bit_depth = 8;
    bool interlaced = false;
    std::vector<png_color> palette = {};
    Bytes palette_alpha = {};                    // tRNS of a palette
    std::vector<std::uint16_t> transparent = {}; // tRNS of grey (1 value) or RGB (3 values)
    double gamma = 0;                            // gAMA when positive
};

// `rows`: the samples as PNG stores them, row after row (16 bits: most significant byte first).
inline Bytes encode_png(PngSpec const& spec, Bytes rows) {
    Bytes out;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &out,
        [](png_structp p, png_bytep data, std::size_t count) {
            auto* bytes = static_cast<Bytes*>(png_get_io_ptr(p));
            bytes->insert(bytes->end(), data, data + count);
        },
        nullptr);
    png_set_IHDR(png, info, static_cast<png_uint_32>(spec.width), static_cast<png_uint_32>(spec.height), spec.bit_depth,
                 spec.color_type, spec.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (!spec.palette.empty()) {
        png_set_PLTE(png, info, spec.palette.data(), static_cast<int>(spec.palette.size()));
    }
    if (!spec.palette_alpha.empty()) {
        png_set_tRNS(png, info, const_cast<png_bytep>(spec.palette_alpha.data()),
                     static_cast<int>(spec.palette_alpha.size()), nullptr);
    }
    if (!spec.transparent.empty()) {
        png_color_16 color{};
        color.gray = color.red = spec.transparent.front();
        color.green = spec.transparent.size() > 1 ? spec.transparent[1] : color.red;
        color.blue = spec.transparent.size() > 2 ? spec.transparent[2] : color.red;
        png_set_tRNS(png, info, nullptr, 0, &color);
    }
    if (spec.gamma > 0) {
        png_set_gAMA(png, info, spec.gamma);
    }
    png_write_info(png, info);
    std::vector<png_bytep> pointers;
    auto const row_bytes = png_get_rowbytes(png, info);
    rows.resize(row_bytes * static_cast<std::size_t>(spec.height));
    for (std::size_t y = 0; y < static_cast<std::size_t>(spec.height); ++y) {
        pointers.push_back(rows.data() + y * row_bytes);
    }
    png_write_image(png, pointers.data());
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return out;
}

struct JpegSpec {
    int width = 0, height = 0;
    J_COLOR_SPACE in = JCS_RGB;       // what `samples` hold
    J_COLOR_SPACE stored = JCS_YCbCr; // what the file holds
    int quality = 100;
    bool progressive = false;
    bool adobe = false; // write the Adobe marker, as for inverted CMYK
};

inline Bytes encode_jpeg(JpegSpec const& spec, Bytes samples) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&jpeg, &buffer, &size);
    jpeg.image_width = static_cast<JDIMENSION>(spec.width);
    jpeg.image_height = static_cast<JDIMENSION>(spec.height);
    jpeg.in_color_space = spec.in;
    jpeg.input_components = spec.in == JCS_GRAYSCALE ? 1 : spec.in == JCS_CMYK ? 4 : 3;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, spec.stored);
    jpeg_set_quality(&jpeg, spec.quality, TRUE);
    for (int c = 0; c < jpeg.num_components; ++c) { // full colour resolution, so that pixels come back
        jpeg.comp_info[c].h_samp_factor = jpeg.comp_info[c].v_samp_factor = 1;
    }
    jpeg.write_Adobe_marker = spec.adobe ? TRUE : FALSE;
    if (spec.progressive) {
        jpeg_simple_progression(&jpeg);
    }
    jpeg_start_compress(&jpeg, TRUE);
    auto const row_bytes = static_cast<std::size_t>(jpeg.input_components) * jpeg.image_width;
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = samples.data() + jpeg.next_scanline * row_bytes;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    Bytes out(buffer, buffer + size);
    std::free(buffer);
    jpeg_destroy_compress(&jpeg);
    return out;
}

// A JPEG with an EXIF block: little-endian TIFF, first directory with the orientation, Exif directory with the rest.
struct ExifSpec {
    int orientation = 0;
    int focal_35mm = 0;
    std::uint32_t focal_mm_times_10 = 0;
    std::uint32_t pixels_x = 0, pixels_y = 0, per_centimetre = 0;
    std::string make = {}; // at least 4 characters
};

inline Bytes with_exif(Bytes const& jpeg, ExifSpec const& spec) {
    struct Entry {
        std::uint16_t tag, type;
        std::uint32_t count, value;
    };
    Bytes extra; // values that do not fit into four bytes
    auto put = [](Bytes& to, std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) {
            to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
        }
    };
    std::vector<Entry> first, second;
    auto const rational = [&](std::uint32_t numerator, std::uint32_t denominator) {
        auto const at = static_cast<std::uint32_t>(extra.size());
        put(extra, numerator, 4);
        put(extra, denominator, 4);
        return at;
    };
    std::vector<std::pair<std::vector<Entry>*, std::size_t>> offsets; // entries whose value is an offset into extra
    if (!spec.make.empty()) {
        auto const at = static_cast<std::uint32_t>(extra.size());
        extra.insert(extra.end(), spec.make.begin(), spec.make.end());
        extra.resize((extra.size() + 2) & ~std::size_t{1});
        offsets.emplace_back(&first, first.size());
        first.push_back({0x010F, 2, static_cast<std::uint32_t>(spec.make.size() + 1), at});
    }
    if (spec.orientation) {
        first.push_back({0x0112, 3, 1, static_cast<std::uint32_t>(spec.orientation)});
    }
    first.push_back({0x8769, 4, 1, 0});
    if (spec.focal_mm_times_10) {
        offsets.emplace_back(&second, second.size());
        second.push_back({0x920A, 5, 1, rational(spec.focal_mm_times_10, 10)});
    }
    if (spec.pixels_x) {
        second.push_back({0xA002, 4, 1, spec.pixels_x});
        second.push_back({0xA003, 4, 1, spec.pixels_y});
        offsets.emplace_back(&second, second.size());
        second.push_back({0xA20E, 5, 1, rational(spec.per_centimetre, 1)});
        second.push_back({0xA210, 3, 1, 3}); // centimetres
    }
    if (spec.focal_35mm) {
        second.push_back({0xA405, 3, 1, static_cast<std::uint32_t>(spec.focal_35mm)});
    }
    auto const second_at = static_cast<std::uint32_t>(8 + 2 + 12 * first.size() + 4);
    auto const extra_at = second_at + static_cast<std::uint32_t>(2 + 12 * second.size() + 4);
    first.back().value = second_at;
    for (auto const& [list, index] : offsets) {
        (*list)[index].value += extra_at;
    }
    Bytes tiff{'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0};
    put(tiff, 8, 4);
    for (auto const* list : {&first, &second}) {
        put(tiff, static_cast<std::uint32_t>(list->size()), 2);
        for (auto const& e : *list) {
            put(tiff, e.tag, 2);
            put(tiff, e.type, 2);
            put(tiff, e.count, 4);
            put(tiff, e.value, 4);
        }
        put(tiff, 0, 4);
    }
    tiff.insert(tiff.end(), extra.begin(), extra.end());
    auto const length = tiff.size() + 2;
    Bytes out(jpeg.begin(), jpeg.begin() + 2);
    put(out, 0xE1FF, 2);
    put(out, static_cast<std::uint32_t>(length >> 8 | (length & 0xFF) << 8), 2);
    out.insert(out.end(), tiff.begin(), tiff.end());
    out.insert(out.end(), jpeg.begin() + 2, jpeg.end());
    return out;
}

// 24-bit BMP of an RGB picture; top_down: a negative height in the header.
inline Bytes encode_bmp(Image const& image, bool top_down) {
    auto const row = (static_cast<std::size_t>(image.width) * 3 + 3) / 4 * 4;
    auto const size = 54 + row * static_cast<std::size_t>(image.height);
    Bytes out(size);
    auto put = [&](std::size_t at, std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) {
            out[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
        }
    };
    out[0] = 'B', out[1] = 'M';
    put(2, static_cast<std::uint32_t>(size), 4);
    put(10, 54, 4);
    put(14, 40, 4);
    put(18, static_cast<std::uint32_t>(image.width), 4);
    put(22, static_cast<std::uint32_t>(top_down ? -image.height : image.height), 4);
    put(26, 1, 2);
    put(28, 24, 2);
    for (int y = 0; y < image.height; ++y) {
        auto* to = out.data() + 54 + row * static_cast<std::size_t>(top_down ? y : image.height - 1 - y);
        for (int x = 0; x < image.width; ++x, to += 3) {
            auto const* from = image.pixel(x, y);
            to[0] = from[2], to[1] = from[1], to[2] = from[0];
        }
    }
    return out;
}

inline void write_bytes(std::string const& path, Bytes const& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// A picture whose every pixel differs from its neighbours and that no turn or mirroring leaves as it is.
inline Image gradient(int width, int height) {
    Image image{width, height, Bytes(static_cast<std::size_t>(width * height) * 3)};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            auto* p = image.pixel(x, y);
            p[0] = static_cast<std::uint8_t>(255 * x / std::max(1, width - 1));
            p[1] = static_cast<std::uint8_t>(255 * y / std::max(1, height - 1));
            p[2] = static_cast<std::uint8_t>((x * 7 + y * 13) % 251);
        }
    }
    return image;
}

} // namespace echollama::test
