// Networks that may fail on a device when they first see a picture, since only its size says how much memory they need.
#pragma once

#include "roles/roles.h"

#include <functional>
#include <memory>

namespace echollama {

// The model; once it has failed, what `spare` makes in its place, for that picture and all that follow. `failed` is
// called before with what the first one said. A stop is no failure; what the spare throws is thrown. Not thread-safe.
std::unique_ptr<Detector> with_spare(std::unique_ptr<Detector> model, std::function<std::unique_ptr<Detector>()> spare,
                                     std::function<void(char const* why)> failed);
std::unique_ptr<DepthEstimator> with_spare(std::unique_ptr<DepthEstimator> model,
                                           std::function<std::unique_ptr<DepthEstimator>()> spare,
                                           std::function<void(char const* why)> failed);

} // namespace echollama
