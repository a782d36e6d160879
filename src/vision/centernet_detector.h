// The starter detector as a Detector.
#pragma once

#include "nn/backend.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// CenterNet's scores are low: 0.3 keeps what is right on most photos.
inline constexpr float centernet_default_threshold = 0.3F;

// Loads the GGUF that `echollama models convert` makes. Throws Error.
std::unique_ptr<Detector> make_centernet_detector(std::filesystem::path const& gguf, int threads,
                                                  std::string const& device = nn::cpu_device);

} // namespace echollama
