#include "pipeline/scale.h"

#include "scene/distance.h"
#include "scene/photo_distance.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr double open_below = 1.3;    // of the difference of two logarithms: the first is 3.7 times as likely
constexpr double most_of_one = 3.5;   // a thing may be named wrongly
constexpr double most_of_all = 7;     // all of them share one doubtful focal length
constexpr double least_spread = 0.2;  // of the logarithm of a distance
constexpr double nine_of_ten = 1.645; // standard deviations

// How little a unit that makes distances `factor` times as long fits these things; 0: perfectly.
double misfit(View const& view, std::vector<Detection> const& detections, double factor) {
    double sum = 0;
    for (auto const& detection : detections) {
        int const width = view.image.width, height = view.image.height;
        auto const by_size = distance_from_size(detection, view.camera, width, height);
        auto const read = distance_from_depth(detection.box, *view.depth, width, height);
        if (by_size.source == DistanceSource::none || read.source == DistanceSource::none) {
            continue;
        }
        double const spread =
            std::max(least_spread, std::log(static_cast<double>(by_size.high / by_size.low)) / 2 / nine_of_ten);
        double const z = std::log(factor * static_cast<double>(read.metres / by_size.metres)) / spread;
        sum += std::min(z * z / 2, most_of_one);
    }
    return std::min(sum, most_of_all);
}

} // namespace

SettledDepth settle_depth(View const& view, std::vector<Detection> const& detections) {
    auto guesses = view.scale->guesses;
    auto const first = guesses.front();
    if (guesses.size() > 1) {
        for (auto& guess : guesses) {
            guess.weight -= misfit(view, detections, static_cast<double>(first.per_metre / guess.per_metre));
        }
        std::stable_sort(guesses.begin(), guesses.end(),
                         [](auto const& a, auto const& b) { return a.weight > b.weight; });
    }
    auto const& best = guesses.front();
    SettledDepth settled{*view.depth,
                         {best.name, best.per_metre, view.scale->assumed, {}, view.scale->of, view.scale->option}};
    if (guesses.size() > 1 && best.weight - guesses[1].weight < open_below) {
        settled.unit.rival = guesses[1].name;
        settled.depth.kind = DepthKind::relative_inverse;
    }
    float const factor = first.per_metre / best.per_metre;
    for (float& value : settled.depth.values) {
        bool const reading = std::isfinite(value) && value > 0;
        value = settled.unit.rival.empty() ? value * factor : reading ? 1 / (value * factor) : std::nanf("");
    }
    settled.depth.stereo_scale *= factor;
    return settled;
}

} // namespace echollama
