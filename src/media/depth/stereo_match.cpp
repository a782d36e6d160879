#include "base/error.h"
#include "media/depth/stereo.h"

#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace echollama {
namespace {

constexpr int most_width = 1280;
constexpr int aligning_width = 320;
constexpr double least_matched = 0.2;
constexpr int ordering_width = 640;
constexpr double clearly_more = 1.15; // matches in one order than in the other
constexpr float no_match = std::numeric_limits<float>::quiet_NaN();

// The picture without a copy; OpenCV only reads it.
cv::Mat as_mat(Image const& image) {
    return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data())};
}

cv::Mat of_width(cv::Mat const& image, int width) {
    if (image.cols <= width) {
        return image;
    }
    cv::Mat small;
    int const height = std::max(1, image.rows * width / image.cols);
    cv::resize(image, small, {width, height}, 0, 0, cv::INTER_AREA);
    return small;
}

int multiple_of_16(float value) {
    return std::max(16, static_cast<int>(std::ceil(value / 16)) * 16);
}

// Disparities in pixels of the given pictures. Both get a margin, so that columns at the edge are matched as well.
cv::Mat match(cv::Mat const& left, cv::Mat const& right, MatchOptions const& options) {
    auto const width = static_cast<float>(left.cols);
    int const least = static_cast<int>(std::floor(options.least * width));
    int const count = multiple_of_16((options.most - options.least) * width);
    int const before = std::max(0, least + count), behind = std::max(0, -least);
    cv::Mat wide_left, wide_right;
    cv::copyMakeBorder(left, wide_left, 0, 0, before, behind, cv::BORDER_REPLICATE);
    cv::copyMakeBorder(right, wide_right, 0, 0, before, behind, cv::BORDER_REPLICATE);
    constexpr int block = 5;
    constexpr int smooth = 3 * block * block; // OpenCV's advice: 8 and 32 times channels times area
    auto matcher = cv::StereoSGBM::create(least, count, block, 8 * smooth, 32 * smooth, 1, 63, 10, 100, 2,
                                          cv::StereoSGBM::MODE_SGBM);
    cv::Mat fixed, disparity;
    matcher->compute(wide_left, wide_right, fixed);
    fixed(cv::Rect(before, 0, left.cols, left.rows)).convertTo(disparity, CV_32F, 1.0 / 16);
    disparity.setTo(no_match, disparity < static_cast<double>(least));
    return disparity;
}

cv::Mat shifted(cv::Mat const& image, int down) {
    cv::Mat moved;
    cv::warpAffine(image, moved, cv::Mat_<double>({2, 3}, {1.0, 0.0, 0.0, 0.0, 1.0, static_cast<double>(down)}),
                   image.size(), cv::INTER_NEAREST, cv::BORDER_REPLICATE);
    return moved;
}

int matched_pixels(cv::Mat const& disparity) {
    return cv::countNonZero(disparity == disparity); // NaN is not itself
}

// Rows by which the right picture must go down, around a first guess: what gives the most matches.
int best_shift(cv::Mat const& left, cv::Mat const& right, MatchOptions const& options, int guess, int reach) {
    int best = guess, most = -1;
    for (int step = 0; step <= 2 * reach; ++step) { // the guess first, then outwards
        int const down = guess + (step % 2 ? (step + 1) / 2 : -step / 2);
        int const found = matched_pixels(match(left, shifted(right, down), options));
        if (found > most) {
            most = found;
            best = down;
        }
    }
    return best;
}

// Matched pixels that look alike in both pictures: a blank picture fits everywhere, but nowhere well.
int alike_pixels(cv::Mat const& left, cv::Mat const& right, cv::Mat const& disparity) {
    constexpr int alike = 3 * 40; // levels of three channels
    int found = 0;
    for (int y = 0; y < left.rows; ++y) {
        for (int x = 0; x < left.cols; ++x) {
            float const shift = disparity.at<float>(y, x);
            int const other = std::isfinite(shift) ? x - static_cast<int>(std::lround(shift)) : -1;
            if (other < 0 || other >= right.cols) {
                continue;
            }
            auto const &a = left.at<cv::Vec3b>(y, x), &b = right.at<cv::Vec3b>(y, other);
            found += std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]) <= alike;
        }
    }
    return found;
}

cv::Mat aligned(cv::Mat const& left, cv::Mat const& right, MatchOptions const& options) {
    auto const coarse_left = of_width(left, aligning_width), coarse_right = of_width(right, aligning_width);
    int const coarse = best_shift(coarse_left, coarse_right, options, 0, 6);
    int const times = std::max(1, left.cols / coarse_left.cols);
    return shifted(right, times > 1 ? best_shift(left, right, options, coarse * times, times / 2) : coarse);
}

} // namespace

double Disparity::matched() const {
    auto const found = std::count_if(pixels.begin(), pixels.end(), [](float d) { return std::isfinite(d); });
    return pixels.empty() ? 0 : static_cast<double>(found) / static_cast<double>(pixels.size());
}

Disparity match_stereo(Image const& left, Image const& right, MatchOptions const& options) {
    if (left.width != right.width || left.height != right.height) {
        throw Error("The left picture has " + std::to_string(left.width) + " by " + std::to_string(left.height) +
                    " pixels and the right one " + std::to_string(right.width) + " by " + std::to_string(right.height) +
                    "; a stereo pair has the same size.");
    }
    if (left.width < 32 || left.height < 32) {
        throw Error("The stereo pictures are too small to be matched; they need 32 pixels on each side.");
    }
    auto const small_left = of_width(as_mat(left), most_width);
    auto const small_right = of_width(as_mat(right), most_width);
    auto const level = options.align_rows ? aligned(small_left, small_right, options) : small_right;
    cv::Mat found = match(small_left, level, options);
    if (alike_pixels(small_left, level, found) < least_matched * static_cast<double>(found.total())) {
        throw Error("The two pictures do not match; are they the left and the right picture of one view, in this "
                    "order, with the same rows?");
    }
    auto const scale = static_cast<double>(left.width) / small_left.cols;
    cv::Mat full;
    cv::resize(found * scale, full, {left.width, left.height}, 0, 0, cv::INTER_NEAREST);
    return {left.width, left.height, std::vector<float>(full.begin<float>(), full.end<float>())};
}

bool seems_crossed(Image const& left, Image const& right, MatchOptions const& options) {
    if (left.width != right.width || left.height != right.height || left.width < 32 || left.height < 32) {
        return false; // match_stereo says so
    }
    auto const a = of_width(as_mat(left), ordering_width), b = of_width(as_mat(right), ordering_width);
    auto const alike = [&](cv::Mat const& first, cv::Mat const& second) {
        auto const level = options.align_rows ? aligned(first, second, options) : second;
        return static_cast<double>(alike_pixels(first, level, match(first, level, options)));
    };
    double const as_given = alike(a, b), swapped = alike(b, a);
    return swapped >= least_matched * static_cast<double>(a.total()) && swapped > clearly_more * as_given;
}

DepthMap stereo_metres(Disparity const& disparity, float fx, float baseline_m, float offset) {
    DepthMap map{disparity.width, disparity.height, DepthKind::metres, {}, fx * baseline_m};
    for (float pixels : disparity.pixels) {
        float const whole = pixels + offset;
        map.values.push_back(whole > 0.25F ? map.stereo_scale / whole : 0); // NaN gives 0 too
    }
    return map;
}

DepthMap stereo_relative(Disparity const& disparity) {
    return {disparity.width, disparity.height, DepthKind::relative_inverse, disparity.pixels};
}

} // namespace echollama
