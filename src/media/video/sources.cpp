#include "base/error.h"
#include "base/input_file.h"
#include "media/video/film.h"
#include "media/video/frame_source.h"
#include "media/video/time_order.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <utility>

namespace echollama {
namespace {

constexpr std::array<std::string_view, 9> schemes = {"rtsp://",  "rtsps://", "rtmp://", "rtmps://", "http://",
                                                     "https://", "udp://",   "tcp://",  "srt://"};

bool is_address(std::string const& text) {
    return std::any_of(schemes.begin(), schemes.end(), [&](auto scheme) { return text.starts_with(scheme); });
}

// "camera", "camera:2", "/dev/video2"; empty: no camera is meant.
std::string camera_device(std::string const& text) {
    if (text == "camera") {
        return "/dev/video0";
    }
    std::string const prefix = "camera:";
    if (text.starts_with(prefix)) {
        auto const number = text.substr(prefix.size());
        if (number.empty() || number.size() > 3 ||
            !std::all_of(number.begin(), number.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
            throw UsageError("A camera is named by its number, as in camera:1, not '" + text + "'.");
        }
        return "/dev/video" + number;
    }
    return text.starts_with("/dev/video") ? text : "";
}

// The lens that the user names, for every frame that does not bring its own.
FrameSource with_camera(FrameSource source, CameraChoice const& choice) {
    if (choice.file.empty() && !choice.focal_px) {
        return source;
    }
    struct Lens {
        int width = 0, height = 0;
        Intrinsics camera;
    };
    auto lens = std::make_shared<Lens>();
    auto add = [choice, lens, next = std::move(source.next)](std::stop_token const& stop) {
        auto event = next(stop);
        auto& view = event.frame.view;
        if (event.kind == SourceEvent::Kind::frame && view.camera.fx == 0) {
            if (lens->width != view.image.width || lens->height != view.image.height) {
                lens->camera = chosen_camera(choice, view.image.width, view.image.height)->camera;
                lens->width = view.image.width, lens->height = view.image.height;
            }
            view.camera = lens->camera;
        }
        return event;
    };
    source.next = add;
    return source;
}

FrameSource recognised(SourceOptions const& options) {
    auto const& text = options.source;
    std::filesystem::path const path = text;
    std::error_code ignored;
    if (auto const device = camera_device(text); !device.empty()) {
        return open_camera(device);
    }
    if (is_address(text)) {
        return open_stream(text);
    }
    bool const pattern = text.find_first_of("*?[") != std::string::npos && !std::filesystem::exists(path, ignored);
    if (!pattern && std::filesystem::is_directory(path, ignored) && is_recording(path)) {
        return open_recording(path, options.camera, options.repeat);
    }
    bool const picture = is_picture_name(text) && !text.ends_with(".gif") && std::filesystem::exists(path, ignored);
    if (pattern || picture || std::filesystem::is_directory(path, ignored)) {
        return open_folder(path, options.pictures_per_second, options.repeat);
    }
    return open_film(path, options.repeat);
}

} // namespace

FrameSource open_source(SourceOptions const& options) {
    return with_camera(recognised(options), options.camera);
}

FrameSource open_film(std::filesystem::path const& path, bool repeat) {
    std::error_code ignored;
    if (!is_standard_input(path) && !std::filesystem::exists(path, ignored)) {
        throw Error("There is no file " + path.string() + "; check the path.");
    }
    if (repeat && is_standard_input(path)) {
        throw UsageError("Standard input cannot be repeated; give a file.");
    }
    struct State {
        Film film;
        double offset = 0, last = 0, step = 0;
    };
    auto state = std::make_shared<State>(State{Film(path)});
    auto next = [state, path, repeat](std::stop_token const& stop) -> SourceEvent {
        auto frame = state->film.next(stop);
        if (!frame && repeat && !stop.stop_requested()) {
            state->film = Film(path);
            state->offset = state->last + std::max(state->step, 0.001);
            frame = state->film.next(stop);
        }
        if (!frame) {
            return {};
        }
        frame->seconds += state->offset;
        state->step = frame->seconds - state->last;
        state->last = frame->seconds;
        return {SourceEvent::Kind::frame, std::move(*frame)};
    };
    return {input_name(path), false, next};
}

FrameSource open_stream(std::string const& address) {
    auto open = [address](std::stop_token const& stop) -> NextFrame {
        auto film = std::make_shared<Film>(Film::Address{address}, stop);
        return [film](std::stop_token const& reading) { return film->next(reading); };
    };
    auto source = returning_source("stream", open);
    source.name = address;
    return source;
}

} // namespace echollama
