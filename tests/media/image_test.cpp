#include "base/error.h"
#include "media/encode.h"
#include "media/picture/image_io.h"
#include "support/memory.h"
#include "support/support.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

namespace echollama {
namespace {

using test::Bytes;
using test::extra_kib;
using test::refusal;

int largest_difference(Image const& a, Image const& b) {
    EXPECT_EQ(a.width, b.width);
    EXPECT_EQ(a.height, b.height);
    if (a.rgb.size() != b.rgb.size()) {
        return 256;
    }
    int largest = 0;
    for (std::size_t i = 0; i < a.rgb.size(); ++i) {
        largest = std::max(largest, std::abs(a.rgb[i] - b.rgb[i]));
    }
    return largest;
}

std::string refusal_of(Bytes const& bytes) {
    return refusal([&] { decode_image(bytes, "photo.x"); });
}

Bytes png_of(Image const& image) {
    return test::encode_png({.width = image.width, .height = image.height}, image.rgb);
}

Image decoded(Bytes const& bytes) {
    return decode_image(bytes, "photo.x").image;
}

TEST(Png, ColourComesBackExactlyAlsoInterlacedAndWithGamma) {
    auto const image = test::gradient(37, 23);
    for (bool interlaced : {false, true}) {
        for (double gamma : {0.0, 1.0, 0.45455}) {
            auto const bytes =
                test::encode_png({.width = 37, .height = 23, .interlaced = interlaced, .gamma = gamma}, image.rgb);
            EXPECT_EQ(decoded(bytes).rgb, image.rgb);
        }
    }
}

TEST(Png, GreyOfEveryDepth) {
    // One row of two pixels: none, then half (or all for 1 bit).
    struct Case {
        int depth;
        Bytes row;
        int second;
    };
    for (auto const& c : {Case{1, {0x40}, 255}, Case{2, {0x20}, 170}, Case{4, {0x08}, 136}, Case{8, {0, 77}, 77},
                          Case{16, {0, 0, 0x80, 0x80}, 128}}) {
        auto const image = decoded(test::encode_png(
            {.width = 2, .height = 1, .color_type = PNG_COLOR_TYPE_GRAY, .bit_depth = c.depth}, c.row));
        auto const second = static_cast<std::uint8_t>(c.second);
        EXPECT_EQ(image.rgb, (Bytes{0, 0, 0, second, second, second})) << c.depth;
    }
}

TEST(Png, SixteenBitsAreRoundedNotCut) {
    auto const image =
        decoded(test::encode_png({.width = 1, .height = 1, .bit_depth = 16}, {0x12, 0xFF, 0xFF, 0x7F, 0x00, 0x7F}));
    EXPECT_EQ(image.rgb, (Bytes{0x13, 0xFF, 0x00})); // round(v * 255 / 65535)
}

TEST(Png, PaletteWithTransparencyLiesOnWhite) {
    auto const image = decoded(test::encode_png({.width = 3,
                                                 .height = 1,
                                                 .color_type = PNG_COLOR_TYPE_PALETTE,
                                                 .palette = {{10, 20, 30}, {200, 100, 0}, {0, 0, 0}},
                                                 .palette_alpha = {255, 0, 128}},
                                                {0, 1, 2}));
    EXPECT_EQ(image.rgb, (Bytes{10, 20, 30, 255, 255, 255, 127, 127, 127}));
}

TEST(Png, AlphaOfEveryKindLiesOnWhite) {
    auto const rgba = decoded(test::encode_png({.width = 3, .height = 1, .color_type = PNG_COLOR_TYPE_RGB_ALPHA},
                                               {9, 8, 7, 255, 9, 8, 7, 0, 0, 100, 255, 51}));
    EXPECT_EQ(rgba.rgb, (Bytes{9, 8, 7, 255, 255, 255, 204, 224, 255}));
    auto const grey =
        decoded(test::encode_png({.width = 2, .height = 1, .color_type = PNG_COLOR_TYPE_GRAY_ALPHA}, {50, 255, 50, 0}));
    EXPECT_EQ(grey.rgb, (Bytes{50, 50, 50, 255, 255, 255}));
    auto const deep =
        decoded(test::encode_png({.width = 2, .height = 1, .color_type = PNG_COLOR_TYPE_RGB_ALPHA, .bit_depth = 16},
                                 {0, 0, 0, 0, 0, 0, 0, 0, 0x32, 0x32, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}));
    EXPECT_EQ(deep.rgb, (Bytes{255, 255, 255, 0x32, 0, 255}));
    auto const keyed =
        decoded(test::encode_png({.width = 2, .height = 1, .transparent = {1, 2, 3}}, {1, 2, 3, 1, 2, 4}));
    EXPECT_EQ(keyed.rgb, (Bytes{255, 255, 255, 1, 2, 4}));
    auto const grey_keyed = decoded(test::encode_png(
        {.width = 2, .height = 1, .color_type = PNG_COLOR_TYPE_GRAY, .bit_depth = 16, .transparent = {0x1234}},
        {0x12, 0x34, 0x12, 0x12}));
    EXPECT_EQ(grey_keyed.rgb, (Bytes{255, 255, 255, 0x12, 0x12, 0x12}));
}

TEST(Png, SavedPictureIsReadBack) {
    test::TempDir dir;
    auto const image = test::gradient(61, 40);
    save_png(dir / "out.png", image);
    EXPECT_EQ(load_image(dir / "out.png").image.rgb, image.rgb);
    save_png(dir / "out.png", test::gradient(3, 2)); // replaces
    EXPECT_EQ(load_image(dir / "out.png").image.width, 3);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1) << "something was left behind";
}

TEST(Jpeg, ColourGreyAndProgressive) {
    auto const image = test::gradient(64, 48);
    for (bool progressive : {false, true}) {
        auto const bytes = test::encode_jpeg({.width = 64, .height = 48, .progressive = progressive}, image.rgb);
        auto const got = decoded(bytes);
        ASSERT_EQ(got.rgb.size(), image.rgb.size());
        double sum = 0; // the picture is noisy in blue, so single pixels differ
        for (std::size_t i = 0; i < got.rgb.size(); ++i) {
            sum += std::abs(got.rgb[i] - image.rgb[i]);
        }
        EXPECT_LT(sum / static_cast<double>(got.rgb.size()), 2.0);
    }
    Bytes const grey(16 * 16, 90);
    auto const got =
        decoded(test::encode_jpeg({.width = 16, .height = 16, .in = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE}, grey));
    EXPECT_LE(largest_difference(got, {16, 16, Bytes(16 * 16 * 3, 90)}), 1);
}

TEST(Jpeg, InksBecomeColours) {
    // Half the cyan, no other ink: red is halved.
    Bytes inks, inverted;
    for (int i = 0; i < 16 * 16; ++i) {
        for (int ink : {128, 0, 0, 0}) {
            inks.push_back(static_cast<std::uint8_t>(ink));
            inverted.push_back(static_cast<std::uint8_t>(255 - ink));
        }
    }
    Image expected{16, 16, {}};
    for (int i = 0; i < 16 * 16; ++i) {
        expected.rgb.insert(expected.rgb.end(), {127, 255, 255});
    }
    auto jpeg = [&](Bytes const& samples, J_COLOR_SPACE stored, bool adobe) {
        return decoded(
            test::encode_jpeg({.width = 16, .height = 16, .in = JCS_CMYK, .stored = stored, .adobe = adobe}, samples));
    };
    EXPECT_LE(largest_difference(jpeg(inverted, JCS_CMYK, true), expected), 2);
    EXPECT_LE(largest_difference(jpeg(inverted, JCS_YCCK, true), expected), 2);
    EXPECT_LE(largest_difference(jpeg(inks, JCS_CMYK, false), expected), 2);
}

TEST(Jpeg, OddBytesBetweenPartsAreNoDamage) {
    auto const image = test::gradient(32, 32);
    auto bytes = test::encode_jpeg({.width = 32, .height = 32}, image.rgb);
    auto const whole = decoded(bytes);
    bytes.insert(bytes.begin() + 20, {0, 0, 0}); // after the JFIF part
    ASSERT_EQ(bytes[18], 0);
    EXPECT_EQ(decoded(bytes).rgb, whole.rgb);
}

TEST(Exif, AllEightOrientationsGiveTheSameUprightPicture) {
    auto const upright = test::gradient(48, 32);
    // What a camera stores so that turning it by `orientation` gives `upright`: the inverse turn.
    int const inverse[] = {0, 1, 2, 3, 4, 5, 8, 7, 6};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        auto const stored = apply_orientation(upright, inverse[orientation]);
        EXPECT_EQ(stored.width, orientation >= 5 ? 32 : 48);
        EXPECT_EQ(apply_orientation(stored, orientation).rgb, upright.rgb) << orientation;
        auto const jpeg = test::encode_jpeg({.width = stored.width, .height = stored.height}, stored.rgb);
        auto const loaded = decode_image(test::with_exif(jpeg, {.orientation = orientation}), "photo.jpg");
        EXPECT_EQ(loaded.exif.orientation, orientation);
        EXPECT_EQ(loaded.image.rgb, apply_orientation(decoded(jpeg), orientation).rgb);
        // Corners say which turn it was: red grows to the right, green downwards.
        auto const& image = loaded.image;
        ASSERT_EQ(image.width, 48);
        ASSERT_EQ(image.height, 32);
        EXPECT_GT(image.pixel(46, 1)[0], image.pixel(1, 1)[0] + 150);
        EXPECT_GT(image.pixel(1, 30)[1], image.pixel(1, 1)[1] + 150);
    }
    EXPECT_EQ(apply_orientation(upright, 0).rgb, upright.rgb);
    EXPECT_EQ(apply_orientation(upright, 9).rgb, upright.rgb);
}

TEST(Exif, LensAndCamera) {
    auto const jpeg = test::encode_jpeg({.width = 16, .height = 16}, Bytes(16 * 16 * 3, 128));
    auto exif = [&](test::ExifSpec const& spec) { return decode_image(test::with_exif(jpeg, spec), "p.jpg").exif; };
    auto const told = exif({.focal_35mm = 26, .focal_mm_times_10 = 42, .make = "ACME Cameras"});
    EXPECT_EQ(told.focal_35mm, 26.0F);
    EXPECT_FLOAT_EQ(told.focal_mm.value_or(0), 4.2F);
    EXPECT_EQ(told.make, "ACME Cameras");
    // 4500 by 3000 pixels at 2000 a centimetre: a sensor of 22.5 by 15 mm, diagonal 27.04 mm; 50 mm become 80 mm.
    auto const computed = exif({.focal_mm_times_10 = 500, .pixels_x = 4500, .pixels_y = 3000, .per_centimetre = 2000});
    EXPECT_NEAR(computed.focal_35mm.value_or(0), 50 * 43.27 / 27.04, 0.05);
    auto const lens_only = exif({.focal_mm_times_10 = 500});
    EXPECT_FALSE(lens_only.focal_35mm);
    EXPECT_EQ(exif({.orientation = 77}).orientation, 1);
    auto const none = decode_image(jpeg, "p.jpg").exif;
    EXPECT_EQ(none.orientation, 1);
    EXPECT_FALSE(none.focal_35mm);
}

TEST(OtherFormats, BmpBothWaysUpGifAndPnm) {
    auto const image = test::gradient(19, 7);
    EXPECT_EQ(decoded(test::encode_bmp(image, false)).rgb, image.rgb);
    EXPECT_EQ(decoded(test::encode_bmp(image, true)).rgb, image.rgb);
    std::string const header = "P6\n19 7\n255\n";
    Bytes pnm(header.begin(), header.end());
    pnm.insert(pnm.end(), image.rgb.begin(), image.rgb.end());
    EXPECT_EQ(decoded(pnm).rgb, image.rgb);
    // Two pixels, the second of the transparent colour: red, then white paper.
    Bytes const gif{'G', 'I', 'F', '8', '9', 'a',  2, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0,    255,  0x21, 0xF9, 4,
                    1,   0,   0,   1,   0,   0x2C, 0, 0, 0, 0, 2,    0, 1, 0,   0, 2, 2, 0x44, 0x0A, 0,    0x3B};
    EXPECT_EQ(decoded(gif).rgb, (Bytes{255, 0, 0, 255, 255, 255}));
}

TEST(BadPictures, EveryRefusalNamesTheFileAndSaysWhatToDo) {
    test::TempDir dir;
    auto load = [&](std::string const& name) { return refusal([&] { load_image(dir / name); }); };
    EXPECT_NE(load("missing.jpg").find("check the path"), std::string::npos);
    EXPECT_NE(refusal([&] { load_image(dir.path()); }).find("is a folder"), std::string::npos);
    test::write_bytes(dir / "empty.png", {});
    EXPECT_NE(load("empty.png").find("is empty"), std::string::npos);
    for (std::string const text : {"Once upon a time there was no picture at all.\n", "x", "{}", "\n\n\n"}) {
        test::write_bytes(dir / "text.png", Bytes(text.begin(), text.end()));
        EXPECT_NE(load("text.png").find("is not a picture"), std::string::npos) << text;
    }
    Bytes webp(40);
    std::memcpy(webp.data(), "RIFF", 4), std::memcpy(webp.data() + 8, "WEBPVP8 ", 8);
    EXPECT_NE(refusal_of(webp).find("WebP"), std::string::npos);
    EXPECT_NE(refusal_of({'8', 'B', 'P', 'S', 0, 1}).find("Photoshop"), std::string::npos);
    Bytes heic(40);
    std::memcpy(heic.data() + 4, "ftypheic", 8);
    EXPECT_NE(refusal_of(heic).find("HEIC"), std::string::npos);
}

TEST(BadPictures, HugeOnesAreRefusedFromTheHeader) {
    // Only the header says so: the pixels would be 1.2 GB.
    Bytes bmp = test::encode_bmp({1, 1, {0, 0, 0}}, false);
    bmp[18] = bmp[22] = 0x20, bmp[19] = bmp[23] = 0x4E;
    EXPECT_NE(refusal_of(bmp).find("20000 by 20000"), std::string::npos);
    auto jpeg = test::encode_jpeg({.width = 8, .height = 8}, Bytes(8 * 8 * 3, 1));
    for (std::size_t i = 0; i + 8 < jpeg.size(); ++i) {
        if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC0) {
            jpeg[i + 5] = jpeg[i + 7] = 0x4E, jpeg[i + 6] = jpeg[i + 8] = 0x20;
        }
    }
    EXPECT_NE(refusal_of(jpeg).find("20000 by 20000"), std::string::npos);
    EXPECT_EQ(decoded(png_of(test::gradient(1, 1))).rgb.size(), 3U);
}

void put_big_endian(Bytes& bytes, std::size_t at, std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
        bytes[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
    }
}

// Each is a few hundred bytes long and says that it is 9000 by 9000 pixels large.
std::vector<std::pair<std::string, Bytes>> lying_headers() {
    constexpr std::uint32_t side = 9000; // 0x2328
    auto const image = test::gradient(8, 6);
    std::vector<std::pair<std::string, Bytes>> files;
    auto little = [](Bytes& bytes, std::size_t at) { bytes[at] = 0x28, bytes[at + 1] = 0x23; };
    auto bmp = test::encode_bmp(image, false);
    little(bmp, 18), little(bmp, 22);
    files.emplace_back("BMP", bmp);
    for (std::string const magic : {"P5", "P6"}) {
        std::string const pnm = magic + "\n9000 9000\n255\n0123456789";
        files.emplace_back(magic, Bytes(pnm.begin(), pnm.end()));
    }
    Bytes gif{'G', 'I', 'F', '8', '9', 'a', 2, 0, 1, 0, 0x80, 0, 0, 0,    0,    255, 255, 0,
              0,   ',', 0,   0,   0,   0,   2, 0, 1, 0, 0,    2, 2, 0x44, 0x0A, 0,   ';'};
    little(gif, 6), little(gif, 8), little(gif, 24), little(gif, 26);
    files.emplace_back("GIF", gif);
    for (int kind : {2, 10}) { // plain, and run lengths
        Bytes tga(18 + 100, 1);
        std::fill_n(tga.begin(), 18, std::uint8_t{0});
        tga[2] = static_cast<std::uint8_t>(kind), tga[16] = 24;
        little(tga, 12), little(tga, 14);
        files.emplace_back("TGA", tga);
    }
    auto png = png_of(image);
    put_big_endian(png, 16, side, 4), put_big_endian(png, 20, side, 4);
    put_big_endian(png, 29, static_cast<std::uint32_t>(crc32(0, png.data() + 12, 17)), 4);
    files.emplace_back("PNG", png);
    for (bool progressive : {false, true}) {
        auto jpeg = test::encode_jpeg({.width = 8, .height = 6, .progressive = progressive}, image.rgb);
        for (std::size_t i = 0; i + 8 < jpeg.size(); ++i) {
            if (jpeg[i] == 0xFF && jpeg[i + 1] == (progressive ? 0xC2 : 0xC0)) {
                put_big_endian(jpeg, i + 5, side, 2), put_big_endian(jpeg, i + 7, side, 2);
            }
        }
        files.emplace_back("JPEG", jpeg);
    }
    return files;
}

TEST(BadPictures, HeadersThatPromiseMoreThanTheFileHoldsCostNothing) {
    for (auto const& lying : lying_headers()) {
        auto const& kind = lying.first;
        auto const& bytes = lying.second;
        std::string text;
        long const kib = extra_kib([&] { text = refusal_of(bytes); });
        EXPECT_NE(text.find("cut short"), std::string::npos) << kind << ": " << text;
        EXPECT_NE(text.find("get it again"), std::string::npos) << kind << ": " << text;
        EXPECT_LT(kib, test::keeps_freed_memory ? 60000 : 5000) << kind; // the pixels alone would be 230,000
    }
}

TEST(BadPictures, RealHugePngIsRefusedWithItsSize) {
    // 20,000 x 20,000 in 1 bit grey: 50 MB of zeros that compress to 50 kB.
    auto const bytes =
        test::encode_png({.width = 20000, .height = 20000, .color_type = PNG_COLOR_TYPE_GRAY, .bit_depth = 1}, {});
    EXPECT_LT(bytes.size(), 1U << 20);
    EXPECT_NE(refusal_of(bytes).find("20000 by 20000"), std::string::npos);
}

// The same small picture in every kind of file.
std::vector<std::pair<std::string, Bytes>> one_of_every_kind() {
    auto const image = test::gradient(24, 16);
    std::vector<std::pair<std::string, Bytes>> files;
    files.emplace_back("PNG", png_of(image));
    files.emplace_back("BMP", test::encode_bmp(image, false));
    std::string const header = "P6\n24 16\n255\n";
    Bytes pnm(header.begin(), header.end());
    pnm.insert(pnm.end(), image.rgb.begin(), image.rgb.end());
    files.emplace_back("PNM", pnm);
    Bytes tga(18);
    tga[2] = 2, tga[12] = 24, tga[14] = 16, tga[16] = 24, tga[17] = 0x20;
    auto packed = tga; // run lengths: each pixel twice
    packed[2] = 10;
    tga.insert(tga.end(), image.rgb.begin(), image.rgb.end());
    files.emplace_back("TGA", tga);
    for (int i = 0; i < 24 * 16 / 2; ++i) {
        packed.insert(packed.end(), {0x81, static_cast<std::uint8_t>(i), 2, 3});
    }
    files.emplace_back("packed TGA", packed);
    return files;
}

TEST(BadPictures, CutAtEveryLengthIsRefusedNeverHalfRead) {
    for (auto const& [kind, bytes] : one_of_every_kind()) {
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            EXPECT_NE(refusal_of({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)}), "")
                << kind << " of " << length << " bytes";
        }
        EXPECT_EQ(refusal_of(bytes), "") << kind;
    }
    Bytes const gif{'G', 'I', 'F', '8', '9', 'a', 2, 0, 1, 0, 0x80, 0, 0, 0,    0,    255, 255, 0,
                    0,   ',', 0,   0,   0,   0,   2, 0, 1, 0, 0,    2, 2, 0x44, 0x0A, 0,   ';'};
    for (std::size_t length = 0; length + 2 < gif.size(); ++length) { // the last two bytes only end the file
        EXPECT_NE(refusal_of({gif.begin(), gif.begin() + static_cast<std::ptrdiff_t>(length)}), "") << length;
    }
}

// Many programs and broken transfers lose the two bytes that end a JPEG; every pixel is there then.
TEST(BadPictures, JpegWithoutItsEndIsWholeAndCutEarlierIsRefused) {
    auto const image = test::gradient(24, 16);
    auto const exif = test::with_exif(test::encode_jpeg({.width = 24, .height = 16}, image.rgb), {.orientation = 6});
    auto const progressive = test::encode_jpeg({.width = 24, .height = 16, .progressive = true}, image.rgb);
    for (auto const& bytes : {exif, progressive}) {
        auto cut = [&](std::size_t length) {
            return Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
        };
        for (std::size_t length = 0; length + 3 < bytes.size(); ++length) {
            EXPECT_NE(refusal_of(cut(length)), "") << length << " of " << bytes.size();
        }
        EXPECT_EQ(decoded(cut(bytes.size() - 1)).rgb, decoded(bytes).rgb);
        EXPECT_EQ(decoded(cut(bytes.size() - 2)).rgb, decoded(bytes).rgb);
    }
}

TEST(BadPictures, AnyChangedByteNeverCrashesAndKeepsThePictureWhole) {
    auto const image = test::gradient(24, 16);
    auto const jpeg = test::with_exif(test::encode_jpeg({.width = 24, .height = 16}, image.rgb), {.orientation = 6});
    testing::internal::CaptureStderr();
    for (auto const& bytes : {jpeg, png_of(image), test::encode_bmp(image, true)}) {
        for (std::size_t at = 0; at < std::min<std::size_t>(bytes.size(), 900); ++at) {
            for (std::uint8_t change : {0xFF, 0x80, 0x01}) {
                auto damaged = bytes;
                damaged[at] ^= change;
                try {
                    auto const got = decoded(damaged);
                    EXPECT_EQ(got.rgb.size(), std::size_t{3} * static_cast<std::size_t>(got.width * got.height));
                } catch (Error const&) {
                }
            }
        }
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Output, UnwritablePlacesAreOneSentenceAndLeaveNothing) {
    test::TempDir dir;
    auto const image = test::gradient(2, 2);
    EXPECT_NE(refusal([&] { save_png(dir / "no/such/folder/x.png", image); }).find("Cannot write the picture"),
              std::string::npos);
    EXPECT_NE(refusal([&] { save_png(dir.path(), image); }).find("is a folder"), std::string::npos);
    // A full disk: the write itself fails.
    EXPECT_NE(refusal([&] { save_png("/dev/full", image); }).find("No space left"), std::string::npos);
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(Output, DevicesStayDevicesAndLinksStayLinks) {
    test::TempDir dir;
    auto const image = test::gradient(2, 2);
    ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
    std::filesystem::create_symlink("target.png", dir / "link.png");
    save_png(dir / "link.png", image);
    EXPECT_TRUE(std::filesystem::is_symlink(dir / "link.png"));
    EXPECT_EQ(load_image(dir / "target.png").image.rgb, image.rgb);
    pid_t const reader = fork();
    if (reader == 0) { // a child that reads the pipe to its end
        std::ifstream in(dir / "pipe", std::ios::binary);
        Bytes const bytes(std::istreambuf_iterator<char>(in), {});
        _exit(bytes.size() > 8 && bytes[1] == 'P' ? 0 : 1);
    }
    save_png(dir / "pipe", image);
    int status = 0;
    waitpid(reader, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(std::filesystem::is_fifo(dir / "pipe"));
}

} // namespace
} // namespace echollama
