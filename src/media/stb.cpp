#include "base/error.h"
#include "media/codecs.h"
#include "media/image_io.h"

#include <cstdlib>
#include <memory>

// The implementation stays private to this file: libmtmd carries a copy of its own.
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STBI_NO_JPEG
#define STBI_NO_PNG
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace echollama::codecs {

void check_size(std::int64_t width, std::int64_t height, std::string const& name) {
    if (width < 1 || height < 1) {
        throw Error(name + " has no pixels; choose another picture.");
    }
    if (width > max_image_pixels / height) {
        throw Error(name + " has " + std::to_string(width) + " by " + std::to_string(height) +
                    " pixels, more than the 100 million that are allowed; make it smaller first.");
    }
}

void over_white(std::vector<std::uint8_t>& pixels) {
    std::size_t const count = pixels.size() / 4;
    for (std::size_t i = 0; i < count; ++i) { // in place: what is written has been read
        int const alpha = pixels[4 * i + 3];
        for (std::size_t c = 0; c < 3; ++c) {
            pixels[3 * i + c] =
                static_cast<std::uint8_t>((pixels[4 * i + c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
    pixels.resize(3 * count);
}

Image decode_other(std::span<std::uint8_t const> bytes, std::string const& name) {
    int width = 0, height = 0, channels = 0;
    auto size = static_cast<int>(bytes.size());
    if (!stbi_info_from_memory(bytes.data(), size, &width, &height, &channels)) {
        throw Error(name + " is not a picture that can be read; use JPEG, PNG, BMP or GIF.");
    }
    check_size(width, std::abs(std::int64_t{height}), name); // a BMP stored from the top has a negative height here
    std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
        stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, 4), stbi_image_free);
    if (!pixels) {
        throw Error("The picture " + name + " is damaged or cut short (" + stbi_failure_reason() + "); get it again.");
    }
    check_size(width, height, name);
    auto const count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    Image image{width, height, {pixels.get(), pixels.get() + 4 * count}};
    over_white(image.rgb);
    return image;
}

} // namespace echollama::codecs
