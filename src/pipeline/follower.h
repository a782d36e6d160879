// From frame to frame: what is in the picture, who is who, how the camera moved, whether it shows another scene.
#pragma once

#include "media/view/view.h"
#include "roles/roles.h"
#include "scene/types.h"
#include "tracking/tracker.h"

#include <stop_token>
#include <vector>

namespace echollama {

struct Followed {
    Scene scene;                         // of things that are present; they carry identities and smoothed distances
    std::vector<Thing> things;           // all that is followed
    bool cut = false;                    // another scene than the frame before
    double detect_ms = 0, motion_ms = 0; // how long that took
};

class Follower {
  public:
    // The detector must outlive it. `threshold` of things that may be new; negative: 0.4.
    explicit Follower(Detector& detector, float threshold = -1);

    // The next frame; seconds grow. Frames of RGB-D cameras give measured distances, others guesses from usual sizes.
    // Returns early, with what was found before, when stop is requested.
    Followed look(View const& view, double seconds, std::stop_token stop);

  private:
    Detector& detector_;
    TrackerOptions options_;
    Tracker tracker_;
    GreyPicture before_;
    int width_ = 0, height_ = 0;
};

} // namespace echollama
