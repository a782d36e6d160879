// What a picture, or a box of it, seems to show, by a classifier of ImageNet.
#pragma once

#include "networks/efficientnet_lite_classifier.h"
#include "scene/types.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echollama {

// Softmax of the logits.
std::vector<float> class_probabilities(std::span<float const> logits);

// Whether classes of ImageNet speak for this COCO label: classes of its own or, for a person, what people wear.
bool has_imagenet_class(std::string const& label);

// The probability that those classes have together; none where there are none.
std::optional<float> coco_share(std::span<float const> probabilities, std::string const& label);

// From which probabilities on words are used. The network is unsure more often than wrong: on the photos of
// tests/data/fit_photos.tsv nine of ten kinds from 0.45 on were right, and of families from 0.35 on.
struct GistLimits {
    float kind = 0.45F;    // a kind of classes, such as "a monkey"
    float single = 0.65F;  // a class of no kind, such as "a pedestal"
    float family = 0.35F;  // a family, such as "a place outdoors"
    float perhaps = 0.25F; // what is named besides as the likeliest part of a family
};

// What the whole picture may show, in the narrowest words that are likely enough: a kind or a class of no kind, with
// the fine class beside it where that is the likelier part of the kind; else a family with the likeliest kind or class
// in it. None: nothing is.
std::optional<Gist> gist_of(std::span<float const> probabilities, GistLimits const& limits = {});

} // namespace echollama
