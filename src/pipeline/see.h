// From a picture to a scene.
#pragma once

#include "base/timing.h"
#include "media/image_io.h"
#include "media/view.h"
#include "pipeline/loading.h"
#include "stages/roles.h"

#include <stop_token>
#include <vector>

namespace echollama {

// A plain picture; the camera is told by its EXIF data, else the stated default.
View view_of(LoadedImage picture);

struct SeeingModels {
    Loading<Detector> detector;
};

struct Sight {
    std::vector<Detection> detections;
    Scene scene;
    float sure_score = 0; // of the detector: WordingOptions::sure_score
};

// Finds the objects and where they are. A negative threshold is the detector's own. Throws what loading or running the
// detector throws.
Sight see(View const& view, SeeingModels const& models, float threshold, Timings& timings, std::stop_token stop);

} // namespace echollama
