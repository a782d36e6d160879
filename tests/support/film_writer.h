// Writes the sound of films and phone recordings, by FFmpeg's libraries.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <filesystem>
#include <span>
#include <stdexcept>

namespace echollama::test {

inline void check_ffmpeg(bool fine, char const* what) {
    if (!fine) {
        throw std::runtime_error(what);
    }
}

inline void send_frame(AVCodecContext* codec, AVFormatContext* file, AVStream* stream, AVFrame* frame) {
    check_ffmpeg(avcodec_send_frame(codec, frame) >= 0, "send");
    AVPacket* packet = av_packet_alloc();
    while (avcodec_receive_packet(codec, packet) >= 0) {
        av_packet_rescale_ts(packet, codec->time_base, stream->time_base);
        packet->stream_index = stream->index;
        check_ffmpeg(av_interleaved_write_frame(file, packet) >= 0, "write");
    }
    av_packet_free(&packet);
}

inline void begin_film(AVFormatContext* file, std::filesystem::path const& path) {
    check_ffmpeg(avio_open(&file->pb, path.c_str(), AVIO_FLAG_WRITE) >= 0, "open");
    check_ffmpeg(avformat_write_header(file, nullptr) >= 0, "header");
}

// What the coder holds back is written, and everything is closed.
inline void finish_film(AVCodecContext* codec, AVFormatContext* file, AVStream* stream) {
    send_frame(codec, file, stream, nullptr);
    check_ffmpeg(av_write_trailer(file) >= 0, "trailer");
    avio_closep(&file->pb);
    avcodec_free_context(&codec);
    avformat_free_context(file);
}

// The kind of file is taken from the name. `coding` in float samples, such as AV_CODEC_ID_AAC or AV_CODEC_ID_VORBIS;
// the same samples go to all channels.
inline void write_film_sound(std::filesystem::path const& path, AVCodecID coding, int rate, int channels,
                             std::span<float const> samples) {
    av_log_set_level(AV_LOG_QUIET);
    AVFormatContext* file = nullptr;
    check_ffmpeg(avformat_alloc_output_context2(&file, nullptr, nullptr, path.c_str()) >= 0, "container");
    auto const* encoder = avcodec_find_encoder(coding);
    check_ffmpeg(encoder != nullptr, "encoder");
    AVCodecContext* codec = avcodec_alloc_context3(encoder);
    codec->sample_fmt = AV_SAMPLE_FMT_FLTP;
    codec->sample_rate = rate;
    codec->bit_rate = 96000;
    codec->time_base = {1, rate};
    codec->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    av_channel_layout_default(&codec->ch_layout, channels);
    if (file->oformat->flags & AVFMT_GLOBALHEADER) {
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    check_ffmpeg(avcodec_open2(codec, encoder, nullptr) >= 0, "codec");
    AVStream* stream = avformat_new_stream(file, nullptr);
    stream->time_base = codec->time_base;
    check_ffmpeg(avcodec_parameters_from_context(stream->codecpar, codec) >= 0, "parameters");
    begin_film(file, path);
    auto const size = static_cast<std::size_t>(codec->frame_size > 0 ? codec->frame_size : 1024);
    for (std::size_t at = 0; at + size <= samples.size(); at += size) {
        AVFrame* frame = av_frame_alloc();
        frame->nb_samples = static_cast<int>(size);
        frame->format = codec->sample_fmt;
        frame->sample_rate = rate;
        frame->pts = static_cast<std::int64_t>(at);
        av_channel_layout_copy(&frame->ch_layout, &codec->ch_layout);
        check_ffmpeg(av_frame_get_buffer(frame, 0) >= 0, "frame");
        for (int c = 0; c < channels; ++c) {
            std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(at), size,
                        reinterpret_cast<float*>(frame->extended_data[c]));
        }
        send_frame(codec, file, stream, frame);
        av_frame_free(&frame);
    }
    finish_film(codec, file, stream);
}

} // namespace echollama::test
