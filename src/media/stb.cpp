#include "base/error.h"
#include "media/codecs.h"
#include "media/image_io.h"

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

Image decode_other(std::span<std::uint8_t const> bytes, std::string const& name) {
    int width = 0, height = 0, channels = 0;
    auto size = static_cast<int>(bytes.size());
    if (!stbi_info_from_memory(bytes.data(), size, &width, &height, &channels)) {
        throw Error(name + " is not a picture that can be read; use JPEG, PNG, BMP or GIF.");
    }
    check_size(width, height, name);
    std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
        stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, 3), stbi_image_free);
    if (!pixels) {
        throw Error("The picture " + name + " is damaged or cut short (" + stbi_failure_reason() + "); get it again.");
    }
    check_size(width, height, name);
    return {width,
            height,
            {pixels.get(),
             pixels.get() + std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height)}};
}

} // namespace echollama::codecs
