// Folders of pictures: as they are, by a pattern, or as RGB-D cameras record them.
#include "base/folder.h"

#include "base/error.h"
#include "media/depth/rgbd.h"
#include "media/picture/image_io.h"
#include "media/picture/resize.h"
#include "media/video/frame_source.h"
#include "media/video/recording.h"
#include "media/video/time_order.h"

#include <glob.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>

namespace echollama {
namespace {

constexpr std::size_t most_pictures = 1'000'000;
constexpr std::uintmax_t most_list_bytes = 64U << 20;

std::vector<std::filesystem::path> files_of_pattern(std::filesystem::path const& pattern) {
    glob_t found{};
    std::vector<std::filesystem::path> files;
    if (glob(pattern.c_str(), GLOB_BRACE, nullptr, &found) == 0) {
        files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    globfree(&found);
    return files;
}

std::vector<std::filesystem::path> pictures_of(std::filesystem::path const& place) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(place, ignored)) {
        return {place};
    }
    bool const folder = std::filesystem::is_directory(place, ignored);
    auto files = folder ? entries_of(place, [](std::string const& name) { return is_picture_name(name); })
                        : files_of_pattern(place);
    std::erase_if(files, [&](auto const& file) { return !std::filesystem::is_regular_file(file, ignored); });
    if (files.empty()) {
        throw Error(folder ? "The folder " + place.string() + " holds no pictures; name another one."
                           : "No picture has a name like " + place.string() + "; check the pattern.");
    }
    if (files.size() > most_pictures) {
        throw Error(place.string() + " holds more than a million pictures; take a part of them.");
    }
    return files;
}

void reduce(Image& image) {
    double const scale = static_cast<double>(most_side) / std::max(image.width, image.height);
    if (scale < 1) {
        auto const side = [&](int pixels) { return std::max(1, static_cast<int>(std::lround(pixels * scale))); };
        image = resize_bilinear(image, side(image.width), side(image.height));
    }
}

// Entries with their times, one after the other; what cannot be read is left out, unless that is all of them.
template <class Entry>
class Sequence {
  public:
    using Load = std::function<View(Entry const&)>;
    Sequence(std::vector<Entry> entries, std::vector<double> seconds, Load load, bool repeat)
        : entries_(std::move(entries)), seconds_(std::move(seconds)), load_(std::move(load)), repeat_(repeat) {}

    SourceEvent next(std::stop_token const& stop) {
        std::string fault;
        while (!stop.stop_requested() && (at_ < entries_.size() || begin_again())) {
            auto const i = at_++;
            try {
                SourceEvent event{SourceEvent::Kind::frame, {load_(entries_[i]), offset_ + seconds_[i]}};
                any_ = true;
                return event;
            } catch (Error const& error) {
                fault = fault.empty() ? error.what() : fault;
            }
        }
        if (!any_ && !fault.empty()) {
            throw Error(fault);
        }
        return {};
    }

  private:
    bool begin_again() {
        if (!repeat_ || !any_) {
            return false;
        }
        double const step = seconds_.size() > 1 ? seconds_.back() / static_cast<double>(seconds_.size() - 1) : 1;
        offset_ += seconds_.back() + step;
        at_ = 0;
        return true;
    }

    std::vector<Entry> entries_;
    std::vector<double> seconds_;
    Load load_;
    bool repeat_, any_ = false;
    std::size_t at_ = 0;
    double offset_ = 0;
};

template <class Entry>
FrameSource source_of(std::string name, std::vector<Entry> entries, std::vector<double> seconds,
                      typename Sequence<Entry>::Load load, bool repeat) {
    auto sequence = std::make_shared<Sequence<Entry>>(std::move(entries), std::move(seconds), std::move(load), repeat);
    return {std::move(name), false, [sequence](std::stop_token const& stop) { return sequence->next(stop); }};
}

std::string list_text(std::filesystem::path const& file) {
    std::error_code ignored;
    auto const size = std::filesystem::file_size(file, ignored);
    if (ignored || size > most_list_bytes) {
        throw Error("The list " + file.string() + " cannot be read or is too long; record it again.");
    }
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

FrameSource open_folder(std::filesystem::path const& place, float pictures_per_second, bool repeat) {
    auto files = pictures_of(place);
    auto seconds = order_in_time(files, pictures_per_second);
    auto load = [](std::filesystem::path const& file) {
        View view;
        view.image = load_image(file).image;
        reduce(view.image);
        return view;
    };
    return source_of<std::filesystem::path>(place.string(), std::move(files), std::move(seconds), load, repeat);
}

bool is_recording(std::filesystem::path const& folder) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(folder / "rgb.txt", ignored);
}

FrameSource open_recording(std::filesystem::path const& folder, CameraChoice const& camera, bool repeat) {
    auto const pictures = parse_recording_list(list_text(folder / "rgb.txt"), (folder / "rgb.txt").string());
    std::error_code ignored;
    bool const has_depth = std::filesystem::is_regular_file(folder / "depth.txt", ignored);
    auto const depths = has_depth
                            ? parse_recording_list(list_text(folder / "depth.txt"), (folder / "depth.txt").string())
                            : std::vector<TimedFile>();
    auto pairs = pair_in_time(pictures, depths);
    std::vector<double> seconds;
    for (auto const& pair : pairs) {
        seconds.push_back(pair.picture.seconds - pairs.front().picture.seconds);
    }
    auto load = [folder, camera](RecordedPair const& pair) {
        auto picture = load_image(folder / pair.picture.file);
        if (pair.depth.empty()) {
            View view;
            view.image = std::move(picture.image);
            return view;
        }
        return load_rgbd(std::move(picture), folder / pair.depth, {recording_units_per_metre, camera});
    };
    return source_of<RecordedPair>(folder.string(), std::move(pairs), std::move(seconds), load, repeat);
}

} // namespace echollama
