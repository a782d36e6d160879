#include "media/picture/png16.h"

#include "base/error.h"
#include "base/input_file.h"
#include "media/picture/codecs.h"

#include <png.h>

#include <bit>
#include <cstring>

namespace echollama {
namespace {

constexpr std::uintmax_t max_depth_bytes = 1ULL << 30;

// As in png.cpp: libpng's errors leave by longjmp, so no object with a destructor lives in the two functions below.
struct Reading {
    std::span<std::uint8_t const> bytes;
    char const* reason = "it is damaged or cut short";
    png_structp png = nullptr;
    png_infop info = nullptr;

    ~Reading() { png_destroy_read_struct(&png, &info, nullptr); }
};

void on_error(png_structp png, png_const_charp) {
    png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

void read_from_memory(png_structp png, png_bytep out, std::size_t count) {
    auto& bytes = static_cast<Reading*>(png_get_io_ptr(png))->bytes;
    if (count > bytes.size()) {
        png_error(png, "the file ends too early");
    }
    std::memcpy(out, bytes.data(), count);
    bytes = bytes.subspan(count);
}

bool read_header(Reading& r) {
    if (setjmp(png_jmpbuf(r.png))) {
        return false;
    }
    png_set_read_fn(r.png, &r, read_from_memory);
    png_set_user_limits(r.png, 0x7FFFFFFF, 0x7FFFFFFF);
    png_read_info(r.png, r.info);
    if (png_get_color_type(r.png, r.info) != PNG_COLOR_TYPE_GRAY || png_get_bit_depth(r.png, r.info) != 16) {
        r.reason = "depth pictures are grey PNG files with 16 bits";
        return false;
    }
    return true;
}

bool read_rows(Reading& r, png_bytepp rows) {
    if (setjmp(png_jmpbuf(r.png))) {
        return false;
    }
    if (std::endian::native == std::endian::little) {
        png_set_swap(r.png);
    }
    png_set_interlace_handling(r.png);
    png_read_update_info(r.png, r.info);
    png_read_image(r.png, rows);
    png_read_end(r.png, nullptr);
    return true;
}

} // namespace

Gray16 load_png16(std::filesystem::path const& path) {
    return decode_png16(read_input(path, {"depth picture", max_depth_bytes}), input_name(path));
}

Gray16 decode_png16(std::span<std::uint8_t const> bytes, std::string const& name) {
    Reading r{bytes};
    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, on_error, on_warning);
    r.info = r.png ? png_create_info_struct(r.png) : nullptr;
    auto refuse = [&]() -> Error { return Error("The depth picture " + name + " cannot be used: " + r.reason + "."); };
    if (!r.info || !read_header(r)) {
        throw refuse();
    }
    auto const width = png_get_image_width(r.png, r.info), height = png_get_image_height(r.png, r.info);
    codecs::check_size(width, height, name);
    codecs::check_length(width, height, codecs::png_pixels_in_a_byte(16), bytes.size(), name);
    Gray16 gray{static_cast<int>(width), static_cast<int>(height),
                std::vector<std::uint16_t>(std::size_t{width} * height)};
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < height; ++y) {
        rows.push_back(reinterpret_cast<png_bytep>(gray.values.data() + y * width));
    }
    if (!read_rows(r, rows.data())) {
        throw refuse();
    }
    return gray;
}

void save_png16(std::filesystem::path const& path, int width, int height, std::span<std::uint16_t const> values) {
    if (values.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
        throw std::logic_error("save_png16: wrong number of values");
    }
    codecs::write_png(path, width, height, 16, PNG_COLOR_TYPE_GRAY,
                      reinterpret_cast<std::uint8_t const*>(values.data()), static_cast<std::size_t>(width) * 2);
}

} // namespace echollama
