#include "tracking/tracker.h"

#include "scene/boxes.h"
#include "scene/camera.h"
#include "scene/coco.h"
#include "tracking/assignment.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

// Shares of the box's height: BoT-SORT's weights, as densities over time instead of per frame of 30 a second.
constexpr float place_share = 0.02F;  // least deviation of a detected place or size
constexpr float speed_share = 2.0F;   // of an unknown speed, per second
constexpr float speed_change = 0.2F;  // how it changes within a second
constexpr float place_change = 0.15F; // and what the model of even speed leaves out
// How a box's middle errs at least: a share of its width, and the pixels that the camera's motion leaves out.
constexpr float middle_share = 0.05F, middle_px = 0.3F;
// Costs are one minus the overlap of boxes that are grown a little; ByteTrack's limits.
constexpr float high_cost = 0.9F, low_cost = 0.5F, unconfirmed_cost = 0.7F;
constexpr float size_cost = 0.6F; // of a height that differs, times the logarithm
constexpr double away_s = 0.2;    // unseen for so long, and expected outside of the picture
// Of what comes back: pixels, and share of the height a second, that the way leaves out; minus twice the logarithm of
// how likely it must be, for which 16 lies between what is lost (12) and what others take (22).
constexpr float return_px = 4, return_growth = 0.1F, most_return = 16, return_cost = 1;
constexpr float other_label_cost = 0.25F;
constexpr float margin_share = 0.1F;      // of the box, with which detections and tracks are compared
constexpr float duplicate_overlap = 0.6F; // a new thing that covers a known one of its label so far is that one
constexpr float turned_share = 0.15F;     // of the width, by which the camera turned away from a thing
constexpr float edge_deviations = 2;      // of a box's side, within which it may be cut by the picture's edge
constexpr double lately_s = 0.4;          // what was measured no longer ago still holds
constexpr float edge_px = 2;              // boxes that end so near the picture's edge are cut there

Box grown(Box const& box, float share) {
    float const x = share * box.width(), y = share * box.height();
    return {box.x0 - x, box.y0 - y, box.x1 + x, box.y1 + y};
}

bool may_be_same(std::string const& a, std::string const& b) {
    auto const *first = find_class(a), *second = find_class(b);
    return a == b || (first && second && first->kind == second->kind);
}

// By how many radians the camera turned to the right. A turn moves what lies beside further than what lies ahead.
float turn_of(CameraMotion const& motion, Intrinsics const& camera, int width) {
    float const shift = motion.at(camera.cx, camera.cy).x - camera.cx;
    float const edge = static_cast<float>(width) / 2 / camera.fx;
    return -shift / camera.fx / (1 + edge * edge / 3); // the mean of 1 + tan^2 over the picture
}

float radians_of(float x, Intrinsics const& camera) {
    return bearing_of(x, camera) * std::numbers::pi_v<float> / 180;
}

bool is_flat(Intrinsics const& camera) {
    return camera.projection == Projection::flat && camera.fx > 0;
}

constexpr float widest = 1.4F; // radians beside, of what may be carried

// A place of the earlier picture in the later one; gives how much larger things are there. What lies outside is carried
// by its angle.
float carry(float& x, float& y, CameraMotion const& motion, Intrinsics const& camera, int width) {
    auto const moved = motion.at(x, y);
    if (!is_flat(camera)) {
        x = moved.x, y = moved.y;
        return 1;
    }
    float const shift = motion.at(camera.cx, camera.cy).x - camera.cx;
    float const before = std::atan((x - camera.cx) / camera.fx),
                after = std::clamp(before - turn_of(motion, camera, width), -widest, widest);
    x = camera.cx + camera.fx * std::tan(after) + (moved.x - x - shift);
    y = moved.y;
    return std::cos(before) / std::cos(after);
}

} // namespace

void Tracker::Axis::begin(float at, float deviation, float speed_deviation) {
    x = at, v = 0, p00 = deviation * deviation, p01 = 0, p11 = speed_deviation * speed_deviation;
}

void Tracker::Axis::predict(float dt, float speed_noise, float noise) {
    x += v * dt;
    p00 += 2 * dt * p01 + dt * dt * p11 + noise * noise * dt;
    p01 += dt * p11;
    p11 += speed_noise * speed_noise * dt;
}

void Tracker::Axis::update(float at, float deviation) {
    float const s = p00 + deviation * deviation, k0 = p00 / s, k1 = p01 / s, off = at - x;
    x += k0 * off;
    v += k1 * off;
    p11 -= k1 * p01;
    p01 -= k0 * p01;
    p00 -= k0 * p00;
}

Box Tracker::Track::box() const {
    float const half_w = std::max(w.x, 1.0F) / 2, half_h = std::max(h.x, 1.0F) / 2;
    return {x.x - half_w, y.x - half_h, x.x + half_w, y.x + half_h};
}

std::string Tracker::Track::label() const {
    return std::max_element(votes.begin(), votes.end(),
                            [](auto const& a, auto const& b) { return a.second < b.second; })
        ->first;
}

void Tracker::predict(float dt, CameraMotion const& motion) {
    for (auto& track : tracks_) {
        track.turned_px += std::abs(motion.x0);
        turn(track, dt, motion);
        if (is_flat(camera_) && !track.visible && is_away(track)) {
            go_on_unseen(track, dt, turn_of(motion, camera_, width_));
        } else {
            follow_camera(track, dt, motion);
        }
        track.visible = false;
    }
}

// Its bearing, seen from a camera that does not turn.
void Tracker::turn(Track& track, float dt, CameraMotion const& motion) const {
    float x = track.x.x, y = track.y.x;
    float const before = radians_of(x, camera_);
    carry(x, y, motion, camera_, width_);
    auto const closing = track.closing(now_).rate();
    track.turning.go_on(static_cast<double>(dt), static_cast<double>(before - radians_of(x, camera_)),
                        closing ? static_cast<double>(closing->value) : 0,
                        static_cast<double>(speed_change * track.h.x / camera_.fx));
}

void Tracker::follow_camera(Track& track, float dt, CameraMotion const& motion) const {
    float const vx = track.x.v, vy = track.y.v;
    float const zoom = motion.zoom() * carry(track.x.x, track.y.x, motion, camera_, width_);
    track.x.v = motion.a * vx - motion.b * vy;
    track.y.v = motion.b * vx + motion.a * vy;
    track.w.x *= zoom, track.h.x *= zoom;
    float const size = std::max(track.h.x, 1.0F);
    // A hidden thing is not expected to run on for ever.
    bool const hidden = now_ - track.last_seen > 0.5;
    for (auto* axis : {&track.x, &track.y, &track.w, &track.h}) {
        axis->predict(dt, speed_change * size, place_change * size);
        axis->v *= hidden ? std::exp(-dt) : 1;
    }
    track.w.v *= hidden ? 0.5F : 1;
    track.h.v *= hidden ? 0.5F : 1;
}

// What is out of view goes on over the ground.
void Tracker::go_on_unseen(Track& track, float dt, float turned) const {
    float const begun_at = std::atan((track.x.x - camera_.cx) / camera_.fx), c = std::cos(begun_at);
    if (!track.way) {
        auto const rate = track.closing(track.last_seen).rate();
        auto const turning = track.turning.rate();
        track.way = {
            GroundWay(begun_at, turning ? turning->value : track.x.v * c * c / camera_.fx, rate ? rate->value : 0),
            track.w.x, track.h.x, track.y.x - camera_.cy};
    }
    auto& [way, width, height, below] = *track.way;
    way.go_on(dt, turned);
    float const size = std::max(track.h.x, 1.0F);
    for (auto* axis : {&track.x, &track.y, &track.w, &track.h}) {
        axis->predict(dt, speed_change * size, place_change * size);
    }
    track.x.x = camera_.cx + camera_.fx * std::tan(std::clamp(way.bearing(), -widest, widest));
    track.w.x = width * way.growth(), track.h.x = height * way.growth();
    track.y.x = camera_.cy + below * way.growth();
}

// The part that lies in the picture, where one does.
Box Tracker::shown(Box const& box) const {
    auto const w = static_cast<float>(width_), h = static_cast<float>(height_);
    Box const part{std::max(box.x0, 0.0F), std::max(box.y0, 0.0F), std::min(box.x1, w), std::min(box.y1, h)};
    return part.x0 < part.x1 && part.y0 < part.y1 ? part : box;
}

// How little a detection looks like what is expected of a track; more than 1: it cannot be that.
float Tracker::cost_of(Track const& track, Detection const& detection, float margin) const {
    auto const label = track.label();
    if (!may_be_same(label, detection.label)) {
        return 2;
    }
    auto const unseen = static_cast<float>(now_ - track.last_seen);
    float const share = margin * (1 + std::min(3.0F, 2 * unseen));
    float const cost = 1 - overlap(grown(shown(track.box()), share), grown(detection.box, share));
    return cost + (label == detection.label ? 0 : other_label_cost) +
           size_cost * std::abs(log_height(track, detection));
}

// The logarithm of how much higher a detection is than expected; 0 where the picture's edge cuts it.
float Tracker::log_height(Track const& track, Detection const& detection) const {
    auto const& box = detection.box;
    bool const cut = box.y0 < edge_px || box.y1 > static_cast<float>(height_) - edge_px;
    return cut ? 0 : std::log(box.height() / std::max(track.h.x, 1.0F));
}

// What was out of view comes back where it is expected, as surely as its way is known, and about as high; the picture's
// edge may cut off its side. Minus twice the logarithm of how likely that is, against one whose place is known well,
// shared by how much that may be.
float Tracker::return_cost_of(Track const& track, Detection const& detection, float) const {
    if (!is_away(track) || track.label() != detection.label) {
        return 2;
    }
    auto const& box = detection.box;
    bool const cut_left = box.x0<edge_px, cut_right = box.x1> static_cast<float>(width_) - edge_px;
    float const half = std::max(track.w.x, box.width()) / 2;
    float const x = cut_left && !cut_right ? box.x1 - half : cut_right && !cut_left ? box.x0 + half : box.center_x();
    float const share = std::max(place_share, noise_), place = share * std::max(track.h.x, 1.0F) + return_px;
    auto const unlikely = [](float off, float variance, float least) {
        return off * off / (variance + least) + std::log(1 + variance / least);
    };
    auto const unseen = static_cast<float>(now_ - track.last_seen);
    float const grows = return_growth * unseen;
    return (unlikely(x - track.x.x, track.x.p00, place * place) +
            unlikely(box.center_y() - track.y.x, track.y.p00, place * place) +
            unlikely(log_height(track, detection), grows * grows, 2 * share * share)) /
           most_return;
}

// Takes out of both lists what was matched.
void Tracker::match(std::vector<Detection const*>& detections, std::vector<Track*>& tracks, float most_cost,
                    float margin, Cost cost) {
    CostTable table(tracks.size(), detections.size());
    for (std::size_t t = 0; t < tracks.size(); ++t) {
        for (std::size_t d = 0; d < detections.size(); ++d) {
            table.at(t, d) = (this->*cost)(*tracks[t], *detections[d], margin);
        }
    }
    auto const found = assign(table, most_cost);
    std::vector<Track*> left;
    for (std::size_t t = 0; t < tracks.size(); ++t) {
        if (found[t] < 0) {
            left.push_back(tracks[t]);
            continue;
        }
        auto const d = static_cast<std::size_t>(found[t]);
        see(*tracks[t], *detections[d]);
        detections[d] = nullptr;
    }
    std::erase(detections, nullptr);
    tracks = std::move(left);
}

// Metres where there are any; else the height, which poses change less than the width, where it was seen lately.
ClosingFilter const& Tracker::Track::closing(double now) const {
    if (by_metres.begun() && now - by_metres.latest() < lately_s) {
        return by_metres;
    }
    bool const height = by_height.begun() && now - by_height.latest() < lately_s && by_height.rate();
    return height || !by_width.begun() ? by_height : by_width;
}

// Both sides of its picture, where both are seen; how sure each is tells how much it counts.
std::optional<Interval> Tracker::Track::rate(double now, bool calm) const {
    auto const rate_of = [calm](ClosingFilter const& filter) {
        return !calm || filter.is_calm() ? filter.rate() : std::nullopt;
    };
    auto const& best = closing(now);
    auto const one = rate_of(best);
    bool const both = &best == &by_height && by_width.begun() && now - by_width.latest() < lately_s;
    auto const other = both && by_width.is_calm() ? by_width.rate() : std::nullopt;
    return one && other ? both_tell(*one, *other) : one ? one : other;
}

// The picture's size of a thing tells how it comes nearer, in the directions in which it is not cut off.
void Tracker::measure_size(Track& track, Detection const& detection) {
    auto const& box = detection.box;
    // The error of a box may hide that the picture's edge cuts it.
    float const edge_x = std::max(edge_px, edge_deviations * width_noise_ * box.width()),
                edge_y = std::max(edge_px, edge_deviations * noise_ * box.height());
    // Its height tells its depth along the optical axis; the distance is longer beside the axis.
    float const bearing = bearing_of(box.center_x(), camera_) * std::numbers::pi_v<float> / 180;
    float const axis = camera_.projection == Projection::flat ? std::max(0.2F, std::cos(bearing)) : 1;
    auto const measure = [&](ClosingFilter& filter, float side, float& noise) {
        filter.measure(now_, 1 / (std::max(side, 1.0F) * axis), noise);
        if (filter.count() > 4) {
            constexpr float most = 6, usual = 0.95F, pace = 0.03F; // surprises beyond count less; their mean then
            float const off = std::min(filter.surprise(), most) / usual - 1;
            noise = std::clamp(noise * std::exp(pace / 2 * off), 0.01F, 0.2F);
        }
    };
    if (box.y0 > edge_y && box.y1 < static_cast<float>(height_) - edge_y) {
        measure(track.by_height, box.height(), noise_);
    }
    if (box.x0 > edge_x && box.x1 < static_cast<float>(width_) - edge_x) {
        measure(track.by_width, box.width(), width_noise_);
    }
}

void Tracker::measure_bearing(Track& track, float x) const {
    float const angle = radians_of(x, camera_), c = is_flat(camera_) ? std::cos(angle) : 1;
    float const per_pixel = c * c / camera_.fx;
    float const deviation = std::hypot(middle_px, std::max(middle_share, width_noise_) * std::max(track.w.x, 1.0F) /
                                                      std::numbers::sqrt2_v<float>) *
                            per_pixel;
    track.turning.see(static_cast<double>(angle), static_cast<double>(deviation),
                      static_cast<double>(speed_share * std::max(track.h.x, 1.0F) * per_pixel));
}

void Tracker::see(Track& track, Detection const& detection) {
    auto const& box = detection.box;
    float const share = std::max(place_share, noise_), deviation = share * std::max(box.height(), 1.0F);
    float const across =
        share * std::max({box.width(), box.height() / 4, 1.0F}); // edges are as unsure as sides are long
    if (is_away(track)) {                                        // where it really was while nobody looked is not known
        track.x.begin(box.center_x(), deviation, speed_share * box.height());
    }
    // What the picture's edge cuts off at one side is as wide as it was: its other side tells where its middle is.
    float middle = box.center_x();
    bool const cut_left = box.x0<edge_px, cut_right = box.x1> static_cast<float>(width_) - edge_px;
    if (cut_left != cut_right && track.w.x > box.width()) {
        middle = cut_left ? box.x1 - track.w.x / 2 : box.x0 + track.w.x / 2;
        track.x.update(middle, across);
    } else {
        track.x.update(middle, across);
        track.w.update(box.width(), across);
    }
    measure_bearing(track, middle);
    track.y.update(box.center_y(), deviation);
    track.h.update(box.height(), deviation);
    for (auto& [label, sum] : track.votes) {
        sum *= 0.97F; // old sightings fade
    }
    track.votes[detection.label] += detection.score;
    float const score = track.latest.score;
    track.latest = detection;
    track.latest.score = track.sightings == 0 ? detection.score : 0.7F * score + 0.3F * detection.score;
    track.last_seen = now_;
    track.visible = true;
    track.way.reset();
    track.turned_px = 0;
    ++track.sightings;
    track.confirmed = track.confirmed || track.sightings >= options_.confirm;
    measure_size(track, detection);
}

void Tracker::begin(Detection const& detection) {
    Track track;
    track.identity = next_identity_++;
    track.first_seen = now_;
    track.last_seen = now_;
    float const size = std::max(detection.box.height(), 1.0F);
    float const place = 0.1F * size, speed = speed_share * size;
    track.x.begin(detection.box.center_x(), place, speed);
    track.y.begin(detection.box.center_y(), place, speed);
    track.w.begin(detection.box.width(), place, speed / 4);
    track.h.begin(detection.box.height(), place, speed / 4);
    track.votes[detection.label] = 0;
    see(track, detection);
    tracks_.push_back(std::move(track));
}

void Tracker::update(double seconds, std::vector<Detection> const& detections, int width, int height,
                     Intrinsics const& camera, CameraMotion const& motion) {
    float const dt = begun_ ? static_cast<float>(std::max(1e-3, seconds - now_)) : 0;
    begun_ = true;
    now_ = std::max(seconds, now_ + 1e-3);
    width_ = width, height_ = height, camera_ = camera;
    predict(dt, motion);
    std::vector<Detection const*> high, low;
    for (auto const& detection : detections) {
        bool const sound = detection.box.width() > 0 && detection.box.height() > 0 && std::isfinite(detection.box.x0) &&
                           std::isfinite(detection.box.y1) && std::isfinite(detection.box.x1 + detection.box.y0);
        if (sound && detection.score >= options_.low_score) {
            (detection.score >= options_.high_score ? high : low).push_back(&detection);
        }
    }
    std::vector<Track*> known, fresh;
    for (auto& track : tracks_) {
        (track.confirmed ? known : fresh).push_back(&track);
    }
    match(high, known, high_cost, margin_share, &Tracker::cost_of);
    match(low, known, low_cost, 0, &Tracker::cost_of);
    match(high, known, return_cost, 0, &Tracker::return_cost_of);
    match(high, fresh, unconfirmed_cost, margin_share, &Tracker::cost_of);
    match(low, fresh, low_cost, 0, &Tracker::cost_of); // who begins to be hidden was there
    auto const is_known = [&](Detection const& detection) {
        return std::any_of(tracks_.begin(), tracks_.end(), [&](Track const& track) {
            return track.visible && track.latest.label == detection.label &&
                   overlap(track.latest.box, detection.box) > duplicate_overlap;
        });
    };
    for (auto const* detection : high) {
        if (detection->score >= options_.new_score && !is_known(*detection)) {
            begin(*detection);
        }
    }
    std::erase_if(tracks_, [&](Track const& track) { return is_forgotten(track); });
}

bool Tracker::is_inside(Track const& track) const {
    return track.x.x > 0 && track.y.x > 0 && track.x.x < static_cast<float>(width_) &&
           track.y.x < static_cast<float>(height_);
}

bool Tracker::is_present(Track const& track) const {
    return track.confirmed && (track.visible || (is_inside(track) && now_ - track.last_seen <= options_.coast_s));
}

bool Tracker::is_turned_away(Track const& track) const {
    return track.turned_px > turned_share * static_cast<float>(width_);
}

bool Tracker::is_away(Track const& track) const {
    return is_turned_away(track) || (!is_inside(track) && now_ - track.last_seen > away_s);
}

bool Tracker::is_forgotten(Track const& track) const {
    double const unseen = now_ - track.last_seen;
    if (!track.confirmed) {
        return unseen > options_.forgive_s;
    }
    return unseen > (is_turned_away(track) ? options_.turned_s : options_.forget_s);
}

void Tracker::clear() {
    tracks_.clear();
}

} // namespace echollama
