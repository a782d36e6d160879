// What a client sends to be looked at: a picture, point cloud or mesh, and what is known of its depth and camera.
#pragma once

#include "media/view/view.h"
#include "pipeline/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echollama::server {

struct Sight {
    std::vector<std::uint8_t> picture; // still encoded
    std::string address = {};          // http(s)://, where the picture is still to be fetched from; empty: it is here
    std::vector<std::uint8_t> depth = {}; // a depth picture; empty: none
    std::vector<std::uint8_t> right = {}; // the right picture of a rectified pair; empty: none
    std::string camera = {};              // JSON with fx, fy, cx, cy (media/depth/camera_file.h); empty: none
    std::string depth_units = {}, cloud_units = {};
    std::optional<float> focal_px = {}, baseline_m = {};

    bool operator==(Sight const&) const = default;
    std::size_t bytes() const { return picture.size() + depth.size() + right.size(); }
};

// A picture as base64, as a data address, or behind an http(s) address, which is kept for Engine::fetched. Throws
// ApiError 400 with the field's name.
Sight sight_of(std::string const& text, std::string const& param);

// {"image", "depth", "depth_units", "right", "camera", "focal_px", "baseline_m", "cloud_units"}: pictures as base64 or
// data addresses, "image" also as an http(s) address. Throws ApiError 400 with the field's name.
Sight read_sight(Json const& body, char const* picture_key = "image");

// Throws ApiError 400 for what cannot be looked at. Nothing is written to disk.
View view_of(Sight const& sight);

} // namespace echollama::server
