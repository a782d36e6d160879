#include "tracking/follow_world.h"

#include "scene/boxes.h"
#include "scene/build.h"
#include "wording/wording.h"

#include <algorithm>
#include <cmath>

namespace echollama {
namespace {

constexpr float same = 0.5F; // overlap from which a told thing is the true one

// Bearings so near to the border between two sides that both words are right.
bool side_is_right(float told_deg, float true_deg) {
    constexpr float tolerance_deg = 3;
    return side_of(told_deg) == side_of(true_deg - tolerance_deg) || side_of(told_deg) == side_of(true_deg) ||
           side_of(told_deg) == side_of(true_deg + tolerance_deg);
}

MovingTruth const* truth_of(MovingMoment const& moment, Box const& box) {
    MovingTruth const* best = nullptr;
    float most = same;
    for (auto const& truth : moment.truth) {
        if (float const alike = overlap(truth.box, box); alike > most && truth.visible >= seen_share) {
            most = alike;
            best = &truth;
        }
    }
    return best;
}

// A thing that is mostly hidden need not be told, and to know where it is is no error.
bool lies_on_a_hidden_one(MovingMoment const& moment, Box const& box) {
    auto const lies_on = [&](MovingTruth const& truth) { return overlap(truth.box, box) >= same; };
    return std::any_of(moment.truth.begin(), moment.truth.end(),
                       [&](auto const& truth) { return truth.visible < seen_share && lies_on(truth); }) &&
           std::none_of(moment.truth.begin(), moment.truth.end(),
                        [&](auto const& truth) { return truth.visible >= seen_share && lies_on(truth); });
}

bool holds(Interval const& interval, float value) {
    return interval.low <= value && value <= interval.high;
}

} // namespace

std::vector<FollowedMoment> follow(MovingWorld const& world) {
    Tracker tracker;
    GreyPicture before;
    std::vector<FollowedMoment> moments;
    int const width = world.options.width, height = world.options.height;
    for (auto const& moment : world.moments) {
        CameraMotion motion;
        if (!moment.picture.rgb.empty()) {
            auto grey = reduced_grey(moment.picture);
            grey.scale = static_cast<float>(width) / static_cast<float>(grey.width);
            motion = before.values.empty() ? CameraMotion() : camera_motion(before, grey, tracker.boxes());
            before = std::move(grey);
        }
        tracker.update(moment.seconds, moment.detections, width, height, world.camera, motion);
        tracker.add_distances(build_scene(tracker.present(), width, height, world.camera).objects);
        moments.push_back({&moment, tracker.things()});
    }
    return moments;
}

std::vector<MotFrame> mot_frames(std::vector<FollowedMoment> const& moments) {
    std::vector<MotFrame> frames;
    for (auto const& followed : moments) {
        MotFrame frame;
        for (auto const& truth : followed.moment->truth) {
            if (truth.visible >= seen_share) {
                frame.truth.push_back({truth.identity, truth.box});
            }
        }
        for (auto const& thing : followed.things) {
            if (thing.present && !lies_on_a_hidden_one(*followed.moment, thing.detection.box)) {
                frame.told.push_back({thing.identity(), thing.detection.box});
            }
        }
        frames.push_back(std::move(frame));
    }
    return frames;
}

FollowScore follow_score(std::vector<FollowedMoment> const& moments) {
    FollowScore score;
    score.mot = mot_score(mot_frames(moments));
    for (auto const& followed : moments) {
        for (auto const& thing : followed.things) {
            auto const* truth =
                thing.confirmed && thing.visible ? truth_of(*followed.moment, thing.detection.box) : nullptr;
            auto const& contact = thing.movement.contact_s;
            if (!truth || !contact) {
                continue;
            }
            ++score.sides.all;
            score.sides.good += side_is_right(thing.bearing_deg, truth->bearing_deg);
            ++score.contacts.all;
            score.contacts.good += truth->contact_s && holds(*contact, *truth->contact_s);
            if (auto const& approach = thing.movement.approach) {
                ++score.speeds.all;
                score.speeds.good += holds(*approach, truth->closing_m_s);
            }
        }
    }
    return score;
}

FollowScore& operator+=(FollowScore& sum, FollowScore const& one) {
    sum.mot += one.mot;
    for (auto counted : {&FollowScore::contacts, &FollowScore::sides, &FollowScore::speeds}) {
        (sum.*counted).good += (one.*counted).good;
        (sum.*counted).all += (one.*counted).all;
    }
    return sum;
}

} // namespace echollama
