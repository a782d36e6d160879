// Stereo pairs and stereo photos to a View; used by input.cpp only.
#pragma once

#include "media/image_io.h"
#include "pipeline/input.h"

#include <cstdint>
#include <optional>
#include <span>

namespace echollama {

// options.picture is the left, options.right the right picture.
View load_stereo_pair(InputOptions const& options, std::span<std::uint8_t const> left);

// A picture whose file holds two of one view; empty when it holds one.
std::optional<View> load_stereo_photo(InputOptions const& options, std::span<std::uint8_t const> bytes);

} // namespace echollama
