#include "live/changes.h"

#include "scene/coco.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace echollama {
namespace {

constexpr float danger_s = 4.5F, surely_s = 16; // until contact; at the latest
constexpr float young_s = 0.8F;                 // what was watched no longer cannot be known better
constexpr float at_once_s = 2;                  // what is here by then at the latest leaves no time for a second look
constexpr float reach_s = 3.6F;                 // what cannot be here within this time is no danger yet
constexpr float close_m = 3;                    // whoever is suddenly so near leaves no time to see how they move
constexpr double sudden_s = 0.6;                // who is near so soon is told as shown when they came into view
constexpr float corridor_m = 1.6F;              // things that pass farther to the side do not meet the viewer
constexpr float corridor_share = 0.25F;         // the same of ways, where no distance is known
constexpr double danger_again_s = 5, danger_lasts_s = 0.08;
constexpr int danger_pictures = 2, danger_gap = 1;
constexpr float nearer_factor = 0.62F; // of the distance that was last told
constexpr float nearer_within_m = 6;
constexpr double hidden_s = 1;                           // so long unseen, its way is anybody's guess
constexpr float crossing_deg_s = 6, surely_deg_s = 2.5F; // at least so fast
constexpr float still_deg_s = 4, still_share = 0.08F;    // at most, of a thing that stands
constexpr double still_s = 1, known_before_gone_s = 1.5;
constexpr double flicker_s = 30;       // what comes back within this time to the same place was there
constexpr double sudden_flicker_s = 2; // the same, where it would be warned of
constexpr float flicker_deg = 15;

bool stands(Movement const& movement) {
    return movement.sideways && std::abs(movement.sideways->value) < still_deg_s && movement.closing &&
           std::abs(movement.closing->value) < still_share;
}

bool moves(std::string const& label) {
    auto const* known = find_class(label);
    return known && (known->kind == Kind::person || known->kind == Kind::vehicle || known->kind == Kind::animal);
}

// 1 where it surely and clearly moves away from where the camera looks, to its own side; -1 where it may not do so at
// all; 0 between, or where nothing is known.
int out_of_the_way(Movement const& movement, float bearing_deg) {
    if (!movement.sideways) {
        return 0;
    }
    int const side = bearing_deg < 0 ? -1 : 1;
    auto const& rate = *movement.sideways;
    float const slowest = side > 0 ? rate.low : -rate.high;
    return crossing_direction(movement) == side ? 1 : slowest > 0 ? 0 : -1;
}

// How fast such a thing and a walking viewer come together at most, metres a second.
float fastest_m_s(std::string const& label) {
    auto const* known = find_class(label);
    if (!known) {
        return 3;
    }
    return known->kind == Kind::vehicle ? 15 : known->kind == Kind::animal ? 6 : known->kind == Kind::person ? 3 : 2;
}

} // namespace

int crossing_direction(Movement const& movement) {
    if (!movement.sideways) {
        return 0;
    }
    auto const& rate = *movement.sideways;
    return rate.value > crossing_deg_s && rate.low > surely_deg_s      ? 1
           : rate.value < -crossing_deg_s && rate.high < -surely_deg_s ? -1
                                                                       : 0;
}

bool is_danger(Thing const& thing) {
    auto const& movement = thing.movement;
    if (!movement.contact_s || !movement.sideways || !movement.closing || movement.contact_s->value > danger_s ||
        movement.closing->low * surely_s < 1) {
        return false;
    }
    if (movement.watched_s > young_s && movement.contact_s->high > surely_s) {
        return false; // there was time enough to become sure
    }
    // Its speed is known to some tenths: who runs is not taken for a box that leaps because one measurement is too
    // high.
    float const fastest = fastest_m_s(thing.detection.label);
    float const likely = (movement.closing->value + movement.closing->low) / 2;
    if (thing.distance.source != DistanceSource::none &&
        (thing.distance.metres > reach_s * fastest || thing.distance.metres * likely > fastest)) {
        return false; // its box grew for another reason
    }
    float const turning = movement.sideways->value * std::numbers::pi_v<float> / 180;
    float const beside = std::abs(turning) / std::hypot(turning, movement.closing->value); // sine of its way to ours
    return thing.distance.source == DistanceSource::none ? beside < corridor_share
                                                         : beside * thing.distance.metres < corridor_m;
}

bool is_close_ahead(Thing const& thing) {
    float const metres = thing.distance.metres, angle = thing.bearing_deg * std::numbers::pi_v<float> / 180;
    bool const close = metres < close_m || thing.distance.low < close_m / 2;
    return thing.distance.source != DistanceSource::none && close && std::abs(angle) < std::numbers::pi_v<float> / 2 &&
           std::abs(std::sin(angle)) * metres < corridor_m;
}

float left_s(Thing const* thing) {
    if (thing && thing->movement.contact_s) {
        return thing->movement.contact_s->value;
    }
    return thing && is_close_ahead(*thing) ? 0 : std::numeric_limits<float>::infinity();
}

bool ChangeFinder::was_here(Thing const& thing, double seconds, double within_s) const {
    return std::any_of(left_.begin(), left_.end(), [&](Left const& left) {
        return left.label == thing.detection.label && seconds - left.seconds < within_s &&
               std::abs(left.bearing_deg - thing.bearing_deg) < flicker_deg;
    });
}

void ChangeFinder::see_thing(double seconds, Thing const& thing, bool described, std::vector<Change>& changes) {
    auto const tell = [&](ChangeKind kind, double shown_at, int direction = 0) {
        changes.push_back({kind, thing.identity(), thing.detection.label, shown_at, thing.bearing_deg, direction});
    };
    auto const [place, is_new] = known_.try_emplace(thing.identity());
    auto& known = place->second;
    float const metres = thing.distance.metres;
    bool const is_back = !is_new && seconds - known.last > hidden_s;
    if (is_new) {
        known.first = seconds;
        known.told = !described || was_here(thing, seconds, flicker_s);
        if (!known.told) {
            tell(ChangeKind::appeared, thing.first_seen);
        }
        known.told = true;
    }
    if (is_new || is_back) {
        known.came = seconds;
        // Whoever went there some seconds ago need not be who comes now. What stands in the way, and was far off when
        // something hid it, is as sudden.
        known.sudden =
            described && (is_new ? moves(thing.detection.label) && !was_here(thing, seconds, sudden_flicker_s)
                                 : metres < nearer_factor * known.metres);
    }
    // What comes in at the picture's edge so near that its feet are below it is cut off at two sides: then its size
    // does not tell how it moves before it is here.
    known.sudden = known.sudden && !thing.movement.closing;
    // Whoever passed and no longer does may come as well; or another one came from behind, whose box it is now.
    int const outward = out_of_the_way(thing.movement, thing.bearing_deg);
    bool const turned = known.passing && outward < 0 && moves(thing.detection.label);
    known.passing = outward > 0 || (known.passing && outward == 0);
    if ((known.sudden || turned) && is_close_ahead(thing) && seconds - known.danger_at > danger_again_s) {
        known.sudden = false;
        known.danger_at = seconds;
        double const came = known.came > known.first ? known.came : thing.first_seen;
        tell(ChangeKind::danger, turned || seconds - came > sudden_s ? seconds : came);
    }
    known.metres = metres;
    known.label = thing.detection.label;
    known.last = seconds;
    known.bearing_deg = thing.bearing_deg;
    // One picture may deceive; a danger lasts over some. One between them may as well just miss what makes it one.
    bool const danger = is_danger(thing);
    known.safe_pictures = danger ? 0 : known.safe_pictures + (thing.visible ? 1 : 0);
    if (known.safe_pictures > danger_gap) {
        known.danger_since = -1;
        known.danger_pictures = 0;
    } else if (danger) {
        known.danger_since = known.danger_since < 0 ? seconds : known.danger_since;
        ++known.danger_pictures;
    }
    bool const lasting =
        danger && (thing.movement.closing->low * at_once_s > 1 ||
                   (known.danger_pictures >= danger_pictures && seconds - known.danger_since >= danger_lasts_s));
    if (lasting && seconds - known.danger_at > danger_again_s) {
        known.danger_at = seconds;
        known.moving = true;
        known.near_m = thing.distance.metres;
        tell(ChangeKind::danger, known.danger_since);
        return;
    }
    if (known.near_m == 0) {
        known.near_m = metres;
    }
    // Of what was hidden its distance tells before its growth does.
    bool const comes = thing.movement.closing ? thing.movement.closing->low > 0 : is_back;
    if (comes && metres > 0 && metres < nearer_within_m && metres < nearer_factor * known.near_m) {
        known.near_m = metres;
        known.moving = true;
        tell(ChangeKind::nearer, seconds);
    }
    int const direction = crossing_direction(thing.movement);
    if (direction != 0 && known.crossing != direction) {
        known.crossing = direction;
        known.moving = true;
        tell(ChangeKind::crossing, seconds, direction);
    }
    known.still_since = !stands(thing.movement) ? -1 : known.still_since < 0 ? seconds : known.still_since;
    if (known.moving && known.still_since >= 0 && seconds - known.still_since > still_s) {
        known.moving = false;
        known.crossing = 0;
        tell(ChangeKind::stopped, seconds);
    }
}

std::vector<Change> ChangeFinder::see(double seconds, std::vector<Thing> const& things, bool described) {
    std::vector<Change> changes;
    for (auto const& thing : things) {
        if (thing.present) {
            see_thing(seconds, thing, described, changes);
        }
    }
    std::erase_if(left_, [&](Left const& left) { return seconds - left.seconds > flicker_s; });
    for (auto known = known_.begin(); known != known_.end();) {
        auto const& [identity, one] = *known;
        bool const followed = std::any_of(things.begin(), things.end(),
                                          [id = identity](Thing const& thing) { return thing.identity() == id; });
        if (followed) { // present, or hidden and waited for
            ++known;
            continue;
        }
        if (described && one.told && one.last - one.first > known_before_gone_s) {
            changes.push_back({ChangeKind::gone, identity, one.label, seconds, one.bearing_deg, 0});
        }
        left_.push_back({one.label, one.bearing_deg, one.last});
        known = known_.erase(known);
    }
    return changes;
}

} // namespace echollama
