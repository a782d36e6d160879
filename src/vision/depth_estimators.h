// The depth networks that there are, and the one that a model file holds.
#pragma once

#include "networks/midas.h"
#include "roles/roles.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

// What they are called, for help texts: "A, B or C".
std::string depth_model_titles();

// Where the best of them is looked for first in the models folder, and the best that is there; empty: none.
std::filesystem::path preferred_depth_model(std::filesystem::path const& models_dir);
std::filesystem::path installed_depth_model(std::filesystem::path const& models_dir);

// Loads the GGUF that `echollama models convert` makes of such a network. `recipe` is for DPT-Hybrid. Throws Error.
std::unique_ptr<DepthEstimator> make_depth_estimator(std::filesystem::path const& gguf, int threads,
                                                     DptRecipe recipe = DptRecipe::hugging_face,
                                                     std::string const& device = nn::cpu_device);

} // namespace echollama
