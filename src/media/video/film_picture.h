// From a decoded frame to an upright picture.
#pragma once

#include "media/ffmpeg/library.h"
#include "media/picture/image.h"

#include <cstdint>
#include <optional>

namespace echollama {

// EXIF's orientation (1 to 8) of a display matrix: nine numbers, of which the first, second, fourth and fifth turn and
// mirror (FFmpeg, libavutil/display.h). Angles between are rounded to quarter turns; null is 1.
int orientation_of_matrix(std::int32_t const* matrix);

// Decoded frames of any pixel format to RGB with square pixels, at most `most_side` a side, and upright.
class FilmPicture {
  public:
    // `aspect`: how much wider a pixel is than high; `orientation`: EXIF's. None where the frame cannot be converted.
    std::optional<Image> convert(AVFrame const& frame, double aspect, int orientation);

  private:
    bool prepare(AVFrame const& frame, int width, int height);

    ffmpeg::Owned<SwsContext> scaler_;
    int from_width_ = 0, from_height_ = 0, format_ = -1, width_ = 0, height_ = 0, space_ = -1, range_ = -1;
};

} // namespace echollama
