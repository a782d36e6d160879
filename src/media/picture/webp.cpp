// WebP by libwebp.
#include "base/error.h"
#include "media/picture/codecs.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <cstring>
#include <memory>

namespace echollama::codecs {
namespace {

[[noreturn]] void fail(std::string const& name) {
    throw Error("The WebP picture " + name + " is damaged or cut short; get it again.");
}

struct AnimationEnd {
    void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

Image first_frame(std::span<std::uint8_t const> bytes, std::string const& name) {
    WebPData const data{bytes.data(), bytes.size()};
    std::unique_ptr<WebPAnimDecoder, AnimationEnd> const decoder(WebPAnimDecoderNew(&data, nullptr));
    WebPAnimInfo info{};
    if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &info)) {
        fail(name);
    }
    check_size(info.canvas_width, info.canvas_height, name);
    std::uint8_t* pixels = nullptr; // the decoder's own
    int end_ms = 0;
    if (!WebPAnimDecoderGetNext(decoder.get(), &pixels, &end_ms)) {
        fail(name);
    }
    auto const count = std::size_t{info.canvas_width} * info.canvas_height;
    Image image{
        static_cast<int>(info.canvas_width), static_cast<int>(info.canvas_height), {pixels, pixels + 4 * count}};
    over_white(image.rgb);
    return image;
}

} // namespace

bool is_webp(std::span<std::uint8_t const> bytes) {
    return bytes.size() >= 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 &&
           std::memcmp(bytes.data() + 8, "WEBP", 4) == 0;
}

Image decode_webp(std::span<std::uint8_t const> bytes, std::string const& name) {
    WebPBitstreamFeatures features{};
    if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) {
        fail(name);
    }
    check_size(features.width, features.height, name);
    if (features.has_animation) {
        return first_frame(bytes, name);
    }
    auto const channels = features.has_alpha ? std::size_t{4} : std::size_t{3};
    auto const row = channels * static_cast<std::size_t>(features.width);
    Image image{features.width, features.height,
                std::vector<std::uint8_t>(row * static_cast<std::size_t>(features.height))};
    auto* const decode = features.has_alpha ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
    if (!decode(bytes.data(), bytes.size(), image.rgb.data(), image.rgb.size(), static_cast<int>(row))) {
        fail(name);
    }
    if (features.has_alpha) {
        over_white(image.rgb);
    }
    return image;
}

} // namespace echollama::codecs
