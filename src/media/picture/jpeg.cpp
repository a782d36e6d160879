#include "base/error.h"
#include "media/picture/codecs.h"

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>

namespace echollama::codecs {
namespace {

// libjpeg's error manager with a way back.
struct Report {
    jpeg_error_mgr manager;
    std::jmp_buf back;
    char message[JMSG_LENGTH_MAX] = "";
    bool ends_early = false; // libjpeg then sees an end of the picture
};

[[noreturn]] void on_error(j_common_ptr jpeg) {
    auto* report = reinterpret_cast<Report*>(jpeg->err);
    jpeg->err->format_message(jpeg, report->message);
    std::longjmp(report->back, 1);
}

// Where pixels are missing or wrong libjpeg would go on with grey, but half a picture is not described. Its other
// warnings are oddities that cameras do write, such as unused bytes between two parts. A file that ends early may only
// lack its last two bytes, which say that it ends; whether pixels are missing shows later.
void on_message(j_common_ptr jpeg, int level) {
    if (level >= 0) {
        return;
    }
    switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
        reinterpret_cast<Report*>(jpeg->err)->ends_early = true;
        break;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
        on_error(jpeg);
    default:
        break;
    }
}

constexpr int max_scans = 500; // real progressive pictures have about ten; thousands of empty ones would take minutes

void on_progress(j_common_ptr jpeg) {
    if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > max_scans) {
        std::snprintf(reinterpret_cast<Report*>(jpeg->err)->message, JMSG_LENGTH_MAX, "it has too many parts");
        std::longjmp(reinterpret_cast<Report*>(jpeg->err)->back, 1);
    }
}

struct Decoder {
    jpeg_decompress_struct jpeg{};
    Report report;
    jpeg_progress_mgr progress{};

    explicit Decoder(std::span<std::uint8_t const> bytes) {
        jpeg.err = jpeg_std_error(&report.manager);
        report.manager.error_exit = on_error;
        report.manager.emit_message = on_message;
        jpeg_create_decompress(&jpeg);
        progress.progress_monitor = on_progress;
        jpeg.progress = &progress;
        jpeg_mem_src(&jpeg, bytes.data(), bytes.size());
    }
    ~Decoder() { jpeg_destroy_decompress(&jpeg); }
    Decoder(Decoder const&) = delete;
    Decoder& operator=(Decoder const&) = delete;
};

bool read_header(Decoder& d) {
    if (setjmp(d.report.back)) {
        return false;
    }
    jpeg_read_header(&d.jpeg, TRUE);
    bool cmyk = d.jpeg.jpeg_color_space == JCS_CMYK || d.jpeg.jpeg_color_space == JCS_YCCK;
    d.jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    return true;
}

// For a file that ends early, where libjpeg itself has found nothing missing: whether every part of the picture was
// there. Arithmetic coding cannot tell.
bool has_all_scans(jpeg_decompress_struct const& jpeg) {
    for (int c = 0; c < jpeg.num_components; ++c) {
        bool const seen = jpeg.comp_info[c].quant_table != nullptr;
        bool const refined = !jpeg.progressive_mode ||
                             std::all_of(jpeg.coef_bits[c], jpeg.coef_bits[c] + DCTSIZE2, [](int b) { return b == 0; });
        if (!seen || !refined) {
            return false;
        }
    }
    return !jpeg.arith_code;
}

bool read_pixels(Decoder& d, std::uint8_t* pixels, std::size_t row_bytes) {
    if (setjmp(d.report.back)) {
        return false;
    }
    jpeg_start_decompress(&d.jpeg);
    while (d.jpeg.output_scanline < d.jpeg.output_height) {
        JSAMPROW row = pixels + d.jpeg.output_scanline * row_bytes;
        jpeg_read_scanlines(&d.jpeg, &row, 1);
    }
    if (d.report.ends_early && !has_all_scans(d.jpeg)) {
        std::snprintf(d.report.message, JMSG_LENGTH_MAX, "it ends too early");
        return false;
    }
    jpeg_finish_decompress(&d.jpeg);
    return true;
}

// Adobe stores the inks inverted (255 = no ink), which is what nearly all CMYK files do.
std::vector<std::uint8_t> cmyk_to_rgb(std::vector<std::uint8_t> const& cmyk, bool inverted) {
    std::vector<std::uint8_t> rgb(cmyk.size() / 4 * 3);
    for (std::size_t i = 0; i < cmyk.size() / 4; ++i) {
        auto ink = [&](std::size_t channel) { return inverted ? cmyk[4 * i + channel] : 255 - cmyk[4 * i + channel]; };
        for (std::size_t channel = 0; channel < 3; ++channel) {
            rgb[3 * i + channel] = static_cast<std::uint8_t>(ink(channel) * ink(3) / 255);
        }
    }
    return rgb;
}

} // namespace

Image decode_jpeg(std::span<std::uint8_t const> bytes, std::string const& name) {
    Decoder decoder(bytes);
    auto fail = [&] {
        return Error("The JPEG picture " + name + " is damaged or cut short (" + decoder.report.message +
                     "); get it again.");
    };
    if (!read_header(decoder)) {
        throw fail();
    }
    check_size(decoder.jpeg.image_width, decoder.jpeg.image_height, name);
    if (!decoder.jpeg.arith_code) { // each of 8 by 8 brightnesses takes one Huffman code of one bit at least
        check_length(decoder.jpeg.image_width, decoder.jpeg.image_height, 512, bytes.size(), name);
    }
    bool cmyk = decoder.jpeg.out_color_space == JCS_CMYK;
    auto row_bytes = std::size_t{decoder.jpeg.image_width} * (cmyk ? 4 : 3);
    Image image{static_cast<int>(decoder.jpeg.image_width), static_cast<int>(decoder.jpeg.image_height), {}};
    image.rgb.resize(row_bytes * decoder.jpeg.image_height);
    if (!read_pixels(decoder, image.rgb.data(), row_bytes)) {
        throw fail();
    }
    if (cmyk) {
        image.rgb = cmyk_to_rgb(image.rgb, decoder.jpeg.saw_Adobe_marker != 0);
    }
    return image;
}

} // namespace echollama::codecs
