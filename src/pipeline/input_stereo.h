// Stereo pairs and stereo photos to a View; used by input.cpp only.
#pragma once

#include "media/picture/image_io.h"
#include "pipeline/input.h"

#include <cstdint>
#include <optional>
#include <span>

namespace echollama {

// options.picture is the left, options.right the right picture.
View load_stereo_pair(InputOptions const& options, std::span<std::uint8_t const> left);

// A Multi-Picture file with a stereo pair; empty for other files.
std::optional<View> load_stereo_mpo(InputOptions const& options, std::span<std::uint8_t const> bytes);

// Two pictures side by side in one; empty when it is one picture.
std::optional<View> load_stereo_halves(InputOptions const& options, LoadedImage const& loaded);

} // namespace echollama
