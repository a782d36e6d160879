// FFmpeg's libraries, for the sound and the pictures of films. They draw in a hundred others, which would triple the
// time that every start of the program takes, so they are loaded when the first such file is opened.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace echollama::ffmpeg {

// What is used of libavformat and of the libraries that it depends on.
// clang-format off
#define ECHOLLAMA_FFMPEG_FUNCTIONS(USE)                                                                                \
    USE(avio_alloc_context) USE(avio_context_free) USE(avformat_alloc_context) USE(avformat_open_input)                \
    USE(avformat_close_input) USE(avformat_find_stream_info) USE(avformat_network_init) USE(av_find_best_stream)       \
    USE(av_read_frame) USE(av_guess_frame_rate) USE(av_guess_sample_aspect_ratio) USE(av_stream_get_side_data)         \
    USE(avcodec_free_context) USE(avcodec_find_decoder) USE(avcodec_alloc_context3) USE(avcodec_flush_buffers)         \
    USE(avcodec_parameters_to_context) USE(avcodec_open2) USE(avcodec_get_name) USE(avcodec_send_packet)               \
    USE(avcodec_receive_frame) USE(av_packet_alloc) USE(av_packet_free) USE(av_packet_unref) USE(av_malloc)            \
    USE(av_freep) USE(av_strdup) USE(av_log_set_level) USE(av_frame_alloc) USE(av_frame_free) USE(av_frame_unref)      \
    USE(av_frame_get_side_data) USE(av_dict_set) USE(av_dict_free) USE(av_channel_layout_default)                      \
    USE(av_pix_fmt_desc_get) USE(swr_free) USE(swr_get_out_samples) USE(swr_convert) USE(swr_alloc_set_opts2)          \
    USE(swr_init)
// And of libswscale, which the others do not draw in.
#define ECHOLLAMA_SWSCALE_FUNCTIONS(USE)                                                                               \
    USE(sws_getContext) USE(sws_freeContext) USE(sws_scale) USE(sws_getCoefficients) USE(sws_setColorspaceDetails)
// clang-format on

#define ECHOLLAMA_POINTER(name) decltype(&::name) name = nullptr; // NOLINT(bugprone-macro-parentheses): it is declared
struct Library {
    ECHOLLAMA_FFMPEG_FUNCTIONS(ECHOLLAMA_POINTER)
};
struct Scaling {
    ECHOLLAMA_SWSCALE_FUNCTIONS(ECHOLLAMA_POINTER)
};
#undef ECHOLLAMA_POINTER

// Throw Error that says what to install when a library is not there.
Library const& library();
Scaling const& scaling();

// Owners of what FFmpeg makes.
struct Free {
    void operator()(AVFormatContext* context) const { library().avformat_close_input(&context); }
    void operator()(AVIOContext* io) const {
        library().av_freep(static_cast<void*>(&io->buffer));
        library().avio_context_free(&io);
    }
    void operator()(AVCodecContext* codec) const { library().avcodec_free_context(&codec); }
    void operator()(AVPacket* packet) const { library().av_packet_free(&packet); }
    void operator()(AVFrame* frame) const { library().av_frame_free(&frame); }
    void operator()(SwrContext* converter) const { library().swr_free(&converter); }
    void operator()(SwsContext* scaler) const { scaling().sws_freeContext(scaler); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

// A file in memory as FFmpeg reads it; the bytes must outlive it. `io()` is null when there is no memory left.
class MemoryFile {
  public:
    explicit MemoryFile(std::span<std::uint8_t const> bytes);
    MemoryFile(MemoryFile const&) = delete;
    MemoryFile& operator=(MemoryFile const&) = delete;

    AVIOContext* io() const { return io_.get(); }

  private:
    static int read(void* user, std::uint8_t* target, int size);
    static std::int64_t seek(void* user, std::int64_t offset, int whence);

    std::span<std::uint8_t const> bytes_;
    std::int64_t at_ = 0;
    Owned<AVIOContext> io_;
};

// The decoder for this track, on the processor; null where there is none or it cannot be opened. Pictures of more than
// `most_pixels` are refused by it.
Owned<AVCodecContext> open_decoder(AVCodecParameters const& parameters, std::int64_t most_pixels = INT32_MAX);

} // namespace echollama::ffmpeg
