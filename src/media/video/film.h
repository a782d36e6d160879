// The pictures of films and streams, by FFmpeg's libraries.
#pragma once

#include "media/video/frame_source.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace echollama {

// MP4, MOV, MKV, WebM, AVI, MPEG, FLV, OGG, WMV, GIF and raw streams; decoded by the processor alone. Frames come
// upright (the file's rotation and mirroring), with square pixels (its sample aspect ratio), in 8 bits of RGB whatever
// the coding has; interlaced ones are smoothed over their lines. A time that is missing, falls or leaps by more than a
// minute is replaced by the one that the frame rate lets expect. Broken frames are left out; after many in a row the
// film is over.
class Film {
  public:
    // Nothing but the file is opened, whatever it refers to. Throws Error when it cannot be read, holds no pictures, is
    // in an unknown coding, or its pictures are too large.
    explicit Film(std::filesystem::path const& path);
    // From memory, which must outlive it; `name` is for messages.
    Film(std::span<std::uint8_t const> bytes, std::string const& name);
    // A network stream; an attempt that takes longer than ten seconds is given up.
    struct Address {
        std::string text;
    };
    Film(Address const& address, std::stop_token stop);
    ~Film();
    Film(Film&&) noexcept;
    Film& operator=(Film&&) noexcept;

    // None at the end. Throws Error when not one frame could be decoded, and of a stream when it breaks off.
    std::optional<Frame> next(std::stop_token stop);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace echollama
