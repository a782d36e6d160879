#include "base/atomic_file.h"
#include "base/error.h"
#include "media/picture/codecs.h"
#include "media/picture/image_io.h"

#include <png.h>

#include <bit>
#include <cstring>
#include <memory>

namespace echollama {
namespace {

// libpng reports through these; an exception passes through libpng's C frames, which Debian builds with unwind tables,
// but that is not promised, so errors are kept and the C code is left by longjmp.
struct Report {
    std::string message;
};

void on_error(png_structp png, png_const_charp message) {
    static_cast<Report*>(png_get_error_ptr(png))->message = message;
    png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

struct Source {
    std::span<std::uint8_t const> bytes;
};

void read_from_memory(png_structp png, png_bytep out, std::size_t count) {
    auto* source = static_cast<Source*>(png_get_io_ptr(png));
    if (count > source->bytes.size()) {
        png_error(png, "the file ends too early");
    }
    std::memcpy(out, source->bytes.data(), count);
    source->bytes = source->bytes.subspan(count);
}

struct Reader {
    Report report;
    Source source;
    png_structp png = nullptr;
    png_infop info = nullptr;

    explicit Reader(std::span<std::uint8_t const> bytes) : source{bytes} {
        png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &report, on_error, on_warning);
        info = png ? png_create_info_struct(png) : nullptr;
    }
    ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;
};

bool has_alpha(png_structp png, png_infop info) {
    return (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0;
}

// Everything libpng can hold becomes 8-bit RGB, or RGBA where anything is transparent.
void ask_for_rgb(png_structp png, png_infop info) {
    png_set_expand(png); // palettes, fewer than 8 bits, tRNS to alpha
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

// The two halves of decoding, each leaving by longjmp on error: no object with a destructor may live in them.
bool read_header(Reader& r) {
    if (setjmp(png_jmpbuf(r.png))) {
        return false;
    }
    png_set_read_fn(r.png, &r.source, read_from_memory);
    png_set_user_limits(r.png, 0x7FFFFFFF, 0x7FFFFFFF);
    png_set_chunk_malloc_max(r.png, 64 << 20);
    png_read_info(r.png, r.info);
    return true;
}

bool read_pixels(Reader& r, png_bytepp rows, std::size_t row_bytes) {
    if (setjmp(png_jmpbuf(r.png))) {
        return false;
    }
    ask_for_rgb(r.png, r.info);
    if (png_get_rowbytes(r.png, r.info) != row_bytes) {
        png_error(r.png, "unexpected colour type");
    }
    png_read_image(r.png, rows);
    png_read_end(r.png, nullptr);
    return true;
}

struct Writer {
    Report report;
    png_structp png = nullptr;
    png_infop info = nullptr;

    Writer() {
        png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &report, on_error, on_warning);
        info = png ? png_create_info_struct(png) : nullptr;
    }
    ~Writer() { png_destroy_write_struct(&png, &info); }
    Writer(Writer const&) = delete;
    Writer& operator=(Writer const&) = delete;
};

void append_bytes(png_structp png, png_bytep data, std::size_t count) {
    auto* out = static_cast<std::string*>(png_get_io_ptr(png));
    out->append(reinterpret_cast<char const*>(data), count);
}

bool encode(Writer& w, std::string& out, int width, int height, int depth, int color, png_bytepp rows) {
    if (setjmp(png_jmpbuf(w.png))) {
        return false;
    }
    png_set_write_fn(w.png, &out, append_bytes, nullptr);
    png_set_IHDR(w.png, w.info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth, color,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(w.png, 3);
    png_write_info(w.png, w.info);
    if (depth == 16 && std::endian::native == std::endian::little) {
        png_set_swap(w.png);
    }
    png_write_image(w.png, rows);
    png_write_end(w.png, nullptr);
    return true;
}

} // namespace

namespace codecs {

Image decode_png(std::span<std::uint8_t const> bytes, std::string const& name) {
    Reader reader(bytes);
    auto fail = [&]() -> Error {
        return Error("The PNG picture " + name + " is damaged or cut short (" + reader.report.message +
                     "); get it again.");
    };
    if (!reader.info || !read_header(reader)) {
        throw fail();
    }
    auto width = png_get_image_width(reader.png, reader.info);
    auto height = png_get_image_height(reader.png, reader.info);
    check_size(width, height, name);
    int const bits =
        png_get_channels(reader.png, reader.info) * static_cast<int>(png_get_bit_depth(reader.png, reader.info));
    check_length(width, height, png_pixels_in_a_byte(bits), bytes.size(), name);
    bool const alpha = has_alpha(reader.png, reader.info);
    std::size_t const row_bytes = std::size_t{width} * (alpha ? 4 : 3);
    Image image{static_cast<int>(width), static_cast<int>(height), std::vector<std::uint8_t>(row_bytes * height)};
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < height; ++y) {
        rows.push_back(image.rgb.data() + y * row_bytes);
    }
    if (!read_pixels(reader, rows.data(), row_bytes)) {
        throw fail();
    }
    if (alpha) {
        over_white(image.rgb);
    }
    return image;
}

void write_png(std::filesystem::path const& path, int width, int height, int depth, int color, std::uint8_t const* data,
               std::size_t row_bytes) {
    std::vector<png_bytep> rows(static_cast<std::size_t>(height));
    for (std::size_t y = 0; y < rows.size(); ++y) {
        rows[y] = const_cast<png_bytep>(data + y * row_bytes);
    }
    Writer writer;
    std::string bytes;
    if (!writer.info || !encode(writer, bytes, width, height, depth, color, rows.data())) {
        throw Error("The picture for " + path.string() + " cannot be encoded: " + writer.report.message + ".");
    }
    write_file_atomically(path, bytes, "the picture");
}

} // namespace codecs

void save_png(std::filesystem::path const& path, Image const& image) {
    codecs::write_png(path, image.width, image.height, 8, PNG_COLOR_TYPE_RGB, image.rgb.data(),
                      static_cast<std::size_t>(image.width) * 3);
}

} // namespace echollama
