// The narrator on the toy world that moves, with simulated speech: what was said, when, and whether it was right.
#pragma once

#include "live/narrator.h"
#include "tracking/follow_world.h"

#include <map>
#include <string>
#include <vector>

namespace echollama {

struct SaidAt {
    double seconds = 0;
    Announcement announcement;
    bool heard = true; // false: something more urgent cut it off before its half
};

struct NarratedWorld {
    std::vector<FollowedMoment> moments;
    std::map<int, double> hazards; // by true identity, when each could be known (hazard_sight.h)
    std::vector<SaidAt> said;
};

NarratedWorld narrate(MovingWorld const& world, NarratorOptions const& options);
NarratedWorld narrate(MovingWorld&&, NarratorOptions const&) = delete;

struct NarrationScore {
    Counted hazards;  // of the script, told within half a second of being seen (hazard_sight.h), or before
    Counted warnings; // of dangers, about what comes within eight seconds and passes within three metres, or is near
    Counted there;    // told things that were there in at least three pictures before
    int repeated = 0; // sentences within their expiry
    int sentences = 0;
    double seconds = 0;
    std::vector<double> delays_s;    // from a hazard's first picture to its announcement, where it was not told before
    std::vector<std::string> faults; // what went wrong, in words
};

NarrationScore narration_score(NarratedWorld const& narrated);
NarrationScore& operator+=(NarrationScore& sum, NarrationScore const& one);

} // namespace echollama
