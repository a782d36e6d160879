// Depth inside photos, and HEIC pictures.
#include "base/error.h"
#include "encode.h"
#include "media/depth/embedded_depth.h"
#include "media/picture/image_io.h"
#include "support/support.h"

#include <libheif/heif.h>

#include <algorithm>

namespace echollama {
namespace {

using test::Bytes;

std::string base64(Bytes const& bytes) {
    static char const letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        auto const at = [&](std::size_t k) { return k < bytes.size() ? std::uint32_t{bytes[k]} : 0U; };
        auto const bits = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        for (int k = 0; k < 4; ++k) {
            text += i + static_cast<std::size_t>(k) > bytes.size() ? '=' : letters[bits >> (18 - 6 * k) & 63];
        }
    }
    return text;
}

Bytes with_app1(Bytes const& jpeg, std::string const& content) {
    auto out = jpeg;
    auto const length = content.size() + 2;
    Bytes segment{0xFF, 0xE1, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
    segment.insert(segment.end(), content.begin(), content.end());
    out.insert(out.begin() + 2, segment.begin(), segment.end());
    return out;
}

std::string xmp(std::string const& description) {
    return std::string("http://ns.adobe.com/xap/1.0/") + '\0' +
           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">" +
           description + "</rdf:RDF></x:xmpmeta>";
}

std::string number(std::size_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
}

Bytes photo() {
    return test::encode_jpeg({.width = 8, .height = 4}, Bytes(96, 90));
}

// Levels 0, 85, 170, 255.
Bytes levels() {
    return test::encode_png({.width = 4, .height = 1}, {0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255});
}

TEST(EmbeddedDepth, GDepthInExtendedXmp) {
    std::string const main = "<rdf:Description GDepth:Format=\"RangeInverse\" GDepth:Near=\"0.5\" GDepth:Far=\"4\" "
                             "GDepth:Units=\"m\" GDepth:Mime=\"image/png\"/>";
    auto const extended = xmp("<rdf:Description GDepth:Data=\"" + base64(levels()) + "\"/>").substr(29);
    auto const half = extended.size() / 2;
    auto const piece = [&](std::size_t at, std::size_t count) {
        return std::string("http://ns.adobe.com/xmp/extension/") + '\0' + std::string(32, 'A') +
               number(extended.size()) + number(at) + extended.substr(at, count);
    };
    auto file = with_app1(photo(), piece(half, extended.size() - half)); // in any order
    file = with_app1(with_app1(file, piece(0, half)), xmp(main));
    auto const depth = find_embedded_depth(file, "photo.jpg");
    ASSERT_TRUE(depth);
    EXPECT_EQ(depth->kind, DepthKind::metres);
    ASSERT_EQ(depth->values.size(), 4U);
    EXPECT_NEAR(depth->values[0], 0.5, 1e-4);
    EXPECT_NEAR(depth->values[3], 4, 1e-3);
    EXPECT_NEAR(1 / depth->values[1], 2 - (2 - 0.25) / 3, 1e-3) << "linear in 1 / distance";
    auto const without_unit = main.find("GDepth:Units=\"m\"");
    auto no_unit = main;
    no_unit.erase(without_unit, 16);
    auto relative = with_app1(photo(), piece(0, extended.size()));
    relative = with_app1(relative, xmp(no_unit));
    ASSERT_TRUE(find_embedded_depth(relative, "photo.jpg"));
    EXPECT_EQ(find_embedded_depth(relative, "photo.jpg")->kind, DepthKind::relative_inverse);
}

TEST(EmbeddedDepth, DynamicDepthBehindThePhoto) {
    auto const map = levels();
    std::string const description =
        "<rdf:Description DepthMap:Format=\"RangeLinear\" DepthMap:Near=\"1\" DepthMap:Far=\"4\" DepthMap:Units=\"m\">"
        "<Container:Directory><rdf:Seq>"
        "<rdf:li><Container:Item Item:Mime=\"image/jpeg\" Item:Semantic=\"Primary\" Item:Length=\"0\"/></rdf:li>"
        "<rdf:li><Container:Item Item:Mime=\"image/png\" Item:Semantic=\"Depth\" Item:Length=\"" +
        std::to_string(map.size()) +
        "\"/></rdf:li><rdf:li><Container:Item Item:Mime=\"image/png\" Item:Semantic=\"Confidence\" Item:Length=\"7\"/>"
        "</rdf:li></rdf:Seq></Container:Directory></rdf:Description>";
    auto file = with_app1(photo(), xmp(description));
    file.insert(file.end(), map.begin(), map.end());
    file.insert(file.end(), 7, 1);
    auto const depth = find_embedded_depth(file, "photo.jpg");
    ASSERT_TRUE(depth);
    EXPECT_EQ(depth->kind, DepthKind::metres);
    EXPECT_NEAR(depth->values.at(1), 2, 1e-3);
    EXPECT_EQ(decode_image(file, "photo.jpg").image.width, 8);
    file.resize(file.size() - 20); // cut: the photo is still good, its depth is not
    EXPECT_NO_THROW(find_embedded_depth(file, "photo.jpg"));
    EXPECT_FALSE(find_embedded_depth(photo(), "photo.jpg"));
}

// As libheif writes it; empty where it was built without an encoder.
Bytes encode_heic(Image const& image) {
    heif_context* context = heif_context_alloc();
    heif_encoder* encoder = nullptr;
    if (heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder).code != heif_error_Ok) {
        heif_context_free(context);
        return {};
    }
    heif_encoder_set_lossy_quality(encoder, 90);
    heif_image* picture = nullptr;
    heif_image_create(image.width, image.height, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &picture);
    heif_image_add_plane(picture, heif_channel_interleaved, image.width, image.height, 8);
    int stride = 0;
    auto* plane = heif_image_get_plane(picture, heif_channel_interleaved, &stride);
    for (int y = 0; y < image.height; ++y) {
        std::copy_n(image.pixel(0, y), 3 * image.width, plane + y * stride);
    }
    heif_context_encode_image(context, picture, encoder, nullptr, nullptr);
    Bytes bytes;
    heif_writer writer{1, [](heif_context*, void const* data, std::size_t size, void* to) {
                           auto const* first = static_cast<std::uint8_t const*>(data);
                           static_cast<Bytes*>(to)->assign(first, first + size);
                           return heif_error{heif_error_Ok, heif_suberror_Unspecified, ""};
                       }};
    heif_context_write(context, &writer, &bytes);
    heif_image_release(picture);
    heif_encoder_release(encoder);
    heif_context_free(context);
    return bytes;
}

TEST(Heic, PicturesAreRead) {
    auto const image = test::gradient(96, 64);
    auto const bytes = encode_heic(image);
    if (bytes.empty()) {
        GTEST_SKIP() << "libheif has no encoder here";
    }
    auto const back = decode_image(bytes, "photo.heic").image;
    ASSERT_EQ(back.width, 96);
    ASSERT_EQ(back.height, 64);
    double difference = 0;
    for (std::size_t i = 0; i < back.rgb.size(); ++i) {
        difference += std::abs(static_cast<int>(back.rgb[i]) - static_cast<int>(image.rgb[i]));
    }
    EXPECT_LT(difference / static_cast<double>(back.rgb.size()), 8);
    EXPECT_FALSE(find_embedded_depth(bytes, "photo.heic"));
    for (std::size_t length = 12; length < bytes.size(); length += 11) {
        EXPECT_THROW(decode_image(std::span(bytes).first(length), "photo.heic"), Error) << length;
    }
}

} // namespace
} // namespace echollama
