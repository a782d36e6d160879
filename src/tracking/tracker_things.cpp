// What the tracker tells of the things that it follows.
#include "scene/camera.h"
#include "scene/coco.h"
#include "tracking/tracker.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float coming_share = 0.7F; // of a way that leads here; less: it passes

} // namespace

void Tracker::add_distances(std::vector<SceneObject> const& objects) {
    for (auto const& object : objects) {
        auto const track = std::find_if(tracks_.begin(), tracks_.end(), [&](Track const& candidate) {
            return candidate.identity == object.detection.identity && candidate.visible;
        });
        if (track == tracks_.end() || object.distance.source == DistanceSource::none || !(object.distance.metres > 0)) {
            continue;
        }
        auto measured = object.distance;
        if (measured.source == DistanceSource::sensor) {
            float const spread = (measured.high - measured.low) / 3.3F / measured.metres;
            track->by_metres.measure(now_, measured.metres, std::clamp(spread, 0.005F, 0.2F));
            float const shift = track->by_metres.value() / measured.metres;
            track->distance = {measured.source, measured.metres * shift, measured.low * shift, measured.high * shift};
            track->distance_at = now_;
            continue;
        }
        auto& kept = track->distance;
        if (kept.source != measured.source) {
            kept = measured;
        } else {
            // The old one, moved as the thing came nearer, and the new one, in their logarithms.
            auto const closing = track->closing(now_).rate();
            auto const dt = static_cast<float>(now_ - track->distance_at);
            float const came = closing ? std::exp(-std::clamp(closing->value, -1.0F, 1.0F) * dt) : 1;
            float const part = 1 - std::exp(-dt / 0.6F);
            auto const mixed = [&](float old, float fresh) {
                return old * came * std::pow(fresh / (old * came), part);
            };
            bool const sound = kept.low > 0 && kept.high > 0 && measured.low > 0 && measured.high > 0;
            kept = sound ? Distance{measured.source, mixed(kept.metres, measured.metres), mixed(kept.low, measured.low),
                                    mixed(kept.high, measured.high)}
                         : measured;
        }
        track->distance_at = now_;
    }
}

Thing Tracker::thing_of(Track const& track) const {
    Thing thing;
    thing.detection = track.latest;
    thing.detection.label = track.label();
    thing.detection.box = shown(track.box());
    thing.detection.identity = track.identity;
    if (thing.detection.label != track.latest.label) {
        auto const* known = find_class(thing.detection.label);
        thing.detection.label_id = known ? static_cast<int>(known - coco_classes().data()) : -1;
        thing.detection.alternative.reset();
    }
    thing.first_seen = track.first_seen, thing.last_seen = track.last_seen;
    thing.sightings = track.sightings;
    thing.confirmed = track.confirmed, thing.visible = track.visible;
    thing.distance = track.distance;
    thing.present = is_present(track);
    thing.bearing_deg = bearing_of(track.x.x, camera_);
    describe_movement(track, thing);
    return thing;
}

void Tracker::describe_movement(Track const& track, Thing& thing) const {
    auto& movement = thing.movement;
    auto const& closing = track.closing(now_);
    movement.closing = track.rate(now_, false);
    movement.watched_s = closing.measured_s();
    if (movement.closing && &closing == &track.by_metres) {
        float const metres = closing.value();
        movement.approach =
            Interval{movement.closing->value * metres, movement.closing->low * metres, movement.closing->high * metres};
    } else if (movement.closing && track.distance.source != DistanceSource::none) {
        auto const& rate = *movement.closing;
        auto const& d = track.distance;
        movement.approach = Interval{rate.value * d.metres, std::min(rate.low * d.low, rate.low * d.high),
                                     std::max(rate.high * d.low, rate.high * d.high)};
    }
    if (auto const turning = track.turning.rate()) {
        constexpr float degrees = 180 / std::numbers::pi_v<float>;
        movement.sideways = Interval{turning->value * degrees, turning->low * degrees, turning->high * degrees};
    }
    auto const calm = track.rate(now_, true);
    auto const contact = calm ? contact_of(*calm) : std::nullopt;
    if (contact && movement.sideways) {
        // Nearest when the sum of both speeds is spent: t = closing / (closing^2 + turning^2).
        float const turning = movement.sideways->value * std::numbers::pi_v<float> / 180,
                    ratio = turning / movement.closing->value;
        float const share = 1 / (1 + ratio * ratio);
        if (share > coming_share) {
            movement.contact_s = Interval{contact->value * share, contact->low * share, contact->high * share};
        }
    }
}

std::vector<Thing> Tracker::things() const {
    std::vector<Thing> all;
    for (auto const& track : tracks_) {
        all.push_back(thing_of(track));
    }
    return all;
}

std::vector<Detection> Tracker::present() const {
    std::vector<Detection> all;
    for (auto const& track : tracks_) {
        if (is_present(track)) {
            all.push_back(thing_of(track).detection);
        }
    }
    return all;
}

std::vector<Box> Tracker::boxes() const {
    std::vector<Box> all;
    for (auto const& track : tracks_) {
        all.push_back(track.box());
    }
    return all;
}

} // namespace echollama
