// Films: every demuxer that is let near them, decoders, colours, times.
#include "media/video/film.h"

#include "fuzz.h"
#include "support/film_pictures.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    auto add = [&](std::string const& name, test::FilmSpec spec) {
        spec.width = spec.width == 64 ? 32 : spec.width;
        spec.height = 32;
        spec.frames = 6;
        all.push_back(written(name, [&](auto const& path) { test::write_film(path, spec); }));
    };
    add("a.avi", {});
    add("a.mp4", {.coding = AV_CODEC_ID_H264, .turned = 90});
    add("a.mkv", {.coding = AV_CODEC_ID_FFV1, .format = AV_PIX_FMT_YUV444P10});
    add("a.webm", {.coding = AV_CODEC_ID_VP8, .aspect = {2, 1}});
    add("a.ts", {.coding = AV_CODEC_ID_MPEG2VIDEO, .rate = 25, .interlaced = true});
    add("a.mpg", {.coding = AV_CODEC_ID_MPEG1VIDEO, .rate = 25});
    add("a.gif", {.coding = AV_CODEC_ID_GIF, .format = AV_PIX_FMT_RGB8});
    add("a.flv", {.coding = AV_CODEC_ID_FLV1});
    add("a.mjpeg", {.coding = AV_CODEC_ID_MJPEG, .format = AV_PIX_FMT_YUVJ420P});
    return all;
}

void run(Input input) {
    Film film(input, "input");
    double last = -1;
    for (int i = 0; i < 20; ++i) {
        auto const frame = film.next({});
        if (!frame) {
            break;
        }
        auto const& image = frame->view.image;
        bool const whole =
            image.width > 0 && image.height > 0 && image.width <= most_side && image.height <= most_side &&
            image.rgb.size() == 3 * static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
        if (!whole || !(frame->seconds > last)) {
            throw std::logic_error("a frame that is not whole, or times that fall");
        }
        last = frame->seconds;
    }
}

} // namespace echollama::fuzz
