#include "media/ffmpeg/library.h"

#include "base/error.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>

namespace echollama::ffmpeg {
namespace {

constexpr int io_block = 1 << 16;

void* open_library(std::string const& file, std::string const& package) {
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        throw Error("Films and recordings of this kind need FFmpeg's library " + file +
                    "; install it (Debian: " + package + "), or convert sound to WAV or FLAC and films to pictures.");
    }
    return library;
}

void refuse_other_library(bool missing, std::string const& file) {
    if (missing) {
        throw Error("FFmpeg's library " + file + " is not the one that this program was built for; install it again.");
    }
}

#define ECHOLLAMA_FIND(name) found.name = reinterpret_cast<decltype(found.name)>(dlsym(handle, #name));
#define ECHOLLAMA_MISSING(name) || !found.name

Library load_library() {
    // libavformat depends on the other libraries, so that their functions are found through it.
    constexpr char const* file = "libavformat.so." AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR);
    void* const handle = open_library(file, "libavformat" AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR));
    Library found;
    ECHOLLAMA_FFMPEG_FUNCTIONS(ECHOLLAMA_FIND)
    refuse_other_library(false ECHOLLAMA_FFMPEG_FUNCTIONS(ECHOLLAMA_MISSING), file);
    found.av_log_set_level(AV_LOG_QUIET);
    return found;
}

Scaling load_scaling() {
    constexpr char const* file = "libswscale.so." AV_STRINGIFY(LIBSWSCALE_VERSION_MAJOR);
    void* const handle = open_library(file, "libswscale" AV_STRINGIFY(LIBSWSCALE_VERSION_MAJOR));
    Scaling found;
    ECHOLLAMA_SWSCALE_FUNCTIONS(ECHOLLAMA_FIND)
    refuse_other_library(false ECHOLLAMA_SWSCALE_FUNCTIONS(ECHOLLAMA_MISSING), file);
    return found;
}

#undef ECHOLLAMA_FIND
#undef ECHOLLAMA_MISSING

} // namespace

Library const& library() {
    static Library const loaded = load_library();
    return loaded;
}

Scaling const& scaling() {
    static Scaling const loaded = load_scaling();
    return loaded;
}

MemoryFile::MemoryFile(std::span<std::uint8_t const> bytes) : bytes_(bytes) {
    auto* buffer = static_cast<unsigned char*>(library().av_malloc(io_block));
    io_.reset(buffer ? library().avio_alloc_context(buffer, io_block, 0, this, read, nullptr, seek) : nullptr);
}

int MemoryFile::read(void* user, std::uint8_t* target, int size) {
    auto& file = *static_cast<MemoryFile*>(user);
    auto const left = static_cast<std::int64_t>(file.bytes_.size()) - file.at_;
    auto const count = std::min<std::int64_t>(size, left);
    if (count <= 0) {
        return AVERROR_EOF;
    }
    std::memcpy(target, file.bytes_.data() + file.at_, static_cast<std::size_t>(count));
    file.at_ += count;
    return static_cast<int>(count);
}

std::int64_t MemoryFile::seek(void* user, std::int64_t offset, int whence) {
    auto& file = *static_cast<MemoryFile*>(user);
    auto const size = static_cast<std::int64_t>(file.bytes_.size());
    if (whence == AVSEEK_SIZE) {
        return size;
    }
    auto const base = whence == SEEK_CUR ? file.at_ : whence == SEEK_END ? size : 0;
    if (offset > size || base + offset < 0 || base + offset > size) {
        return AVERROR(EINVAL);
    }
    return file.at_ = base + offset;
}

Owned<AVCodecContext> open_decoder(AVCodecParameters const& parameters, std::int64_t most_pixels) {
    auto const* codec = library().avcodec_find_decoder(parameters.codec_id);
    bool const usable = codec && !(codec->capabilities & AV_CODEC_CAP_HARDWARE);
    Owned<AVCodecContext> context(usable ? library().avcodec_alloc_context3(codec) : nullptr);
    if (!context || library().avcodec_parameters_to_context(context.get(), &parameters) < 0) {
        return nullptr;
    }
    context->max_pixels = most_pixels;
    context->thread_count = 1; // threads would add frames of delay
    return library().avcodec_open2(context.get(), codec, nullptr) < 0 ? nullptr : std::move(context);
}

} // namespace echollama::ffmpeg
