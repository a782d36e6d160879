// The starter detector as a Detector.
#pragma once

#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// CenterNet's scores are low: 0.3 keeps what is right on most photos.
inline constexpr float centernet_default_threshold = 0.3F;

// Two boxes of this overlap (intersection over union) are one object.
inline constexpr float same_object_overlap = 0.5F;

// Loads the GGUF that `echollama models convert` makes. Throws Error.
std::unique_ptr<Detector> make_centernet_detector(std::filesystem::path const& gguf, int threads);

// Intersection over union, 0..1.
float overlap(Box const& a, Box const& b);

// Candidates, best first, become objects: of overlapping boxes of one class the best stays; of overlapping boxes of two
// classes of one kind (a cat and a dog) the best stays and remembers the other as its alternative when that scored at
// least 60 % as well. Only objects above `threshold` remain; weaker candidates still count as alternatives.
std::vector<Detection> merge_candidates(std::vector<Detection> const& candidates, float threshold);

} // namespace echollama
