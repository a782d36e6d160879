// The detector that a model file holds.
#pragma once

#include "nn/backend.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// `device` is for DETR. DETR ResNet-50 or MobileNetV3-CenterNet, told apart by the file. Throws Error when it is
// neither.
std::unique_ptr<Detector> make_detector(std::filesystem::path const& gguf, int threads,
                                        std::string const& device = nn::cpu_device);

} // namespace echollama
