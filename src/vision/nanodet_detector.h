// NanoDet as a Detector.
#pragma once

#include "nn/backend.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

inline constexpr float nanodet_default_threshold = 0.35F;

// Loads the GGUF that `echollama models convert nanodet` makes. Throws Error.
std::unique_ptr<Detector> make_nanodet_detector(std::filesystem::path const& gguf, int threads,
                                                std::string const& device = nn::cpu_device);

} // namespace echollama
