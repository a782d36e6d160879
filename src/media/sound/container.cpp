#include "media/sound/container.h"

#include "base/bytes.h"
#include "base/error.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace echollama::codecs {
namespace {

// What is used of FFmpeg. Its libraries draw in a hundred others, which would triple the time that every start of the
// program takes, so they are loaded when the first such file is opened.
// clang-format off
#define ECHOLLAMA_FFMPEG_FUNCTIONS(USE)                                                                                \
    USE(avio_alloc_context)                                                                                            \
    USE(avio_context_free)                                                                                             \
    USE(avformat_alloc_context)                                                                                        \
    USE(avformat_open_input) USE(avformat_close_input) USE(avformat_find_stream_info) USE(av_find_best_stream)         \
        USE(av_read_frame) USE(avcodec_free_context) USE(avcodec_find_decoder) USE(avcodec_alloc_context3)             \
            USE(avcodec_parameters_to_context) USE(avcodec_open2) USE(avcodec_get_name) USE(avcodec_send_packet)       \
                USE(avcodec_receive_frame) USE(av_packet_alloc) USE(av_packet_free) USE(av_packet_unref)               \
                    USE(av_malloc) USE(av_freep) USE(av_strdup) USE(av_log_set_level) USE(av_frame_alloc)              \
                        USE(av_frame_free) USE(av_frame_unref) USE(av_channel_layout_default) USE(swr_free)            \
                            USE(swr_get_out_samples) USE(swr_convert) USE(swr_alloc_set_opts2) USE(swr_init)
// clang-format on

struct Ffmpeg {
#define ECHOLLAMA_POINTER(name) decltype(&::name) name = nullptr; // NOLINT(bugprone-macro-parentheses): it is declared
    ECHOLLAMA_FFMPEG_FUNCTIONS(ECHOLLAMA_POINTER)
#undef ECHOLLAMA_POINTER
};

Ffmpeg load_ffmpeg() {
    // libavformat depends on the other libraries, so that their functions are found through it.
    constexpr char const* file = "libavformat.so." AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR);
    void* const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        throw Error(std::string("Recordings of this kind need FFmpeg's library ") + file +
                    "; install it (Debian: libavformat59), or convert the recording to WAV or FLAC.");
    }
    Ffmpeg found;
#define ECHOLLAMA_FIND(name) found.name = reinterpret_cast<decltype(found.name)>(dlsym(library, #name));
    ECHOLLAMA_FFMPEG_FUNCTIONS(ECHOLLAMA_FIND)
#undef ECHOLLAMA_FIND
#define ECHOLLAMA_MISSING(name) || !found.name
    if (false ECHOLLAMA_FFMPEG_FUNCTIONS(ECHOLLAMA_MISSING)) {
        throw Error(std::string("FFmpeg's library ") + file +
                    " is not the one that this program was built for; install it again.");
    }
#undef ECHOLLAMA_MISSING
    return found;
}

Ffmpeg const& ffmpeg() {
    static Ffmpeg const library = load_ffmpeg();
    return library;
}

constexpr int io_block = 1 << 16;
constexpr std::int64_t probe_bytes = 4 << 20;
constexpr int most_broken_packets = 100; // in a row; then the rest of the file is given up

// The demuxers that are let near a file from outside; no playlists, which name other files.
constexpr char const* demuxers = "mov,matroska,aac,asf";

struct Memory {
    std::span<std::uint8_t const> bytes;
    std::int64_t at = 0;
};

int read_memory(void* user, std::uint8_t* target, int size) {
    auto* memory = static_cast<Memory*>(user);
    auto const left = static_cast<std::int64_t>(memory->bytes.size()) - memory->at;
    auto const count = std::min<std::int64_t>(size, left);
    if (count <= 0) {
        return AVERROR_EOF;
    }
    std::memcpy(target, memory->bytes.data() + memory->at, static_cast<std::size_t>(count));
    memory->at += count;
    return static_cast<int>(count);
}

std::int64_t seek_memory(void* user, std::int64_t offset, int whence) {
    auto* memory = static_cast<Memory*>(user);
    auto const size = static_cast<std::int64_t>(memory->bytes.size());
    if (whence == AVSEEK_SIZE) {
        return size;
    }
    auto const base = whence == SEEK_CUR ? memory->at : whence == SEEK_END ? size : 0;
    if (offset > size || base + offset < 0 || base + offset > size) {
        return AVERROR(EINVAL);
    }
    return memory->at = base + offset;
}

struct FreeContext {
    void operator()(AVFormatContext* context) const { ffmpeg().avformat_close_input(&context); }
    void operator()(AVIOContext* io) const {
        ffmpeg().av_freep(static_cast<void*>(&io->buffer));
        ffmpeg().avio_context_free(&io);
    }
    void operator()(AVCodecContext* codec) const { ffmpeg().avcodec_free_context(&codec); }
    void operator()(AVPacket* packet) const { ffmpeg().av_packet_free(&packet); }
    void operator()(AVFrame* frame) const { ffmpeg().av_frame_free(&frame); }
    void operator()(SwrContext* converter) const { ffmpeg().swr_free(&converter); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeContext>;

// A file in memory, opened by FFmpeg.
class Container {
  public:
    Container(std::span<std::uint8_t const> bytes, std::string const& name) : memory_{bytes, 0} {
        ffmpeg().av_log_set_level(AV_LOG_QUIET);
        auto* buffer = static_cast<unsigned char*>(ffmpeg().av_malloc(io_block));
        io_.reset(ffmpeg().avio_alloc_context(buffer, io_block, 0, &memory_, read_memory, nullptr, seek_memory));
        auto* context = ffmpeg().avformat_alloc_context();
        if (!context || !io_) {
            throw Error("There is too little memory to open " + name + "; close other programs.");
        }
        context->pb = io_.get();
        context->flags |= AVFMT_FLAG_CUSTOM_IO;
        context->probesize = probe_bytes;
        context->format_whitelist = ffmpeg().av_strdup(demuxers);
        context->protocol_whitelist = ffmpeg().av_strdup("");
        if (ffmpeg().avformat_open_input(&context, nullptr, nullptr, nullptr) < 0) { // frees the context itself
            throw damaged(name);
        }
        context_.reset(context);
        if (ffmpeg().avformat_find_stream_info(context, nullptr) < 0) {
            throw damaged(name);
        }
        stream_ = ffmpeg().av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
        if (stream_ < 0) {
            throw Error(name + " holds no sound that can be read; choose a recording with a sound track.");
        }
    }

    // False at the end of the file.
    bool next(AVPacket& packet) {
        while (ffmpeg().av_read_frame(context_.get(), &packet) >= 0) {
            if (packet.stream_index == stream_) {
                return true;
            }
            ffmpeg().av_packet_unref(&packet);
        }
        return false;
    }

    AVCodecParameters const& parameters() const { return *context_->streams[stream_]->codecpar; }

    static Error damaged(std::string const& name) { return Error(name + " is damaged or cut short; get it again."); }

  private:
    Memory memory_;
    Owned<AVIOContext> io_;
    Owned<AVFormatContext> context_;
    int stream_ = -1;
};

Owned<AVCodecContext> open_codec(AVCodecParameters const& parameters, std::string const& name) {
    auto const* codec = ffmpeg().avcodec_find_decoder(parameters.codec_id);
    Owned<AVCodecContext> context(codec ? ffmpeg().avcodec_alloc_context3(codec) : nullptr);
    if (!context || ffmpeg().avcodec_parameters_to_context(context.get(), &parameters) < 0 ||
        ffmpeg().avcodec_open2(context.get(), codec, nullptr) < 0) {
        throw Error("The sound of " + name + " is in a coding that cannot be read (" +
                    ffmpeg().avcodec_get_name(parameters.codec_id) + "); convert it to WAV or FLAC.");
    }
    return context;
}

// Frames of any sample format to interleaved floats of the rate and channels that the track began with.
class Converter {
  public:
    // False: the frame cannot be converted.
    bool convert(AVFrame const& frame, FrameSink const& take) {
        if (!swr_ && !open(frame)) {
            return false;
        }
        block_.resize(
            static_cast<std::size_t>(channels_) *
            static_cast<std::size_t>(std::max(0, ffmpeg().swr_get_out_samples(swr_.get(), frame.nb_samples))));
        auto* out = reinterpret_cast<std::uint8_t*>(block_.data());
        int const room = static_cast<int>(block_.size()) / channels_;
        int const count = ffmpeg().swr_convert(swr_.get(), &out, room,
                                               const_cast<std::uint8_t const**>(frame.extended_data), frame.nb_samples);
        if (count < 0) {
            return false;
        }
        take(rate_, channels_,
             std::span<float const>(block_).first(static_cast<std::size_t>(count) *
                                                  static_cast<std::size_t>(channels_)));
        return true;
    }

    // A track that changes its form midway begins a new conversion, which still gives what it began with.
    bool fits(AVFrame const& frame) const {
        return !swr_ || (frame.format == format_ && frame.sample_rate == frame_rate_ &&
                         frame.ch_layout.nb_channels == frame_channels_);
    }
    void restart() { swr_.reset(); }

  private:
    bool open(AVFrame const& frame) {
        if (frame.ch_layout.nb_channels < 1 || frame.sample_rate < 1) {
            return false;
        }
        rate_ = rate_ == 0 ? frame.sample_rate : rate_;
        channels_ = channels_ == 0 ? frame.ch_layout.nb_channels : channels_;
        format_ = frame.format;
        frame_rate_ = frame.sample_rate;
        frame_channels_ = frame.ch_layout.nb_channels;
        AVChannelLayout in{}, out{};
        ffmpeg().av_channel_layout_default(&in, frame_channels_);
        ffmpeg().av_channel_layout_default(&out, channels_);
        SwrContext* context = nullptr;
        int const made =
            ffmpeg().swr_alloc_set_opts2(&context, &out, AV_SAMPLE_FMT_FLT, rate_, &in,
                                         static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
        swr_.reset(context);
        if (made < 0 || ffmpeg().swr_init(context) < 0) {
            swr_.reset();
            return false;
        }
        return true;
    }

    Owned<SwrContext> swr_;
    int rate_ = 0, channels_ = 0;
    int format_ = -1, frame_rate_ = 0, frame_channels_ = 0;
    std::vector<float> block_;
};

// Everything that the codec has ready. False: what it has cannot be converted.
bool drain(AVCodecContext& codec, AVFrame& frame, Converter& converter, FrameSink const& take) {
    while (ffmpeg().avcodec_receive_frame(&codec, &frame) >= 0) {
        if (!converter.fits(frame)) {
            converter.restart();
        }
        bool const converted = converter.convert(frame, take);
        ffmpeg().av_frame_unref(&frame);
        if (!converted) {
            return false;
        }
    }
    return true;
}

} // namespace

bool looks_like_container(std::span<std::uint8_t const> bytes) {
    using namespace std::string_view_literals;
    bool const adts = bytes.size() > 2 && bytes[0] == 0xFF && (bytes[1] & 0xF6) == 0xF0; // AAC without a container
    return has_mark(bytes, 4, "ftyp") || has_mark(bytes, 4, "moov") || has_mark(bytes, 0, "\x1A\x45\xDF\xA3"sv) ||
           has_mark(bytes, 0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv) || has_mark(bytes, 0, "ADIF") || adts;
}

void decode_container(std::span<std::uint8_t const> bytes, std::string const& name, FrameSink const& take) {
    Container container(bytes, name);
    auto codec = open_codec(container.parameters(), name);
    Owned<AVPacket> packet(ffmpeg().av_packet_alloc());
    Owned<AVFrame> frame(ffmpeg().av_frame_alloc());
    Converter converter;
    int broken = 0;
    while (packet && frame && broken < most_broken_packets && container.next(*packet)) {
        bool const taken = ffmpeg().avcodec_send_packet(codec.get(), packet.get()) >= 0;
        ffmpeg().av_packet_unref(packet.get());
        broken = taken && drain(*codec, *frame, converter, take) ? 0 : broken + 1;
    }
    if (ffmpeg().avcodec_send_packet(codec.get(), nullptr) >= 0) {
        drain(*codec, *frame, converter, take);
    }
}

} // namespace echollama::codecs
