// From a picture to a scene.
#pragma once

#include "base/timing.h"
#include "media/view/view.h"
#include "pipeline/loading.h"
#include "pipeline/tell.h"
#include "roles/roles.h"
#include "scene/build.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace echollama {

struct SeeingModels {
    Loading<Detector> detector;
    Loading<DepthEstimator> depth;     // not valid(): none; unused where the view brings its own depth
    Loading<Captioner> captioner = {}; // not valid(): none
    Loading<Reader> reader = {};       // not valid(): none
    bool reads_when_wanted = false;    // the reader begins when its lines are asked for, in the thread that asks
    // Called by see() once the detector has done its part, before anything else is waited for: the time to begin what
    // the first words do not need.
    std::function<void()> found = {};
};

struct Observation {
    std::vector<Detection> detections;
    Scene scene;
    float sure_score = 0;          // of the detector: WordingOptions::sure_score
    std::optional<DepthMap> depth; // what the depth estimator made
    Reading text = {};             // not valid(): nobody reads; it ends before the view and the models do
};

// Finds the objects and where they are, and what the captioner says of the picture; all models work side by side. A
// negative threshold is the detector's own. Throws what loading or running detector and depth estimator throws; a
// captioner that fails costs a warning and the caption. The reader begins when the detector has done its part, or when
// its lines are wanted, and is not waited for: it must not hold up the first sentence. One that fails costs a warning
// and the text.
Observation see(View const& view, SeeingModels const& models, float threshold, Timings& timings, std::stop_token stop,
                SceneOptions const& options = {});

// Questions about this picture go to the captioner; empty when there is none. One that fails costs a warning. Models
// and image must outlive it.
VisualQuestions visual_questions(SeeingModels const& models, Image const& image);

} // namespace echollama
