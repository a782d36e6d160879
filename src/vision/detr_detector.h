// The paper's detector as a Detector.
#pragma once

#include "nn/backend.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// The paper's and the model card's threshold.
inline constexpr float detr_default_threshold = 0.9F;

// Loads the GGUF that `echollama models convert` makes of DETR ResNet-50. Throws Error.
std::unique_ptr<Detector> make_detr_detector(std::filesystem::path const& gguf, int threads,
                                             std::string const& device = nn::cpu_device);

} // namespace echollama
