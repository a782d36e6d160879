#include "media/video/time_order.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace echollama {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The digits that begin a text, without leading zeros.
std::string_view number_at(std::string_view text) {
    auto const end = std::find_if_not(text.begin(), text.end(), is_digit);
    auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    while (digits.size() > 1 && digits.front() == '0') {
        digits.remove_prefix(1);
    }
    return digits;
}

std::size_t digits_at(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

std::optional<double> time_of(std::filesystem::path const& file) {
    auto const stem = file.stem().string();
    double seconds = 0;
    auto const [end, fault] =
        std::from_chars(stem.data(), stem.data() + stem.size(), seconds, std::chars_format::fixed);
    bool const whole = fault == std::errc() && end == stem.data() + stem.size() && std::isfinite(seconds);
    return whole && stem.find('.') != std::string::npos ? std::optional(seconds) : std::nullopt;
}

} // namespace

bool is_picture_name(std::string_view name) {
    constexpr std::array<std::string_view, 13> endings = {".jpg",  ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp",
                                                          ".heic", ".avif", ".ppm", ".pgm",  ".gif", ".tga"};
    auto const lower = lower_case(name);
    return !lower.starts_with(".") &&
           std::any_of(endings.begin(), endings.end(), [&](auto ending) { return lower.ends_with(ending); });
}

bool comes_before(std::string_view a, std::string_view b) {
    auto const whole_a = a, whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            auto const x = number_at(a), y = number_at(b);
            if (x != y) {
                return x.size() != y.size() ? x.size() < y.size() : x < y;
            }
            a.remove_prefix(digits_at(a));
            b.remove_prefix(digits_at(b));
        } else if (a.front() != b.front()) {
            return a.front() < b.front();
        } else {
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    return a.empty() != b.empty() ? a.empty() : whole_a < whole_b; // equal numbers with other zeros: any fixed order
}

std::vector<double> order_in_time(std::vector<std::filesystem::path>& files, float pictures_per_second) {
    std::sort(files.begin(), files.end(),
              [](auto const& a, auto const& b) { return comes_before(a.string(), b.string()); });
    bool const timed = std::all_of(files.begin(), files.end(), [](auto const& file) { return time_of(file); });
    std::vector<double> seconds;
    if (timed) {
        std::stable_sort(files.begin(), files.end(),
                         [](auto const& a, auto const& b) { return *time_of(a) < *time_of(b); });
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        seconds.push_back(timed ? *time_of(files[i]) - *time_of(files.front())
                                : static_cast<double>(i) / static_cast<double>(pictures_per_second));
    }
    return seconds;
}

} // namespace echollama
