// EXIF, XMP and the number of pictures in every container; WebP and TIFF; what is refused by its name.
#include "base/error.h"
#include "media/containers.h"
#include "media/picture/image_io.h"
#include "media/picture/metadata.h"
#include "media/refused_by_name.h"
#include "support/support.h"

namespace echollama {
namespace {

using test::Bytes;

LoadedImage loaded(Bytes const& bytes) {
    return decode_image(bytes, "photo.jpg"); // the name does not count
}

Bytes png_of(Image const& image) {
    return test::encode_png({.width = image.width, .height = image.height}, image.rgb);
}

// The picture in every container that keeps its pixels exactly, with EXIF in every place where programs put it.
std::vector<std::pair<std::string, Bytes>> with_exif_everywhere(Image const& image, test::ExifSpec const& exif) {
    auto const block = test::exif_block(exif);
    auto whole = test::bytes_from(std::string_view("Exif\0\0", 6));
    whole.insert(whole.end(), block.begin(), block.end());
    auto const png = png_of(image);
    auto const webp = test::encode_webp(image);
    return {
        {"PNG, eXIf", test::with_png_chunk(png, "eXIf", block)},
        {"PNG, eXIf behind the pixels", test::with_png_chunk(png, "eXIf", block, true)},
        {"PNG, eXIf with its mark", test::with_png_chunk(png, "eXIf", whole)},
        {"PNG, zTXt profile", test::with_png_chunk(png, "zTXt", test::raw_profile("exif", whole, true))},
        {"PNG, zTXt profile without a mark", test::with_png_chunk(png, "zTXt", test::raw_profile("exif", block, true))},
        {"PNG, tEXt profile", test::with_png_chunk(png, "tEXt", test::raw_profile("APP1", whole, false))},
        {"WebP", test::with_webp_chunk(webp, "EXIF", block)},
        {"WebP with a mark", test::with_webp_chunk(webp, "EXIF", whole)},
    };
}

TEST(Containers, AllEightOrientationsInAllOfThem) {
    auto const upright = test::gradient(23, 17);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        auto const stored = apply_orientation(upright, undone_orientation(orientation));
        auto files = with_exif_everywhere(stored, {.orientation = orientation, .focal_35mm = 28});
        for (bool big : {false, true}) {
            files.emplace_back(
                "TIFF",
                test::encode_tiff(
                    {.width = stored.width, .height = stored.height, .orientation = orientation, .big_endian = big},
                    stored.rgb));
        }
        for (auto const& [name, bytes] : files) {
            auto const picture = loaded(bytes);
            EXPECT_EQ(picture.exif.orientation, orientation) << name;
            EXPECT_EQ(picture.image.rgb, upright.rgb) << name << " " << orientation;
            EXPECT_EQ(picture.image.width, 23) << name << " " << orientation;
            if (name != "TIFF") {
                EXPECT_EQ(picture.exif.focal_35mm, 28.0F) << name;
            }
        }
        auto const jpeg = test::encode_jpeg({.width = stored.width, .height = stored.height}, stored.rgb);
        auto const picture = loaded(test::with_exif(jpeg, {.orientation = orientation}));
        EXPECT_EQ(picture.exif.orientation, orientation);
        EXPECT_EQ(picture.image.width, 23);
    }
}

TEST(Containers, EXifCountsBeforeOlderText) {
    auto const image = test::gradient(9, 9);
    auto png = test::with_png_chunk(png_of(image), "zTXt",
                                    test::raw_profile("exif", test::exif_block({.orientation = 3}), true));
    png = test::with_png_chunk(png, "eXIf", test::exif_block({.orientation = 6}), true);
    EXPECT_EQ(loaded(png).exif.orientation, 6);
}

TEST(Containers, XmpInAllOfThem) {
    auto const image = test::gradient(16, 8);
    auto const png = png_of(image);
    for (bool elements : {false, true}) {
        auto const packet =
            test::gpano({{"ProjectionType", "equirectangular"}, {"FullPanoWidthPixels", "64"}}, elements);
        auto plain = test::bytes_from(std::string_view("XML:com.adobe.xmp\0\0\0\0\0", 22));
        auto packed = test::bytes_from(std::string_view("XML:com.adobe.xmp\0\1\0en\0\0", 24));
        plain.insert(plain.end(), packet.begin(), packet.end());
        auto const small = test::deflated(test::bytes_from(packet));
        packed.insert(packed.end(), small.begin(), small.end());
        for (auto const& bytes :
             {test::with_jpeg_xmp(test::encode_jpeg({.width = 16, .height = 8}, image.rgb), packet),
              test::with_png_chunk(png, "iTXt", plain), test::with_png_chunk(png, "iTXt", packed),
              test::with_png_chunk(png, "zTXt", test::raw_profile("xmp", test::bytes_from(packet), true)),
              test::with_webp_chunk(test::encode_webp(image), "XMP ", test::bytes_from(packet))}) {
            auto const xmp = read_xmp(read_metadata(bytes));
            EXPECT_EQ(xmp.text("GPano:ProjectionType"), "equirectangular");
            EXPECT_EQ(xmp.number("GPano:FullPanoWidthPixels", 0), 64);
            EXPECT_EQ(xmp.number("GPano:Other", 7), 7);
        }
    }
}

TEST(Containers, DamagedMetadataCostsNoPicture) {
    auto const image = test::gradient(9, 9);
    for (auto const& content : {Bytes{}, Bytes{'I', 'I'}, Bytes{'I', 'I', 42, 0, 255, 255, 255, 255}, Bytes(100, 0)}) {
        EXPECT_EQ(loaded(test::with_png_chunk(png_of(image), "eXIf", content)).exif.orientation, 1);
        EXPECT_EQ(loaded(test::with_webp_chunk(test::encode_webp(image), "EXIF", content)).exif.orientation, 1);
    }
}

TEST(WebP, PixelsComeBackAlsoUnderAnotherName) {
    auto const image = test::gradient(37, 23);
    auto const bytes = test::encode_webp(image);
    EXPECT_EQ(loaded(bytes).image.rgb, image.rgb);
    EXPECT_EQ(loaded(bytes).metadata.pictures, 1);
    for (std::size_t length = 0; length < bytes.size(); length += 7) {
        EXPECT_THROW(loaded({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)}), Error) << length;
    }
}

TEST(Animations, TheFirstFrameIsReadAndSaidToBeOne) {
    auto const first = test::gradient(20, 12);
    auto second = first;
    std::reverse(second.rgb.begin(), second.rgb.end());
    auto const webp = loaded(test::animated_webp({first, second, first}));
    EXPECT_EQ(webp.image.rgb, first.rgb);
    EXPECT_GE(webp.metadata.pictures, 2);
    Bytes control;
    test::put_number(control, 5, 4, true);
    test::put_number(control, 0, 4, true);
    auto const apng = loaded(test::with_png_chunk(png_of(first), "acTL", control));
    EXPECT_EQ(apng.image.rgb, first.rgb);
    EXPECT_EQ(apng.metadata.pictures, 5);
    // A GIF of two pictures of 1 by 1 pixel, with a colour table and an extension between.
    Bytes const picture{0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0};
    Bytes gif = test::bytes_from(std::string_view("GIF89a\1\0\1\0\x80\0\0\xFF\xFF\xFF\0\0\0", 19));
    gif.insert(gif.end(), picture.begin(), picture.end());
    auto one = gif;
    one.push_back(0x3B);
    EXPECT_EQ(read_metadata(one).pictures, 1);
    gif.insert(gif.end(), {0x21, 0xF9, 4, 0, 10, 0, 0, 0});
    gif.insert(gif.end(), picture.begin(), picture.end());
    gif.push_back(0x3B);
    EXPECT_EQ(read_metadata(gif).pictures, 2);
    auto const pages = loaded(test::encode_tiff({.width = 20, .height = 12, .pages = 3}, first.rgb));
    EXPECT_EQ(pages.image.rgb, first.rgb);
    EXPECT_GE(pages.metadata.pictures, 2);
    EXPECT_TRUE(pages.metadata.paged);
    EXPECT_EQ(loaded(test::encode_tiff({.width = 20, .height = 12}, first.rgb)).metadata.pictures, 1);
}

TEST(Tiff, EveryUsualKind) {
    auto const image = test::gradient(37, 23);
    for (int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
        for (bool tiled : {false, true}) {
            if (tiled && compression == COMPRESSION_NONE) { // libtiff writes a length there that it then refuses
                continue;
            }
            test::TiffSpec const spec{.width = 37, .height = 23, .compression = compression, .tiled = tiled};
            EXPECT_EQ(loaded(test::encode_tiff(spec, image.rgb)).image.rgb, image.rgb) << compression << tiled;
        }
    }
    Bytes grey;
    for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
        grey.push_back(image.rgb[i]);
    }
    auto const one = loaded(test::encode_tiff({.width = 37, .height = 23, .channels = 1}, grey)).image;
    EXPECT_EQ(one.pixel(5, 5)[2], grey[5 * 37 + 5]);
    Bytes clear{255, 0, 0, 255, 0, 0, 0, 0};
    auto const over = loaded(test::encode_tiff({.width = 2, .height = 1, .channels = 4}, clear)).image;
    EXPECT_EQ(over.rgb[0], 255);
    EXPECT_EQ(over.rgb[1], 0);
    auto const bytes = test::encode_tiff({.width = 37, .height = 23}, image.rgb);
    EXPECT_THROW(loaded({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2)}), Error);
    Bytes const floats(37 * 23 * 4);
    EXPECT_THROW(loaded(test::encode_tiff(
                     {.width = 37, .height = 23, .channels = 1, .bits = 32, .format = SAMPLEFORMAT_IEEEFP}, floats)),
                 Error);
}

TEST(Containers, WhatIsNotReadIsRefusedByItsName) {
    test::expect_refused_by_name({{std::string_view("\0\0\0\x0CJXL \r\n\x87\n", 12), "JPEG XL"},
                                  {"\xFF\x0A rest", "JPEG XL"},
                                  {std::string_view("\0\0\0\x0CjP  \r\n\x87\n", 12), "JPEG 2000"},
                                  {"v/1\x01 rest", "OpenEXR"},
                                  {"#?RADIANCE\n", "Radiance"},
                                  {"<svg xmlns=''></svg>", "SVG"},
                                  {"%PDF-1.7", "PDF"},
                                  {std::string_view("\0\0\1\0\1\0", 6), "icon"},
                                  {"qoif rest", "QOI"},
                                  {std::string_view("\x93NUMPY\1\0", 8), "NumPy"},
                                  {"PK\3\4 rest", "ZIP"},
                                  {"\x1A\x45\xDF\xA3 rest", "video"},
                                  {std::string_view("RIFF\0\0\0\0WAVE", 12), "sound"},
                                  {"Pf\n1 1\n-1\n", "PFM"},
                                  {"8BPS rest", "Photoshop"},
                                  {"LASF rest", "LAS"},
                                  {"solid cube", "STL"}},
                                 [](std::string_view bytes) { loaded(test::bytes_from(bytes)); });
}

} // namespace
} // namespace echollama
