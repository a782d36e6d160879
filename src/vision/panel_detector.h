// The starters' networks as one Detector.
#pragma once

#include "nn/backend.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

struct PanelFiles {
    std::filesystem::path centernet, nanodet;
    std::filesystem::path classifier; // EfficientNet-Lite2; empty: none
};

// The scores are probabilities (vision/panel.h). Throws Error.
std::unique_ptr<Detector> make_panel_detector(PanelFiles const& files, int threads,
                                              std::string const& device = nn::cpu_device);

} // namespace echollama
