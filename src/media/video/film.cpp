#include "media/video/film.h"

#include "base/error.h"
#include "base/input_file.h"
#include "media/ffmpeg/library.h"
#include "media/video/film_picture.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace echollama {
namespace {

using ffmpeg::library;
using ffmpeg::Owned;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t probe_bytes = 8 << 20;
constexpr int most_broken = 300;      // packets in a row; then the film is over
constexpr double longest_leap_s = 60; // between two frames; more is a wrong time
constexpr double usual_step_s = 0.04; // between frames where the file tells no rate
constexpr auto patience = std::chrono::seconds(10);

// The demuxers that are let near a file from outside: none that opens other files.
constexpr char const* file_demuxers = "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,gif,apng,h264,hevc,m4v,mjpeg,"
                                      "ivf,nut,yuv4mpegpipe,dv";
constexpr char const* stream_demuxers =
    "rtsp,sdp,rtp,hls,mpegts,mpjpeg,mjpeg,mov,matroska,flv,avi,h264,hevc,m4v,live_flv";
constexpr char const* stream_protocols = "http,https,httpproxy,tls,tcp,udp,rtp,rtsp,rtmp,rtmps,srt,crypto";

Error too_little_memory(std::string const& name) {
    return Error("There is too little memory to open " + name + "; close other programs.");
}

} // namespace

struct Film::Parts {
    explicit Parts(std::string film_name) : name(std::move(film_name)) {}

    std::string name;
    bool network = false;
    std::vector<std::uint8_t> bytes;          // of standard input
    std::optional<ffmpeg::MemoryFile> memory; // before the context, which reads it
    std::stop_token stop;                     // of the call under way
    Clock::time_point give_up = Clock::time_point::max();
    Owned<AVFormatContext> context;
    Owned<AVCodecContext> codec;
    Owned<AVPacket> packet;
    Owned<AVFrame> frame;
    FilmPicture picture;
    AVStream* stream = nullptr;
    int orientation = 1;
    double aspect = 1, step_s = usual_step_s;
    std::optional<double> last_time; // as the file says
    double seconds = 0;              // as is given out
    bool any = false, drained = false;
    int broken = 0;

    static int interrupted(void* user) {
        auto const& parts = *static_cast<Parts*>(user);
        return parts.stop.stop_requested() || Clock::now() > parts.give_up;
    }

    AVFormatContext* fresh_context(char const* demuxers, char const* protocols) {
        auto* fresh = library().avformat_alloc_context();
        if (!fresh) {
            throw too_little_memory(name);
        }
        fresh->probesize = probe_bytes;
        fresh->interrupt_callback = {interrupted, this};
        fresh->format_whitelist = library().av_strdup(demuxers);
        fresh->protocol_whitelist = library().av_strdup(protocols);
        return fresh;
    }

    // Takes the context, and frees it when it cannot be opened.
    void open(AVFormatContext* fresh, char const* address, AVDictionary** options) {
        if (library().avformat_open_input(&fresh, address, nullptr, options) < 0) {
            throw network ? Error("The stream " + name + " cannot be reached; check the address and the network.")
                          : Error(name + " is no film that can be read, or it is damaged; choose another file.");
        }
        context.reset(fresh);
        if (library().avformat_find_stream_info(fresh, nullptr) < 0) {
            throw network ? Error("The stream " + name + " sends nothing that can be read; check the address.")
                          : Error(name + " is damaged or cut short; get it again.");
        }
        choose_stream();
        packet.reset(library().av_packet_alloc());
        frame.reset(library().av_frame_alloc());
        if (!packet || !frame) {
            throw too_little_memory(name);
        }
    }

    void choose_stream() {
        int const index = library().av_find_best_stream(context.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
        if (index < 0 || (context->streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC)) {
            throw Error(name + " holds no moving pictures; choose a film, a folder of pictures or a camera.");
        }
        stream = context->streams[index];
        auto const& parameters = *stream->codecpar;
        if (static_cast<std::int64_t>(parameters.width) * parameters.height > max_frame_pixels) {
            throw Error("The pictures of " + name + " are too large (" + std::to_string(parameters.width) + " by " +
                        std::to_string(parameters.height) + "); convert it to 1920 by 1080 or less.");
        }
        codec = ffmpeg::open_decoder(parameters, max_frame_pixels);
        if (!codec) {
            throw Error("The pictures of " + name + " are in a coding that cannot be read (" +
                        library().avcodec_get_name(parameters.codec_id) + "); convert it to MP4 with H.264.");
        }
        std::size_t size = 0;
        auto const* matrix = library().av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
        orientation = matrix && size >= 9 * sizeof(std::int32_t)
                          ? orientation_of_matrix(reinterpret_cast<std::int32_t const*>(matrix))
                          : 1;
        auto const rate = library().av_guess_frame_rate(context.get(), stream, nullptr);
        double const per_second = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
        step_s = per_second >= 0.1 && per_second <= 1000 ? 1 / per_second : usual_step_s;
    }

    // Another packet into the decoder. False: there are no more.
    bool feed() {
        int read = 0;
        while ((read = library().av_read_frame(context.get(), packet.get())) >= 0) {
            if (packet->stream_index != stream->index) {
                library().av_packet_unref(packet.get());
                continue;
            }
            bool const taken = library().avcodec_send_packet(codec.get(), packet.get()) >= 0;
            library().av_packet_unref(packet.get());
            broken = taken ? broken : broken + 1;
            return broken < most_broken;
        }
        if (network && read != AVERROR_EOF && !stop.stop_requested()) {
            throw Error("The stream " + name + " broke off.");
        }
        return false;
    }

    // The file's time where it goes on plausibly, else one step on.
    double time_of(AVFrame const& decoded) {
        std::optional<double> time;
        if (decoded.best_effort_timestamp != AV_NOPTS_VALUE && stream->time_base.num > 0 && stream->time_base.den > 0) {
            time = static_cast<double>(decoded.best_effort_timestamp) * av_q2d(stream->time_base);
        }
        double step = step_s;
        if (time && last_time && *time > *last_time && *time - *last_time <= longest_leap_s) {
            step = *time - *last_time;
        }
        last_time = time;
        seconds = any ? seconds + step : 0;
        any = true;
        return seconds;
    }

    std::optional<Frame> shown() {
        auto const ratio = library().av_guess_sample_aspect_ratio(context.get(), stream, frame.get());
        auto const* own = library().av_frame_get_side_data(frame.get(), AV_FRAME_DATA_DISPLAYMATRIX);
        int const turn = own && own->size >= 9 * sizeof(std::int32_t)
                             ? orientation_of_matrix(reinterpret_cast<std::int32_t const*>(own->data))
                             : orientation;
        auto image = picture.convert(*frame, ratio.num > 0 && ratio.den > 0 ? av_q2d(ratio) : 1, turn);
        if (!image) {
            return std::nullopt;
        }
        Frame shown;
        shown.seconds = time_of(*frame);
        shown.view.image = std::move(*image);
        return shown;
    }

    std::optional<Frame> next() {
        while (!stop.stop_requested()) {
            int const got = library().avcodec_receive_frame(codec.get(), frame.get());
            if (got >= 0) {
                auto shown_frame = shown();
                library().av_frame_unref(frame.get());
                broken = shown_frame ? 0 : broken + 1;
                if (shown_frame) {
                    return shown_frame;
                }
            } else if (got != AVERROR(EAGAIN)) {
                break; // the end, or beyond repair
            }
            if (got < 0 && !drained && !feed()) {
                drained = true;
                library().avcodec_send_packet(codec.get(), nullptr);
            } else if (broken >= most_broken) {
                break;
            }
        }
        if (!any && !stop.stop_requested()) {
            throw Error(name + " holds no picture that can be decoded; it is damaged or cut short, get it again.");
        }
        return std::nullopt;
    }
};

Film::Film(std::filesystem::path const& path) : parts_(std::make_unique<Parts>(input_name(path))) {
    if (is_standard_input(path)) {
        parts_->bytes = read_input(path, {"film"});
        parts_->memory.emplace(parts_->bytes);
        auto* context = parts_->fresh_context(file_demuxers, "");
        context->pb = parts_->memory->io();
        context->flags |= AVFMT_FLAG_CUSTOM_IO;
        parts_->open(context, nullptr, nullptr);
        return;
    }
    parts_->open(parts_->fresh_context(file_demuxers, "file"), ("file:" + path.string()).c_str(), nullptr);
}

Film::Film(std::span<std::uint8_t const> bytes, std::string const& name) : parts_(std::make_unique<Parts>(name)) {
    parts_->memory.emplace(bytes);
    if (!parts_->memory->io()) {
        throw too_little_memory(name);
    }
    auto* context = parts_->fresh_context(file_demuxers, "");
    context->pb = parts_->memory->io();
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    parts_->open(context, nullptr, nullptr);
}

Film::Film(Address const& address, std::stop_token stop) : parts_(std::make_unique<Parts>(address.text)) {
    parts_->network = true;
    parts_->stop = std::move(stop);
    parts_->give_up = Clock::now() + patience;
    library().avformat_network_init();
    AVDictionary* options = nullptr;
    library().av_dict_set(&options, "rtsp_transport", "tcp", 0);
    auto* context = parts_->fresh_context(stream_demuxers, stream_protocols);
    context->flags |= AVFMT_FLAG_NOBUFFER;
    try {
        parts_->open(context, address.text.c_str(), &options);
    } catch (Error const&) {
        library().av_dict_free(&options);
        throw;
    }
    library().av_dict_free(&options);
}

Film::~Film() = default;
Film::Film(Film&&) noexcept = default;
Film& Film::operator=(Film&&) noexcept = default;

std::optional<Frame> Film::next(std::stop_token stop) {
    parts_->stop = std::move(stop);
    if (parts_->network) {
        parts_->give_up = Clock::now() + patience;
    }
    return parts_->next();
}

} // namespace echollama
