// What moved between two pictures of the same place: what stayed, moved, is new or gone, and what cannot be told.
#pragma once

#include "media/picture/image.h"
#include "scene/types.h"
#include "tracking/camera_motion.h"
#include "wording/wording.h"

#include <optional>
#include <string>
#include <vector>

namespace echollama {

// How the second picture looks at the place.
struct SharedView {
    bool same_place = false;    // false: the pictures have too little in common to say what moved
    CameraMotion motion;        // from the first picture to the second, in pixels of the first
    float scale_x = 1;          // pixels of the second for one of the first
    float scale_y = 1;          //
    float turned_deg = 0;       // to the right, by which the camera turned
    bool other_outline = false; // the pictures have other shapes, so that one of them may be cut
};

// The camera may have turned or moved a little; pictures that were taken from elsewhere do not share a view.
SharedView shared_view(Image const& before, Image const& after, Intrinsics const& camera);

struct PlacedChange {
    std::optional<SceneObject> before, after; // none: it was not there, or is there no more
    bool sure = false;                        // the detector is, and nothing hides the place
};

struct Comparison {
    SharedView view;
    std::vector<PlacedChange> moved, appeared, gone;
    std::vector<SceneObject> unknown_before; // of the first picture, whose place the second does not show
    std::vector<SceneObject> unknown_after;  // of the second, whose place the first did not show
    std::size_t stayed = 0;
};

// Things of one class are paired where they are least far apart; a thing has moved when its direction or its measured
// distance has changed by more than both pictures' doubt. Without a shared view nothing moves: what is there once more
// or once less is told as perhaps new or gone.
Comparison compare(Scene const& before, Scene const& after, SharedView const& view, float sure_score);

// Moved, gone, new, then what cannot be told; at least one sentence.
std::vector<std::string> comparison_sentences(Comparison const& comparison, WordingOptions const& options);

} // namespace echollama
