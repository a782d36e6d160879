// Pictures: PNG, JPEG, WebP and TIFF with what stands beside their pixels, BMP, GIF, PNM, TGA; panoramas and looks into
// them.
#include "fuzz.h"
#include "media/containers.h"
#include "media/picture/image_io.h"
#include "media/view/panorama.h"

namespace echollama::fuzz {
namespace {

// One picture, blue on the left and red on the right.
Bytes gif() {
    return {'G', 'I', 'F', '8', '9', 'a', 2, 0, 1, 0, 0x80, 0, 0, 0,    0,    255, 255, 0,
            0,   ',', 0,   0,   0,   0,   2, 0, 1, 0, 0,    2, 2, 0x44, 0x0A, 0,   ';'};
}

Bytes tga() {
    Bytes file(18);
    file[2] = 2, file[12] = 2, file[14] = 2, file[16] = 24;
    file.resize(18 + 12, 100);
    return file;
}

} // namespace

std::vector<Bytes> seeds() {
    auto const rgb = test::gradient(8, 6);
    Bytes const grey(48, 90), two_bits(12, 1), sixteen_bits(96, 3), four_channels(192, 128);
    std::vector<Bytes> all;
    auto const png = [&](int color_type, int depth, bool interlaced, Bytes const& rows) {
        test::PngSpec spec{8, 6, color_type, depth, interlaced};
        if (color_type == PNG_COLOR_TYPE_PALETTE) {
            spec.palette.resize(4, png_color{1, 2, 3});
            spec.palette_alpha.resize(1, 9);
        }
        all.push_back(test::encode_png(spec, rows));
    };
    png(PNG_COLOR_TYPE_RGB, 8, false, rgb.rgb);
    png(PNG_COLOR_TYPE_RGB, 8, true, rgb.rgb);
    png(PNG_COLOR_TYPE_GRAY, 16, false, sixteen_bits);
    png(PNG_COLOR_TYPE_RGBA, 8, false, four_channels);
    png(PNG_COLOR_TYPE_PALETTE, 2, false, two_bits);
    auto const jpeg = [&](J_COLOR_SPACE in, J_COLOR_SPACE stored, bool progressive, bool adobe, Bytes const& samples) {
        all.push_back(test::encode_jpeg({8, 6, in, stored, 90, progressive, adobe}, samples));
    };
    jpeg(JCS_RGB, JCS_YCbCr, false, false, rgb.rgb);
    jpeg(JCS_RGB, JCS_YCbCr, true, false, rgb.rgb);
    jpeg(JCS_GRAYSCALE, JCS_GRAYSCALE, false, false, grey);
    jpeg(JCS_CMYK, JCS_YCCK, false, true, four_channels);
    test::ExifSpec exif{6, 28, 42, 8, 6, 100, "Maker"};
    all.push_back(test::with_exif(all[5], exif));
    auto const exif_alone = test::exif_block(exif);
    auto const plain = all.front();
    all.push_back(test::with_png_chunk(plain, "eXIf", exif_alone));
    all.push_back(test::with_png_chunk(plain, "zTXt", test::raw_profile("exif", exif_alone, true)));
    auto const webp = test::encode_webp(rgb);
    all.push_back(webp);
    all.push_back(test::with_webp_chunk(webp, "EXIF", exif_alone));
    all.push_back(test::animated_webp({rgb, test::gradient(8, 6)}));
    all.push_back(test::encode_tiff({.width = 8, .height = 6, .compression = COMPRESSION_LZW}, rgb.rgb));
    all.push_back(test::encode_tiff(
        {.width = 8, .height = 6, .compression = COMPRESSION_LZW, .orientation = 6, .tiled = true, .pages = 2},
        rgb.rgb));
    all.push_back(test::with_jpeg_xmp(
        all[5], test::gpano({{"ProjectionType", "equirectangular"}, {"FullPanoWidthPixels", "16"}})));
    all.push_back(test::encode_bmp(rgb, false));
    all.push_back(test::encode_bmp(rgb, true));
    all.push_back(bytes_of("P6\n2 2\n255\n0123456789ab"));
    all.push_back(bytes_of("P5\n2 2\n255\n0123"));
    all.push_back(gif());
    all.push_back(tga());
    return all;
}

void run(Input input) {
    auto const picture = decode_image(input, "input");
    if (auto const camera = panorama_camera(picture); camera && picture.image.width < 2000) {
        auto const directions = look_directions(*camera, picture.image.width);
        auto const look = look_into(picture.image, *camera, directions.front());
        on_panorama({0, 0, 5, 5}, look, *camera, picture.image.width);
    }
}

} // namespace echollama::fuzz
