// The paper's depth networks as a DepthEstimator.
#pragma once

#include "networks/midas.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>

namespace echollama {

// DPT-Hybrid or MiDaS v2.1 small; `recipe` is for DPT-Hybrid. Throws Error when the file is neither.
std::unique_ptr<DepthEstimator> make_midas_depth(std::filesystem::path const& gguf, int threads, DptRecipe recipe,
                                                 std::string const& device);

} // namespace echollama
