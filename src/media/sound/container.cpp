#include "media/sound/container.h"

#include "base/bytes.h"
#include "base/error.h"
#include "media/ffmpeg/library.h"

#include <algorithm>
#include <memory>
#include <string_view>

namespace echollama::codecs {
namespace {

using ffmpeg::library;
using ffmpeg::Owned;

constexpr std::int64_t probe_bytes = 4 << 20;
constexpr int most_broken_packets = 100; // in a row; then the rest of the file is given up

// The demuxers that are let near a file from outside; no playlists, which name other files.
constexpr char const* demuxers = "mov,matroska,aac,asf";

// A file in memory, opened by FFmpeg.
class Container {
  public:
    Container(std::span<std::uint8_t const> bytes, std::string const& name) : memory_(bytes) {
        auto* context = library().avformat_alloc_context();
        if (!context || !memory_.io()) {
            throw Error("There is too little memory to open " + name + "; close other programs.");
        }
        context->pb = memory_.io();
        context->flags |= AVFMT_FLAG_CUSTOM_IO;
        context->probesize = probe_bytes;
        context->format_whitelist = library().av_strdup(demuxers);
        context->protocol_whitelist = library().av_strdup("");
        if (library().avformat_open_input(&context, nullptr, nullptr, nullptr) < 0) { // frees the context itself
            throw damaged(name);
        }
        context_.reset(context);
        if (library().avformat_find_stream_info(context, nullptr) < 0) {
            throw damaged(name);
        }
        stream_ = library().av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
        if (stream_ < 0) {
            throw Error(name + " holds no sound that can be read; choose a recording with a sound track.");
        }
    }

    // False at the end of the file.
    bool next(AVPacket& packet) {
        while (library().av_read_frame(context_.get(), &packet) >= 0) {
            if (packet.stream_index == stream_) {
                return true;
            }
            library().av_packet_unref(&packet);
        }
        return false;
    }

    AVCodecParameters const& parameters() const { return *context_->streams[stream_]->codecpar; }

    static Error damaged(std::string const& name) { return Error(name + " is damaged or cut short; get it again."); }

  private:
    ffmpeg::MemoryFile memory_;
    Owned<AVFormatContext> context_;
    int stream_ = -1;
};

Owned<AVCodecContext> open_codec(AVCodecParameters const& parameters, std::string const& name) {
    auto context = ffmpeg::open_decoder(parameters);
    if (!context) {
        throw Error("The sound of " + name + " is in a coding that cannot be read (" +
                    library().avcodec_get_name(parameters.codec_id) + "); convert it to WAV or FLAC.");
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
            static_cast<std::size_t>(std::max(0, library().swr_get_out_samples(swr_.get(), frame.nb_samples))));
        auto* out = reinterpret_cast<std::uint8_t*>(block_.data());
        int const room = static_cast<int>(block_.size()) / channels_;
        int const count = library().swr_convert(
            swr_.get(), &out, room, const_cast<std::uint8_t const**>(frame.extended_data), frame.nb_samples);
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
        library().av_channel_layout_default(&in, frame_channels_);
        library().av_channel_layout_default(&out, channels_);
        SwrContext* context = nullptr;
        int const made =
            library().swr_alloc_set_opts2(&context, &out, AV_SAMPLE_FMT_FLT, rate_, &in,
                                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
        swr_.reset(context);
        if (made < 0 || library().swr_init(context) < 0) {
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
    while (library().avcodec_receive_frame(&codec, &frame) >= 0) {
        if (!converter.fits(frame)) {
            converter.restart();
        }
        bool const converted = converter.convert(frame, take);
        library().av_frame_unref(&frame);
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
    Owned<AVPacket> packet(library().av_packet_alloc());
    Owned<AVFrame> frame(library().av_frame_alloc());
    Converter converter;
    int broken = 0;
    while (packet && frame && broken < most_broken_packets && container.next(*packet)) {
        bool const taken = library().avcodec_send_packet(codec.get(), packet.get()) >= 0;
        library().av_packet_unref(packet.get());
        broken = taken && drain(*codec, *frame, converter, take) ? 0 : broken + 1;
    }
    if (library().avcodec_send_packet(codec.get(), nullptr) >= 0) {
        drain(*codec, *frame, converter, take);
    }
}

} // namespace echollama::codecs
