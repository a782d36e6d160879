// Scenes and their words measured on many toy rooms (toyworld.h), where everything is known.
#pragma once

#include "evaluation/metrics.h"
#include "evaluation/toyworld.h"
#include "wording/wording.h"

#include <array>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

struct EvaluateOptions {
    std::size_t rooms = 100;
    std::uint64_t seed = 1;
    int width = 320, height = 240; // of the plain picture
    WordingOptions wording = {};
    // What is found in a picture. Empty: the true boxes. Its names are COCO's.
    std::function<std::vector<Detection>(ToyPicture const&)> detect;
    // A text about a scene, sentence by sentence, and the answer to a question about it. Empty: the scene's own words.
    std::function<std::vector<std::string>(Scene const&)> describe;
    std::function<std::string(Scene const&, std::string const& question)> answer;
    // What `describe` and `answer` may cost: only so many of the rooms are put into words.
    std::size_t told_rooms = 100;
    std::function<void(std::size_t done, std::size_t all)> progress; // may be empty
};

// How far the distances of one source can be trusted.
struct DistanceScore {
    Tally distances; // within 25 % of the true depth; none is wrong
    Tally intervals; // true depth inside the interval
};

struct VariantScore {
    ToyVariant variant = ToyVariant::plain;
    GeometryScore by_depth;          // with the true depth in metres, as a sensor gives it
    DistanceScore by_relative_depth; // with a perfect relative map, calibrated by sizes
    DistanceScore by_size;           // with the boxes and the focal length alone
    Tally empty;                     // of pictures without a scene: those in which nothing is found
};

struct TextScore {
    ChairScore chair;
    Tally claims;                  // not contradicted, of all that are found in the texts
    Tally headlines;               // of at most 12 words
    std::array<PopeScore, 3> pope; // random, popular, adversarial
};

struct EvaluateResult {
    std::size_t rooms = 0;
    std::vector<VariantScore> variants; // all of ToyVariant, in its order
    Tally mirrored;                     // relations of mirrored pairs that agree
    TextScore text;
};

// Stopped early, the result covers the rooms that were done.
EvaluateResult evaluate_scenes(EvaluateOptions const& options, std::stop_token stop = {});

char const* variant_name(ToyVariant variant);

float median_of(std::vector<float> values); // 0 for none

} // namespace echollama
