#include "vision/classifier.h"

#include "scene/imagenet.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

// A fine class is named beside its kind from this share of the kind's probability on.
constexpr float fine_share = 0.5F;

float sum_of(std::span<float const> probabilities, std::vector<std::size_t> const& classes) {
    float sum = 0;
    for (auto i : classes) {
        sum += probabilities[i];
    }
    return sum;
}

ImagenetKind const* kind_of_label(std::string const& label) {
    auto const& kinds = imagenet_kinds();
    auto found = std::find_if(kinds.begin(), kinds.end(), [&](auto const& kind) { return kind.coco == label; });
    return found == kinds.end() ? nullptr : &*found;
}

// The class that has most of the kind's probability; empty where none has, or it says no more than the kind.
std::string likeliest_class(std::span<float const> probabilities, ImagenetKind const& kind) {
    auto const top = *std::max_element(kind.classes.begin(), kind.classes.end(),
                                       [&](auto a, auto b) { return probabilities[a] < probabilities[b]; });
    auto words = imagenet_words(top);
    bool const told = probabilities[top] >= fine_share * sum_of(probabilities, kind.classes);
    return told && words != kind.words ? words : "";
}

bool is_within(ImagenetKind const& kind, ImagenetKind const& family) {
    return std::includes(family.classes.begin(), family.classes.end(), kind.classes.begin(), kind.classes.end());
}

// Words with what they would be said with.
struct Named {
    std::string words, fine;
    float probability = 0;
};

// The likeliest kind, or class of no kind, of those classes (of all: nullptr).
Named likeliest_kind(std::span<float const> probabilities, ImagenetKind const* family) {
    Named best;
    for (auto const& kind : imagenet_kinds()) {
        float const sum = sum_of(probabilities, kind.classes);
        if (sum > best.probability && (!family || is_within(kind, *family))) {
            best = {std::string(kind.words), likeliest_class(probabilities, kind), sum};
        }
    }
    return best;
}

Named likeliest_single(std::span<float const> probabilities, ImagenetKind const* family) {
    Named best;
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        bool const inside = !family || std::binary_search(family->classes.begin(), family->classes.end(), i);
        if (probabilities[i] > best.probability && inside && !imagenet_kind(i)) {
            best = {imagenet_words(i), "", probabilities[i]};
        }
    }
    return best;
}

// The likeliest family, or the one within it that is likely enough too.
ImagenetKind const* likeliest_family(std::span<float const> probabilities, float least) {
    ImagenetKind const* best = nullptr;
    float most = least;
    for (auto const& family : imagenet_families()) {
        if (float const sum = sum_of(probabilities, family.classes); sum >= most) {
            most = sum;
            best = &family;
        }
    }
    for (auto const& family : imagenet_families()) {
        if (best && is_within(family, *best) && sum_of(probabilities, family.classes) >= least) {
            best = &family;
        }
    }
    return best;
}

} // namespace

std::vector<float> class_probabilities(std::span<float const> logits) {
    float const largest = logits.empty() ? 0 : *std::max_element(logits.begin(), logits.end());
    std::vector<float> all;
    float sum = 0;
    for (float logit : logits) {
        all.push_back(std::exp(logit - largest));
        sum += all.back();
    }
    for (float& p : all) {
        p /= sum;
    }
    return all;
}

bool has_imagenet_class(std::string const& label) {
    return label == "person" || kind_of_label(label) != nullptr;
}

std::optional<float> coco_share(std::span<float const> probabilities, std::string const& label) {
    if (label == "person") {
        return sum_of(probabilities, imagenet_worn());
    }
    auto const* kind = kind_of_label(label);
    return kind ? std::optional(sum_of(probabilities, kind->classes)) : std::nullopt;
}

std::optional<Gist> gist_of(std::span<float const> probabilities, GistLimits const& limits) {
    auto const kind = likeliest_kind(probabilities, nullptr), single = likeliest_single(probabilities, nullptr);
    if (kind.probability >= limits.kind && kind.probability >= single.probability) {
        return Gist{kind.words, kind.fine, kind.probability};
    }
    if (single.probability >= limits.single) {
        return Gist{single.words, "", single.probability};
    }
    auto const* family = likeliest_family(probabilities, limits.family);
    if (!family) {
        return std::nullopt;
    }
    auto const narrow = likeliest_kind(probabilities, family), alone = likeliest_single(probabilities, family);
    auto const& likelier = narrow.probability >= alone.probability ? narrow : alone;
    return Gist{std::string(family->words), likelier.probability >= limits.perhaps ? likelier.words : "",
                sum_of(probabilities, family->classes)};
}

} // namespace echollama
