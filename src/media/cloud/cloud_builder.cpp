#include "media/cloud/cloud_builder.h"

#include "media/view/units.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>

namespace echollama {
namespace {

constexpr std::size_t points_to_settle = 1024;
constexpr double far_off = 1000; // from here on a float begins to lose tenths of a millimetre of metres

// Points without a reading are often stored as zeros.
bool is_usable(std::array<double, 3> const& p) {
    return std::isfinite(p[0]) && std::isfinite(p[1]) && std::isfinite(p[2]) && (p[0] != 0 || p[1] != 0 || p[2] != 0);
}

double full_brightness(fields::Kind kind, double largest) {
    using fields::Kind;
    auto const least_of = [largest](std::initializer_list<double> scales, double otherwise) {
        for (double scale : scales) {
            if (largest <= scale) {
                return scale;
            }
        }
        return otherwise;
    };
    switch (kind) {
    case Kind::i8:
    case Kind::u8:
        return 255;
    case Kind::i16:
        return least_of({255, 1023, 4095}, 32767);
    case Kind::u16:
        return least_of({255, 1023, 4095}, 65535);
    case Kind::i32:
        return least_of({255, 1023, 4095, 65535}, 2147483647.0);
    case Kind::u32:
        return least_of({255, 1023, 4095, 65535}, 4294967295.0);
    case Kind::f32:
    case Kind::f64:
        break;
    }
    return largest <= 2 ? 1 : least_of({255.5, 65535.5}, largest); // bright light may be a little above 1
}

} // namespace

void PlaceCollector::add(double x, double y, double z) {
    std::array<double, 3> const p{x, y, z};
    if (!settled_) {
        first_.push_back(p);
        usable_ += is_usable(p) ? 1 : 0;
        if (usable_ >= points_to_settle) {
            settle();
        }
        return;
    }
    places_.push_back(
        {static_cast<float>(x - origin_[0]), static_cast<float>(y - origin_[1]), static_cast<float>(z - origin_[2])});
}

void PlaceCollector::settle() {
    settled_ = true;
    std::array<double, 3> middle{};
    for (std::size_t axis = 0; axis < 3 && usable_ > 0; ++axis) {
        std::vector<double> values;
        for (auto const& p : first_) {
            if (is_usable(p)) {
                values.push_back(p[axis]);
            }
        }
        auto const place = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), place, values.end());
        middle[axis] = *place;
    }
    if (std::any_of(middle.begin(), middle.end(), [](double m) { return std::abs(m) > far_off; })) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
            origin_[axis] = std::round(middle[axis]);
        }
    }
    auto const waiting = std::move(first_);
    first_.clear();
    for (auto const& p : waiting) {
        add(p[0], p[1], p[2]);
    }
}

void PlaceCollector::finish(PointCloud& cloud) {
    if (!settled_) {
        settle();
    }
    cloud.points = std::move(places_);
    cloud.origin = origin_;
}

void ColorCollector::add(double red, double green, double blue) {
    if (kind_ == fields::Kind::u8) {
        auto level = [](double value) {
            return static_cast<std::uint8_t>(std::isfinite(value) ? std::clamp(std::round(value), 0.0, 255.0) : 0);
        };
        bytes_.push_back({level(red), level(green), level(blue)});
        return;
    }
    std::array<float, 3> color{};
    std::size_t c = 0;
    for (double value : {red, green, blue}) {
        value = std::isfinite(value) ? value : 0;
        value = kind_ == fields::Kind::i8 && value < 0 ? value + 256 : value; // a byte that was named signed
        largest_ = std::max(largest_, value);
        color[c++] = static_cast<float>(value);
    }
    colors_.push_back(color);
}

float units_in_comments(std::span<char const> bytes) {
    constexpr std::size_t beginning = 1 << 14;
    std::string_view rest(bytes.data(), std::min(bytes.size(), beginning));
    for (int lines = 0; lines < 200 && !rest.empty(); ++lines) {
        auto const line = fields::next_line(rest);
        if (!line.starts_with('#') && !line.starts_with("comment") && !line.starts_with("obj_info")) {
            continue;
        }
        bool named = false; // the word "units" has been passed
        std::string word;
        for (char c : std::string(line) + ' ') {
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
                word += c;
                continue;
            }
            auto const unit = named ? units_per_metre_of(word) : std::nullopt;
            if (unit) {
                return *unit;
            }
            named = named || word == "unit" || word == "units" || word == "Unit" || word == "Units" || word == "UNIT" ||
                    word == "UNITS";
            word.clear();
        }
    }
    return 0;
}

std::vector<std::array<std::uint8_t, 3>> ColorCollector::finish() {
    if (kind_ == fields::Kind::u8) {
        return std::move(bytes_);
    }
    auto const scale = static_cast<float>(255 / full_brightness(kind_, largest_));
    std::vector<std::array<std::uint8_t, 3>> bytes;
    bytes.reserve(colors_.size());
    for (auto const& color : colors_) {
        std::array<std::uint8_t, 3> levels{};
        for (std::size_t c = 0; c < 3; ++c) {
            levels[c] = static_cast<std::uint8_t>(std::clamp(std::round(color[c] * scale), 0.0F, 255.0F));
        }
        bytes.push_back(levels);
    }
    return bytes;
}

} // namespace echollama
