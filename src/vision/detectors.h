// The detector that a model file holds.
#pragma once

#include "nn/backend.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// DETR ResNet-50, NanoDet or MobileNetV3-CenterNet, told apart by the file. Throws Error when it is none of them.
std::unique_ptr<Detector> make_detector(std::filesystem::path const& gguf, int threads,
                                        std::string const& device = nn::cpu_device);

// The starters of a models folder: CenterNet with NanoDet and the classifier beside it as a panel, as far as they are
// installed. Throws Error.
std::unique_ptr<Detector> make_starter_detector(std::filesystem::path const& models_dir, int threads,
                                                std::string const& device = nn::cpu_device);

} // namespace echollama
