#include "media/sound/container.h"

#include "base/error.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace echollama::codecs {
namespace {

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
    void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
    void operator()(AVIOContext* io) const {
        av_freep(static_cast<void*>(&io->buffer));
        avio_context_free(&io);
    }
    void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
    void operator()(SwrContext* converter) const { swr_free(&converter); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeContext>;

// A file in memory, opened by FFmpeg.
class Container {
  public:
    Container(std::span<std::uint8_t const> bytes, std::string const& name) : memory_{bytes, 0} {
        av_log_set_level(AV_LOG_QUIET);
        auto* buffer = static_cast<unsigned char*>(av_malloc(io_block));
        io_.reset(avio_alloc_context(buffer, io_block, 0, &memory_, read_memory, nullptr, seek_memory));
        auto* context = avformat_alloc_context();
        if (!context || !io_) {
            throw Error("There is too little memory to open " + name + "; close other programs.");
        }
        context->pb = io_.get();
        context->flags |= AVFMT_FLAG_CUSTOM_IO;
        context->probesize = probe_bytes;
        context->format_whitelist = av_strdup(demuxers);
        context->protocol_whitelist = av_strdup("");
        if (avformat_open_input(&context, nullptr, nullptr, nullptr) < 0) { // frees the context itself
            throw damaged(name);
        }
        context_.reset(context);
        if (avformat_find_stream_info(context, nullptr) < 0) {
            throw damaged(name);
        }
        stream_ = av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
        if (stream_ < 0) {
            throw Error(name + " holds no sound that can be read; choose a recording with a sound track.");
        }
    }

    // False at the end of the file.
    bool next(AVPacket& packet) {
        while (av_read_frame(context_.get(), &packet) >= 0) {
            if (packet.stream_index == stream_) {
                return true;
            }
            av_packet_unref(&packet);
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
    auto const* codec = avcodec_find_decoder(parameters.codec_id);
    Owned<AVCodecContext> context(codec ? avcodec_alloc_context3(codec) : nullptr);
    if (!context || avcodec_parameters_to_context(context.get(), &parameters) < 0 ||
        avcodec_open2(context.get(), codec, nullptr) < 0) {
        throw Error("The sound of " + name + " is in a coding that cannot be read (" +
                    avcodec_get_name(parameters.codec_id) + "); convert it to WAV or FLAC.");
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
        block_.resize(static_cast<std::size_t>(channels_) *
                      static_cast<std::size_t>(std::max(0, swr_get_out_samples(swr_.get(), frame.nb_samples))));
        auto* out = reinterpret_cast<std::uint8_t*>(block_.data());
        int const room = static_cast<int>(block_.size()) / channels_;
        int const count = swr_convert(swr_.get(), &out, room, const_cast<std::uint8_t const**>(frame.extended_data),
                                      frame.nb_samples);
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
        av_channel_layout_default(&in, frame_channels_);
        av_channel_layout_default(&out, channels_);
        SwrContext* context = nullptr;
        int const made = swr_alloc_set_opts2(&context, &out, AV_SAMPLE_FMT_FLT, rate_, &in,
                                             static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
        swr_.reset(context);
        if (made < 0 || swr_init(context) < 0) {
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
    while (avcodec_receive_frame(&codec, &frame) >= 0) {
        if (!converter.fits(frame)) {
            converter.restart();
        }
        bool const converted = converter.convert(frame, take);
        av_frame_unref(&frame);
        if (!converted) {
            return false;
        }
    }
    return true;
}

bool starts_with(std::span<std::uint8_t const> bytes, std::size_t at, std::string_view mark) {
    return bytes.size() >= at + mark.size() && std::memcmp(bytes.data() + at, mark.data(), mark.size()) == 0;
}

} // namespace

bool looks_like_container(std::span<std::uint8_t const> bytes) {
    using namespace std::string_view_literals;
    bool const adts = bytes.size() > 2 && bytes[0] == 0xFF && (bytes[1] & 0xF6) == 0xF0; // AAC without a container
    return starts_with(bytes, 4, "ftyp") || starts_with(bytes, 4, "moov") ||
           starts_with(bytes, 0, "\x1A\x45\xDF\xA3"sv) || starts_with(bytes, 0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv) ||
           starts_with(bytes, 0, "ADIF") || adts;
}

void decode_container(std::span<std::uint8_t const> bytes, std::string const& name, FrameSink const& take) {
    Container container(bytes, name);
    auto codec = open_codec(container.parameters(), name);
    Owned<AVPacket> packet(av_packet_alloc());
    Owned<AVFrame> frame(av_frame_alloc());
    Converter converter;
    int broken = 0;
    while (packet && frame && broken < most_broken_packets && container.next(*packet)) {
        bool const taken = avcodec_send_packet(codec.get(), packet.get()) >= 0;
        av_packet_unref(packet.get());
        broken = taken && drain(*codec, *frame, converter, take) ? 0 : broken + 1;
    }
    if (avcodec_send_packet(codec.get(), nullptr) >= 0) {
        drain(*codec, *frame, converter, take);
    }
}

} // namespace echollama::codecs
