#include "base/error.h"
#include "media/sound/resample.h"
#include "media/spatial/hrtf.h"
#include "media/spatial/hrtf_parts.h"

#include <mysofa.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t max_file_bytes = 64U << 20;
constexpr unsigned max_directions = 20000, max_samples = 16384;
constexpr double level_deg = 2;          // up or down; such directions count as level
constexpr double widest_gap_deg = 45;    // between neighbours
constexpr std::size_t colour_order = 32; // of the filter that takes the set's average colour out

using Sofa = std::unique_ptr<MYSOFA_HRTF, void (*)(MYSOFA_HRTF*)>;

Error refused(fs::path const& file, std::string const& why) {
    return Error("The head responses in " + file.string() + " cannot be used: " + why +
                 "; take a SOFA file of the convention SimpleFreeFieldHRIR.");
}

Sofa open_sofa(fs::path const& file) {
    std::error_code failed;
    auto const bytes = fs::file_size(file, failed);
    if (failed) {
        throw Error("There is no file " + file.string() + " with head responses; check the path.");
    }
    if (bytes > max_file_bytes) {
        throw refused(file, "it is larger than 64 MiB");
    }
    int code = MYSOFA_OK;
    Sofa sofa(mysofa_load(file.c_str(), &code), mysofa_free);
    if (!sofa || code != MYSOFA_OK) {
        throw refused(file, "it is damaged or of another format");
    }
    return sofa;
}

// Every count that is used below is held against the arrays that are there.
void check(MYSOFA_HRTF const& set, fs::path const& file) {
    auto const numbers = std::size_t{set.M} * 2 * set.N;
    bool const sizes = set.R == 2 && set.M >= 1 && set.M <= max_directions && set.N >= 8 && set.N <= max_samples &&
                       set.C == 3 && set.DataIR.values && set.DataIR.elements >= numbers && set.SourcePosition.values &&
                       set.SourcePosition.elements >= std::size_t{set.M} * 3;
    if (!sizes) {
        throw refused(file, "it holds no impulse responses for two ears");
    }
    float const rate = set.DataSamplingRate.elements > 0 ? set.DataSamplingRate.values[0] : 0;
    if (!(rate >= 8000 && rate <= 192000)) {
        throw refused(file, "its sample rate is not between 8000 and 192000");
    }
    auto const finite = [](float const* values, std::size_t count) {
        return std::all_of(values, values + count, [](float value) { return std::isfinite(value); });
    };
    if (!finite(set.DataIR.values, numbers) || !finite(set.SourcePosition.values, std::size_t{set.M} * 3)) {
        throw refused(file, "it holds values that are not numbers");
    }
}

double stated_delay(MYSOFA_HRTF const& set, std::size_t direction, std::size_t ear) {
    if (!set.DataDelay.values) {
        return 0;
    }
    auto const count = set.DataDelay.elements;
    double const delay = count >= std::size_t{set.M} * 2 ? set.DataDelay.values[direction * 2 + ear]
                         : count == 2                    ? set.DataDelay.values[ear]
                                                         : 0;
    return std::isfinite(delay) ? std::clamp(delay, 0.0, 1000.0) : 0;
}

// What comes before the arrival is cut off, so that every shape begins alike.
EarResponse take_apart(MYSOFA_HRTF const& set, std::size_t direction, std::size_t ear) {
    auto const rate = static_cast<int>(std::lround(set.DataSamplingRate.values[0]));
    auto const* begin = set.DataIR.values + (direction * 2 + ear) * set.N;
    auto const response = resample({rate, {begin, begin + set.N}}, hrtf::working_rate).samples;
    double const at = hrtf::arrival(response);
    auto shape = hrtf::shifted(response, static_cast<double>(hrtf::lead) - at, hrtf::shape_length);
    constexpr std::size_t fade = hrtf::shape_length / 4;
    for (std::size_t i = 0; i < fade; ++i) { // what the room adds later is left out without a step
        shape[hrtf::shape_length - 1 - i] *= static_cast<float>(i) / fade;
    }
    return {at + stated_delay(set, direction, ear) * hrtf::working_rate / rate, std::move(shape)};
}

// Directions all around, and delays as a head has them.
void check_head(Head const& head, fs::path const& file) {
    bool complete = head.directions.size() >= 8;
    for (std::size_t i = 0; complete && i < head.directions.size(); ++i) {
        auto const& next = head.directions[(i + 1) % head.directions.size()];
        double const gap = std::fmod(next.bearing_deg - head.directions[i].bearing_deg + 360, 360);
        complete = gap <= widest_gap_deg;
    }
    if (!complete) {
        throw refused(file, "it does not hold directions all around the head at the height of the ears");
    }
    for (auto const& direction : head.directions) {
        if (std::max(direction.left.delay, direction.right.delay) > hrtf::longest_delay_s * hrtf::working_rate) {
            throw refused(file, "sound takes longer from one ear to the other than around any head");
        }
    }
}

void take_colour_out(Head& head) {
    std::vector<std::vector<float>> all;
    for (auto const& direction : head.directions) {
        all.push_back(direction.left.shape);
        all.push_back(direction.right.shape);
    }
    auto const filter = hrtf::whitening_filter(all, colour_order);
    for (auto& direction : head.directions) {
        for (auto* ear : {&direction.left, &direction.right}) {
            ear->shape = hrtf::convolved(ear->shape, filter);
        }
    }
}

} // namespace

Head load_head(fs::path const& file) {
    auto const sofa = open_sofa(file);
    mysofa_tospherical(sofa.get());
    check(*sofa, file);
    Head head;
    for (std::size_t m = 0; m < sofa->M; ++m) {
        float const* azimuth_elevation = sofa->SourcePosition.values + m * 3; // degrees; azimuth grows to the left
        if (std::abs(azimuth_elevation[1]) <= level_deg) {
            head.directions.push_back(
                {wrapped_bearing(-azimuth_elevation[0]), take_apart(*sofa, m, 0), take_apart(*sofa, m, 1)});
        }
    }
    auto const by_bearing = [](auto const& a, auto const& b) { return a.bearing_deg < b.bearing_deg; };
    std::stable_sort(head.directions.begin(), head.directions.end(), by_bearing);
    auto const same = [](auto const& a, auto const& b) { return b.bearing_deg - a.bearing_deg < 0.1; };
    head.directions.erase(std::unique(head.directions.begin(), head.directions.end(), same), head.directions.end());
    take_colour_out(head);
    hrtf::make_front_neutral(head);
    check_head(head, file);
    return head;
}

} // namespace echollama
