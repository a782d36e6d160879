// The starter detector as a Detector.
#pragma once

#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// CenterNet's scores are low: 0.3 keeps what is right on most photos.
inline constexpr float centernet_default_threshold = 0.3F;

// Loads the GGUF that `echollama models convert` makes. Throws Error.
std::unique_ptr<Detector> make_centernet_detector(std::filesystem::path const& gguf, int threads);

} // namespace echollama
