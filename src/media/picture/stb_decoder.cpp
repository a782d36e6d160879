#include "base/error.h"
#include "media/picture/codecs.h"
#include "media/picture/image_io.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <unordered_set>

namespace {

// What stb_image has allocated. Its reader leaves by an exception where bytes are missing, so this frees what is left.
thread_local std::unordered_set<void*> stb_blocks;

void* stb_allocate(std::size_t bytes) {
    void* block = std::malloc(bytes);
    if (block) {
        stb_blocks.insert(block);
    }
    return block;
}

void stb_free(void* block) {
    stb_blocks.erase(block);
    std::free(block);
}

void* stb_reallocate(void* block, std::size_t bytes) {
    stb_blocks.erase(block);
    void* moved = std::realloc(block, bytes);
    stb_blocks.insert(moved ? moved : block);
    return moved;
}

struct StbMemory {
    StbMemory() = default;
    StbMemory(StbMemory const&) = delete;
    StbMemory& operator=(StbMemory const&) = delete;
    ~StbMemory() {
        for (void* block : stb_blocks) {
            std::free(block);
        }
        stb_blocks.clear();
    }
};

} // namespace

// The implementation stays private to this file: libmtmd carries a copy of its own.
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STBI_NO_JPEG
#define STBI_NO_PNG
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_NO_PIC
#define STBI_MALLOC(bytes) stb_allocate(bytes)
#define STBI_REALLOC(block, bytes) stb_reallocate(block, bytes)
#define STBI_FREE(block) stb_free(block)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace echollama::codecs {
namespace {

// stb_image would go on with zeros where the file ends. It asks for bytes that are not there only when it needs them,
// but for its small buffer, the place of its first read, which it fills as far as it can. A skip beyond the end is left
// to the next read, because some programs omit what follows the last row.
struct Source {
    std::span<std::uint8_t const> left;
    char const* buffer = nullptr;

    static int read(void* user, char* to, int count) {
        auto& [left, buffer] = *static_cast<Source*>(user);
        buffer = buffer ? buffer : to;
        auto const wanted = static_cast<std::size_t>(count), given = std::min(wanted, left.size());
        if (given < (to == buffer ? std::min<std::size_t>(wanted, 1) : wanted)) {
            throw CutShort{};
        }
        std::memcpy(to, left.data(), given);
        left = left.subspan(given);
        return static_cast<int>(given);
    }
    static void skip(void* user, int count) {
        auto& left = static_cast<Source*>(user)->left;
        left = left.subspan(std::min(static_cast<std::size_t>(std::max(count, 0)), left.size()));
    }
    static int eof(void* user) { return static_cast<Source*>(user)->left.empty(); }

    struct CutShort {};
};

} // namespace

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

void check_length(std::int64_t width, std::int64_t height, std::int64_t pixels_in_a_byte, std::size_t bytes,
                  std::string const& name) {
    if (width * height / pixels_in_a_byte > static_cast<std::int64_t>(bytes)) {
        throw Error("The picture " + name + " is cut short (" + std::to_string(bytes) + " bytes cannot hold its " +
                    std::to_string(width) + " by " + std::to_string(height) + " pixels); get it again.");
    }
}

Image decode_other(std::span<std::uint8_t const> bytes, std::string const& name) {
    int width = 0, height = 0, channels = 0;
    if (!stbi_info_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels)) {
        throw Error(name + " is not a picture that can be read; use JPEG, PNG, WebP, HEIC, TIFF, BMP or GIF.");
    }
    check_size(width, std::abs(std::int64_t{height}), name); // a BMP stored from the top has a negative height here
    if (bytes[0] == 'G') {
        // GIF alone takes all its memory before it reads a pixel. One code has at least 9 bits when it stands for 4096
        // pixels, the most there are.
        check_length(width, height, 4096, bytes.size(), name);
    }
    StbMemory const memory;
    stbi_io_callbacks const callbacks{Source::read, Source::skip, Source::eof};
    Source source{bytes, nullptr};
    stbi_uc* pixels = nullptr;
    char const* reason = "it ends too early";
    try {
        pixels = stbi_load_from_callbacks(&callbacks, &source, &width, &height, &channels, 4);
        reason = pixels ? "" : stbi_failure_reason();
    } catch (Source::CutShort const&) {
    }
    if (!pixels) {
        throw Error("The picture " + name + " is damaged or cut short (" + reason + "); get it again.");
    }
    check_size(width, height, name);
    auto const count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    Image image{width, height, {pixels, pixels + 4 * count}};
    over_white(image.rgb);
    return image;
}

} // namespace echollama::codecs
