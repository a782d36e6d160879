// Detections over time become things with an identity: association in ByteTrack's manner (Zhang et al. 2022), with the
// camera's motion taken out as in BoT-SORT (Aharon et al. 2022). A pure function of its inputs; no clocks, no devices.
#pragma once

#include "scene/types.h"
#include "tracking/camera_motion.h"
#include "tracking/closing.h"
#include "tracking/ground_way.h"
#include "tracking/turning.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace echollama {

struct TrackerOptions {
    float high_score = 0.5F; // detections from here on are matched first, and may become new things
    float low_score = 0.1F;  // those between keep what is known
    float new_score = 0.5F;  // of a first detection
    int confirm = 3;         // frames in which a thing must be found before it counts
    double forgive_s = 0.35; // an unconfirmed thing may be missed so long
    double coast_s = 0.25;   // a thing that is missed counts as there so long
    double forget_s = 2.5;   // a hidden thing is waited for so long
    double turned_s = 6;     // and one that the camera turned away from
};

// How a thing moves, as far as that can be said; intervals hold about nine times in ten.
struct Movement {
    std::optional<Interval> closing;   // share of its distance that is lost a second
    std::optional<Interval> approach;  // metres a second towards the viewer; negative: away
    std::optional<Interval> contact_s; // until it is nearest; none unless it surely comes here
    float watched_s = 0;               // how long its coming nearer has been measured
    std::optional<Interval> sideways;  // degrees a second to the right, seen from a camera that does not turn
};

struct Thing {
    Detection detection; // identity, label that most sightings agree on, smoothed box and score
    double first_seen = 0, last_seen = 0;
    int sightings = 0;
    bool confirmed = false;
    bool visible = false; // found in the latest picture
    bool present = false; // confirmed, and found a moment ago at the latest
    Distance distance;    // smoothed; none until add_distances
    float bearing_deg = 0;
    Movement movement;

    int identity() const { return detection.identity; }
};

class Tracker {
  public:
    explicit Tracker(TrackerOptions const& options = {}) : options_(options) {}

    // The next picture; seconds grow. `motion`: of the camera since the picture before.
    void update(double seconds, std::vector<Detection> const& detections, int width, int height,
                Intrinsics const& camera, CameraMotion const& motion = {});
    // Distances of this picture's visible things, as the scene measured them; objects are told by their identity.
    void add_distances(std::vector<SceneObject> const& objects);
    // Another scene: all that is known ends.
    void clear();

    // All that is followed, in the order of their identities; hidden and unconfirmed ones too.
    std::vector<Thing> things() const;
    // What build_scene takes: those that are present.
    std::vector<Detection> present() const;
    // Boxes that may move by themselves, for camera_motion().
    std::vector<Box> boxes() const;

  private:
    // One coordinate with its speed: a Kalman filter.
    struct Axis {
        float x = 0, v = 0, p00 = 0, p01 = 0, p11 = 0;
        void begin(float at, float deviation, float speed_deviation);
        void predict(float dt, float speed_noise, float noise);
        void update(float at, float deviation);
    };
    // A thing that is out of view, and its box when it went: width, height, and how far its middle was below the
    // horizon.
    struct Unseen {
        GroundWay way;
        float width = 0, height = 0, below = 0;
    };
    struct Track {
        int identity = 0;
        std::map<std::string, float> votes; // sums of scores by label
        Detection latest;
        Axis x, y, w, h;
        double first_seen = 0, last_seen = 0;
        int sightings = 0;
        bool confirmed = false, visible = false;
        std::optional<Unseen> way;
        float turned_px = 0; // by which the camera moved the picture since it was seen
        Distance distance;
        double distance_at = 0;
        ClosingFilter by_height, by_width, by_metres; // of one over the size of its picture, and of a sensor's readings
        TurningFilter turning;

        ClosingFilter const& closing(double now) const; // the best of them
        // What they tell together; `calm`: of those alone that have not leapt lately.
        std::optional<Interval> rate(double now, bool calm) const;
        Box box() const;
        std::string label() const;
    };

    void predict(float dt, CameraMotion const& motion);
    void turn(Track& track, float dt, CameraMotion const& motion) const;
    void follow_camera(Track& track, float dt, CameraMotion const& motion) const;
    void go_on_unseen(Track& track, float dt, float turned) const;
    Box shown(Box const& box) const;
    using Cost = float (Tracker::*)(Track const& track, Detection const& detection, float margin) const;
    float cost_of(Track const& track, Detection const& detection, float margin) const;
    float log_height(Track const& track, Detection const& detection) const;
    float return_cost_of(Track const& track, Detection const& detection, float margin) const;
    void match(std::vector<Detection const*>& detections, std::vector<Track*>& tracks, float most_cost, float margin,
               Cost cost);
    void see(Track& track, Detection const& detection);
    void measure_bearing(Track& track, float x) const;
    void measure_size(Track& track, Detection const& detection);
    void begin(Detection const& detection);
    bool is_present(Track const& track) const;
    bool is_inside(Track const& track) const;
    bool is_away(Track const& track) const;
    bool is_turned_away(Track const& track) const;
    bool is_forgotten(Track const& track) const;
    void describe_movement(Track const& track, Thing& thing) const;
    Thing thing_of(Track const& track) const;

    TrackerOptions options_;
    std::vector<Track> tracks_;
    double now_ = 0;
    bool begun_ = false;
    int next_identity_ = 1;
    int width_ = 0, height_ = 0;
    Intrinsics camera_;
    float noise_ = 0.05F, width_noise_ = 0.075F; // of the detector's boxes, as shares of their sides; learned
};

} // namespace echollama
