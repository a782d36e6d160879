// Pictures with their times, from whatever gives one after the other: films and network streams, cameras, folders of
// pictures, recordings of depth cameras.
#pragma once

#include "media/depth/camera_file.h"
#include "media/view/view.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace echollama {

struct Frame {
    View view;          // upright, square pixels; with depth where the source has it
    double seconds = 0; // since the source began; never falls, and grows from frame to frame
};

struct SourceEvent {
    enum class Kind {
        frame,
        lost,     // a camera was unplugged, a stream broke off; it is waited for
        returned, // and is there again
        end,      // nothing more will come, or stop was requested
    };
    Kind kind = Kind::end;
    Frame frame = {};      // of Kind::frame
    std::string text = {}; // of the others: one sentence for the user; empty: nothing is to be said
};

struct FrameSource {
    std::string name;  // as messages call it
    bool live = false; // the world goes on while nobody asks: a camera or a network stream
    // Waits for what comes next. Throws Error when nothing can be read from the beginning; what breaks later ends the
    // source, or is told as lost where it may return. One thread at a time.
    std::function<SourceEvent(std::stop_token stop)> next;
};

struct SourceOptions {
    // A film file ("-": standard input), an address (rtsp://, http://, …), a camera ("camera", "camera:1",
    // "/dev/video0"), a folder of pictures or a pattern of their names ("walk/*.jpg"), or a folder that an RGB-D camera
    // recorded in TUM's layout (rgb.txt and depth.txt).
    std::string source;
    float pictures_per_second = 1; // of folders whose names tell no times
    bool repeat = false;           // begin again at the end, times going on; not for cameras and streams
    CameraChoice camera = {};      // the lens, as for single pictures; nothing said: left to who looks
};

// Recognises what it is. Opens it, so that what is not there, cannot be read or holds no pictures is refused here:
// throws Error with one sentence.
FrameSource open_source(SourceOptions const& options);

// --- the kinds one by one ---

// Pictures of more pixels are refused; larger ones than `most_side` are reduced.
inline constexpr std::int64_t max_frame_pixels = 40'000'000;
inline constexpr int most_side = 1920;

FrameSource open_film(std::filesystem::path const& path, bool repeat);
FrameSource open_stream(std::string const& address);
FrameSource open_camera(std::string const& device); // "/dev/video0"
FrameSource open_folder(std::filesystem::path const& folder_or_pattern, float pictures_per_second, bool repeat);
FrameSource open_recording(std::filesystem::path const& folder, CameraChoice const& camera, bool repeat);

// Whether a folder is a recording in TUM's layout.
bool is_recording(std::filesystem::path const& folder);

// What may be lost and return. `open` gives a reader of frames: none means the end; both throw Error when it is lost.
// The first opening throws to the caller; later ones are tried every two seconds.
using NextFrame = std::function<std::optional<Frame>(std::stop_token stop)>;
FrameSource returning_source(std::string const& name, std::function<NextFrame(std::stop_token stop)> open);

} // namespace echollama
