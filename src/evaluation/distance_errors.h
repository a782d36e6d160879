// How far guessed distances are from measured ones.
#pragma once

#include "evaluation/metrics.h"
#include "scene/types.h"

#include <string>
#include <vector>

namespace echollama {

struct JudgedDistance {
    std::string label;
    float metres = 0; // measured
    Distance guess;   // may be none
};

struct DistanceErrors {
    std::size_t things = 0, guessed = 0;
    float median_percent = 0; // of the guesses: by so much the larger of guess and truth exceeds the other
    Tally intervals;          // of the guesses: truth inside [low, high]
    Tally within_two;         // of those said as numbers: off by no more than a factor of two
};

DistanceErrors distance_errors(std::vector<JudgedDistance> const& judged);

} // namespace echollama
