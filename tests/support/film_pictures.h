// Writes films with pictures, by FFmpeg's libraries.
#pragma once

#include "media/picture/image.h"
#include "support/film_writer.h"

extern "C" {
#include <libavutil/display.h>
#include <libswscale/swscale.h>
}

#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <vector>

namespace echollama::test {

// Quarters: red, green above; blue, white below; `frame` brightens the green one.
inline Image quarters(int width, int height, int frame = 0) {
    Image image{width, height, std::vector<std::uint8_t>(3 * static_cast<std::size_t>(width * height))};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            bool const right = x >= width / 2, low = y >= height / 2;
            auto* pixel = image.pixel(x, y);
            pixel[0] = right == low ? 220 : 20;
            pixel[1] = right ? static_cast<std::uint8_t>(low ? 220 : 180 + frame % 10 * 5) : 20;
            pixel[2] = low ? 220 : 20;
        }
    }
    return image;
}

struct FilmSpec {
    AVCodecID coding = AV_CODEC_ID_MPEG4;
    AVPixelFormat format = AV_PIX_FMT_YUV420P;
    int width = 64, height = 48, frames = 10, rate = 10;
    int turned = 0; // degrees clockwise that a player has to turn the picture
    AVRational aspect = {1, 1};
    bool interlaced = false;
    std::function<Image(int frame)> picture = {}; // scaled to the film's size; none: quarters
    std::function<std::int64_t(int frame)> time = [](int frame) { return frame; }; // in 1 / rate seconds
};

inline AVFrame* film_frame(AVCodecContext const& codec, Image const& image) {
    AVFrame* frame = av_frame_alloc();
    frame->format = codec.pix_fmt;
    frame->width = codec.width;
    frame->height = codec.height;
    check_ffmpeg(av_frame_get_buffer(frame, 0) >= 0, "frame");
    auto* scaler = sws_getContext(image.width, image.height, AV_PIX_FMT_RGB24, codec.width, codec.height, codec.pix_fmt,
                                  SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr);
    std::uint8_t const* const planes[] = {image.rgb.data(), nullptr, nullptr, nullptr};
    int const strides[] = {3 * image.width, 0, 0, 0};
    sws_scale(scaler, planes, strides, 0, image.height, frame->data, frame->linesize);
    sws_freeContext(scaler);
    return frame;
}

// The kind of file is taken from the name.
inline void write_film(std::filesystem::path const& path, FilmSpec const& spec = {}) {
    av_log_set_level(AV_LOG_QUIET);
    AVFormatContext* file = nullptr;
    check_ffmpeg(avformat_alloc_output_context2(&file, nullptr, nullptr, path.c_str()) >= 0, "container");
    auto const* encoder = avcodec_find_encoder(spec.coding);
    check_ffmpeg(encoder != nullptr, "encoder");
    AVCodecContext* codec = avcodec_alloc_context3(encoder);
    codec->pix_fmt = spec.format;
    codec->width = spec.width;
    codec->height = spec.height;
    codec->time_base = {1, spec.rate};
    codec->framerate = {spec.rate, 1};
    codec->sample_aspect_ratio = spec.aspect;
    codec->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    codec->bit_rate = 4'000'000;
    codec->max_b_frames = 0;
    if (spec.interlaced) {
        codec->flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
    }
    if (file->oformat->flags & AVFMT_GLOBALHEADER) {
        codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    check_ffmpeg(avcodec_open2(codec, encoder, nullptr) >= 0, "codec");
    AVStream* stream = avformat_new_stream(file, nullptr);
    stream->time_base = codec->time_base;
    stream->avg_frame_rate = codec->framerate;
    stream->sample_aspect_ratio = spec.aspect;
    check_ffmpeg(avcodec_parameters_from_context(stream->codecpar, codec) >= 0, "parameters");
    if (spec.turned != 0) {
        auto* matrix = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t));
        av_display_rotation_set(reinterpret_cast<std::int32_t*>(matrix), spec.turned);
    }
    begin_film(file, path);
    for (int i = 0; i < spec.frames; ++i) {
        AVFrame* frame = film_frame(*codec, spec.picture ? spec.picture(i) : quarters(spec.width, spec.height, i));
        frame->pts = spec.time(i);
        frame->interlaced_frame = spec.interlaced;
        frame->top_field_first = spec.interlaced;
        send_frame(codec, file, stream, frame);
        av_frame_free(&frame);
    }
    finish_film(codec, file, stream);
}

inline std::vector<std::uint8_t> bytes_of_file(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(std::filesystem::path const& path, std::span<std::uint8_t const> bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

} // namespace echollama::test
