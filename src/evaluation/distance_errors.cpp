#include "evaluation/distance_errors.h"

#include "evaluation/evaluate.h"
#include "scene/distance.h"

#include <algorithm>

namespace echollama {

DistanceErrors distance_errors(std::vector<JudgedDistance> const& judged) {
    DistanceErrors errors;
    std::vector<float> factors;
    for (auto const& [label, metres, guess] : judged) {
        ++errors.things;
        if (guess.source == DistanceSource::none) {
            continue;
        }
        ++errors.guessed;
        factors.push_back(std::max(guess.metres / metres, metres / guess.metres));
        errors.intervals.count(guess.low <= metres && metres <= guess.high);
        if (is_tellable(guess)) {
            errors.within_two.count(factors.back() <= 2);
        }
    }
    errors.median_percent = factors.empty() ? 0 : 100 * (median_of(factors) - 1);
    return errors;
}

} // namespace echollama
