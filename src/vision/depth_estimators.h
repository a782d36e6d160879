// The paper's depth networks as a DepthEstimator.
#pragma once

#include "networks/midas.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// Loads the GGUF that `echollama models convert` makes of DPT-Hybrid or MiDaS v2.1 small. `recipe` is for DPT-Hybrid.
// Throws Error.
std::unique_ptr<DepthEstimator> make_depth_estimator(std::filesystem::path const& gguf, int threads,
                                                     DptRecipe recipe = DptRecipe::hugging_face,
                                                     std::string const& device = nn::cpu_device);

} // namespace echollama
