#include "media/spatial/hrtf.h"

#include "base/error.h"
#include "base/installed_file.h"
#include "base/log.h"
#include "media/sound/resample.h"
#include "media/spatial/hrtf_parts.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <string>

namespace echollama {
namespace fs = std::filesystem;

namespace {

constexpr double pi = std::numbers::pi;
constexpr double sphere_radius_m = 0.0875;
constexpr double speed_of_sound = 343; // m/s, 20 °C

// Sound arriving at this angle from the ear's own direction, on a rigid sphere. The delay is counted from a source
// straight at the ear.
EarResponse sphere_response(double incidence_deg) {
    constexpr double rate = hrtf::working_rate;
    double const incidence = incidence_deg * pi / 180;
    double const around = sphere_radius_m / speed_of_sound * rate; // samples
    double const arrival = incidence < pi / 2 ? 1 - std::cos(incidence) : 1 + incidence - pi / 2;
    // H(s) = (1 + alpha s / 2w0) / (1 + s / 2w0) with w0 = c / a, through the bilinear transform.
    constexpr double alpha_min = 0.1, angle_min_deg = 150;
    double const alpha = (1 + alpha_min / 2) + (1 - alpha_min / 2) * std::cos(incidence_deg / angle_min_deg * pi);
    double const k = rate / (speed_of_sound / sphere_radius_m);
    double const b0 = (1 + alpha * k) / (1 + k), b1 = (1 - alpha * k) / (1 + k), a1 = (1 - k) / (1 + k);
    std::vector<float> shelf(hrtf::shape_length);
    double x1 = 0, y1 = 0;
    for (std::size_t i = 0; i < shelf.size(); ++i) {
        double const x = i == 0 ? 1 : 0;
        double const y = b0 * x + b1 * x1 - a1 * y1;
        x1 = x;
        y1 = y;
        shelf[i] = static_cast<float>(y);
    }
    return {around * arrival, hrtf::shifted(shelf, hrtf::lead, hrtf::shape_length)};
}

fs::path installed_set() {
    if (char const* named = std::getenv("ECHOLLAMA_HRTF"); named && *named) {
        return named;
    }
    return installed_file("share/echollama/head.sofa", ECHOLLAMA_HRTF_FILE);
}

std::vector<float> mixed(std::vector<float> const& a, std::vector<float> const& b, double share_of_b) {
    std::vector<float> sum(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum[i] = static_cast<float>((1 - share_of_b) * a[i] + share_of_b * b[i]);
    }
    return sum;
}

std::vector<float> ear_filter(EarResponse const& a, EarResponse const& b, double share_of_b, int rate) {
    constexpr int from = hrtf::working_rate;
    double const delay = (1 - share_of_b) * a.delay + share_of_b * b.delay;
    auto const longest = static_cast<std::size_t>(hrtf::longest_delay_s * from);
    auto const response =
        hrtf::shifted(mixed(a.shape, b.shape, share_of_b), delay, a.shape.size() + longest + hrtf::lead);
    auto filter = resample({from, response}, rate).samples;
    for (auto& tap : filter) { // the sum over time, not the height, is what stays
        tap *= static_cast<float>(from) / static_cast<float>(rate);
    }
    return filter;
}

} // namespace

double wrapped_bearing(double bearing_deg) {
    double const turned = std::remainder(bearing_deg, 360); // [-180, 180]
    return turned == -180 ? 180 : turned;
}

Head spherical_head() {
    Head head;
    for (int bearing = -175; bearing <= 180; bearing += 5) {
        double const from_left = std::abs(wrapped_bearing(bearing + 90));
        double const from_right = std::abs(wrapped_bearing(bearing - 90));
        head.directions.push_back(
            {static_cast<double>(bearing), sphere_response(from_left), sphere_response(from_right)});
    }
    hrtf::make_front_neutral(head);
    return head;
}

Head default_head() {
    auto const file = installed_set();
    std::error_code failed;
    if (fs::exists(file, failed)) {
        return load_head(file);
    }
    log::warning("The measured head responses " + file.string() +
                 " are not there (package libmysofa1); a simple model of a head places the sound instead.");
    return spherical_head();
}

EarFilters ear_filters(Head const& head, double bearing_deg, int rate) {
    double const bearing = wrapped_bearing(bearing_deg);
    auto const& all = head.directions;
    auto const after = std::find_if(all.begin(), all.end(), [&](auto const& d) { return d.bearing_deg >= bearing; });
    auto const& to = after == all.end() ? all.front() : *after;
    auto const& from = after == all.begin() ? all.back() : *(after - 1);
    double const gap = std::fmod(to.bearing_deg - from.bearing_deg + 360, 360);
    double const share = gap > 0 ? std::fmod(bearing - from.bearing_deg + 360, 360) / gap : 0;
    return {rate, ear_filter(from.left, to.left, share, rate), ear_filter(from.right, to.right, share, rate)};
}

} // namespace echollama
