#include "media/video/film_picture.h"

#include "media/picture/image_io.h"
#include "media/video/frame_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace echollama {
namespace {

using ffmpeg::scaling;

constexpr double widest_pixel = 8; // aspects beyond are taken for damage

struct Size {
    int width, height;
};

// The picture grows in the direction in which its pixels are long, and shrinks where it is larger than is looked at.
Size shown_size(int width, int height, double aspect) {
    if (!(aspect > 1 / widest_pixel && aspect < widest_pixel)) {
        aspect = 1;
    }
    double w = width * std::max(1.0, aspect);
    double h = height * std::max(1.0, 1 / aspect);
    double const shrunk = std::min(1.0, most_side / std::max(w, h));
    auto const whole = [&](double side) { return std::max(1, static_cast<int>(std::lround(side * shrunk))); };
    return {whole(w), whole(h)};
}

// The two fields show different moments: each line becomes the mean of itself and its neighbours.
void smooth_lines(Image& image) {
    auto const row = static_cast<std::size_t>(3 * image.width);
    auto const original = image.rgb;
    for (int y = 1; y + 1 < image.height; ++y) {
        auto const at = static_cast<std::size_t>(y) * row;
        for (std::size_t i = at; i < at + row; ++i) {
            image.rgb[i] = static_cast<std::uint8_t>((original[i - row] + 2 * original[i] + original[i + row] + 2) / 4);
        }
    }
}

// Decoders write into enumerations whatever number the file holds; to read such a one as an enumeration is undefined.
template <typename Enumeration>
unsigned number_in(Enumeration const& field) {
    unsigned number = 0;
    static_assert(sizeof(number) == sizeof(field));
    std::memcpy(&number, &field, sizeof(number));
    return number;
}

// What a frame does not say of its colours, or says with a number that means nothing, is as usual for its size.
int colour_space_of(AVFrame const& frame) {
    auto const space = number_in(frame.colorspace);
    if (space != AVCOL_SPC_UNSPECIFIED && space != AVCOL_SPC_RGB && space < AVCOL_SPC_NB) {
        return static_cast<int>(space);
    }
    return frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

} // namespace

int orientation_of_matrix(std::int32_t const* matrix) {
    if (!matrix) {
        return 1;
    }
    double const a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    // x' = a x + c y, y' = b x + d y: which of the eight is nearest
    constexpr std::array<std::array<int, 4>, 8> turns = {{{1, 0, 0, 1},
                                                          {-1, 0, 0, 1},
                                                          {-1, 0, 0, -1},
                                                          {1, 0, 0, -1},
                                                          {0, 1, 1, 0},
                                                          {0, 1, -1, 0},
                                                          {0, -1, -1, 0},
                                                          {0, -1, 1, 0}}};
    int best = 1;
    double most = 0;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        double const alike = a * turns[i][0] + b * turns[i][1] + c * turns[i][2] + d * turns[i][3];
        if (alike > most) {
            most = alike;
            best = static_cast<int>(i) + 1;
        }
    }
    return best;
}

bool FilmPicture::prepare(AVFrame const& frame, int width, int height) {
    int const space = colour_space_of(frame), range = number_in(frame.color_range) == AVCOL_RANGE_JPEG ? 1 : 0;
    bool const same = scaler_ && from_width_ == frame.width && from_height_ == frame.height &&
                      format_ == frame.format && width_ == width && height_ == height && space_ == space &&
                      range_ == range;
    if (same) {
        return true;
    }
    scaler_.reset(scaling().sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), width,
                                           height, AV_PIX_FMT_RGB24, SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr,
                                           nullptr));
    if (!scaler_) {
        return false;
    }
    constexpr int one = 1 << 16;
    auto const* coefficients = scaling().sws_getCoefficients(space);
    scaling().sws_setColorspaceDetails(scaler_.get(), coefficients, range, coefficients, 1, 0, one, one);
    from_width_ = frame.width, from_height_ = frame.height, format_ = frame.format;
    width_ = width, height_ = height, space_ = space, range_ = range;
    return true;
}

std::optional<Image> FilmPicture::convert(AVFrame const& frame, double aspect, int orientation) {
    bool const sound = frame.width > 0 && frame.height > 0 &&
                       static_cast<std::int64_t>(frame.width) * frame.height <= max_frame_pixels &&
                       ffmpeg::library().av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    auto const size = sound ? shown_size(frame.width, frame.height, aspect) : Size{1, 1};
    if (!sound || !prepare(frame, size.width, size.height)) {
        return std::nullopt;
    }
    // The scaler writes whole vectors, which may reach beyond the last pixel of a row.
    constexpr int spare = 64;
    int const stride = (3 * size.width + spare - 1) / spare * spare;
    std::vector<std::uint8_t> rows(static_cast<std::size_t>(stride) * static_cast<std::size_t>(size.height) + spare);
    std::array<std::uint8_t*, 4> const planes = {rows.data(), nullptr, nullptr, nullptr};
    std::array<int, 4> const strides = {stride, 0, 0, 0};
    int const written =
        scaling().sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes.data(), strides.data());
    if (written != size.height) {
        return std::nullopt;
    }
    Image image{size.width, size.height, {}};
    image.rgb.resize(3 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
    for (int y = 0; y < size.height; ++y) {
        std::copy_n(rows.data() + static_cast<std::ptrdiff_t>(y) * stride, 3 * size.width, image.pixel(0, y));
    }
    if (frame.interlaced_frame) {
        smooth_lines(image);
    }
    return orientation == 1 ? std::move(image) : apply_orientation(image, orientation);
}

} // namespace echollama
