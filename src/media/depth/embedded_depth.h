// Depth that phones store inside a photo.
#pragma once

#include "scene/types.h" // DepthMap; header only

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace echollama {

// From a JPEG's XMP: GDepth (https://developers.google.com/depthmap-metadata; the map is in the extended XMP) or
// Google's Dynamic Depth 1.0 (a picture appended to the photo); from HEIC: the auxiliary depth image. In metres where
// the file says that its range is in metres, else relative inverse depth. It belongs to the picture as it is stored and
// may be smaller. Empty when there is none, or when what is there cannot be read: the photo itself is still good.
std::optional<DepthMap> find_embedded_depth(std::span<std::uint8_t const> bytes, std::string const& name);

} // namespace echollama
