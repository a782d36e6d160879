// The tracker on the toy world that moves: what it told, against what is true.
#pragma once

#include "tracking/mot_metrics.h"
#include "tracking/moving_world.h"
#include "tracking/tracker.h"

#include <functional>
#include <vector>

namespace echollama {

// One moment of a followed world.
struct FollowedMoment {
    MovingMoment const* moment = nullptr; // of the world, which must outlive it
    std::vector<Thing> things;            // as the tracker has them then
};

// Follows all of the world as a program would: the camera's motion from the pictures, distances from usual sizes.
std::vector<FollowedMoment> follow(MovingWorld const& world);
std::vector<FollowedMoment> follow(MovingWorld&&) = delete;

struct Counted {
    int good = 0, all = 0;
    double share() const { return all == 0 ? 1 : static_cast<double>(good) / all; }
};

struct FollowScore {
    MotScore mot;
    Counted contacts; // times to contact inside their interval, of those told
    Counted sides;    // approaching things on the side that is told: left, ahead, right
    Counted speeds;   // speeds of approach inside their interval
};

FollowScore follow_score(std::vector<FollowedMoment> const& moments);
FollowScore& operator+=(FollowScore& sum, FollowScore const& one);
// True and told boxes as the standard measures take them. Things that are mostly hidden are neither asked for nor held
// against who knows them, as MOTChallenge's evaluation leaves out what matches its distractors (TrackEval).
std::vector<MotFrame> mot_frames(std::vector<FollowedMoment> const& moments);

} // namespace echollama
