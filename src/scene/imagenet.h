// Words for the 1,000 classes of ImageNet (ILSVRC 2012, in the order of their synsets): the fine name, what most people
// would call it, and the COCO class that it belongs to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

inline constexpr std::size_t imagenet_class_count = 1000;

// The fine name without article: "baboon", "espresso machine".
std::string_view imagenet_name(std::size_t index);

// The fine name with its article, where it takes one: "a baboon", "mountains".
std::string imagenet_words(std::size_t index);

// Several fine classes that people know by one word.
struct ImagenetKind {
    std::string_view words;           // with article: "a monkey"
    std::string_view coco;            // the COCO class that all of them belong to, or empty
    std::vector<std::size_t> classes; // ascending
};

// All kinds; a class of ImageNet belongs to one at most.
std::vector<ImagenetKind> const& imagenet_kinds();

// Wider words for what is too alike to tell apart: "an animal", "food", "a place outdoors". Families may share classes,
// and one may lie within another.
std::vector<ImagenetKind> const& imagenet_families();

// Classes that speak for a person, of whom ImageNet has no class: what people wear, and people at their work.
std::vector<std::size_t> const& imagenet_worn();

// The kind of a class, or null.
ImagenetKind const* imagenet_kind(std::size_t index);

} // namespace echollama
