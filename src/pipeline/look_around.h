// Finding objects in any view: a flat picture is looked at at once, a panorama through flat views.
#pragma once

#include "media/view/view.h"
#include "roles/roles.h"

#include <stop_token>
#include <vector>

namespace echollama {

// What the detector finds, boxes in pixels of view.image. In a panorama (media/view/panorama.h) a thing that several
// looks show counts once: where one look cuts it and another shows it whole, the whole one; where all cut it, the parts
// together.
std::vector<Detection> detect_in(View const& view, Detector& detector, float threshold, std::stop_token stop);

} // namespace echollama
