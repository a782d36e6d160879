#include "pipeline/follower.h"

#include "base/timing.h"
#include "pipeline/surround.h"
#include "scene/build.h"
#include "scene/camera.h"

namespace echollama {
namespace {

constexpr float usual_threshold = 0.4F, low_share = 0.5F; // of the threshold: keeps what is known

TrackerOptions options_of(float threshold) {
    TrackerOptions options;
    options.high_score = options.new_score = threshold < 0 ? usual_threshold : threshold;
    options.low_score = low_share * options.high_score;
    return options;
}

} // namespace

Follower::Follower(Detector& detector, float threshold)
    : detector_(detector), options_(options_of(threshold)), tracker_(options_) {}

Followed Follower::look(View const& view, double seconds, std::stop_token stop) {
    Followed followed;
    int const width = view.image.width, height = view.image.height;
    auto const camera = view.camera.fx > 0 ? view.camera : guess_camera(width, height, std::nullopt);
    Timings clock;
    auto grey = reduced_grey(view.image);
    CameraMotion motion;
    if (!before_.values.empty()) {
        bool const same_size = width == width_ && height == height_;
        motion = same_size ? camera_motion(before_, grey, tracker_.boxes()) : CameraMotion();
        followed.cut = !same_size || is_cut(before_, grey, motion);
    }
    before_ = std::move(grey);
    width_ = width, height_ = height;
    if (followed.cut) {
        tracker_.clear();
    }
    followed.motion_ms = clock.now_ms();
    auto const found = detector_.detect(view.image, options_.low_score, stop);
    followed.detect_ms = clock.now_ms() - followed.motion_ms;
    if (!stop.stop_requested()) {
        tracker_.update(seconds, found, width, height, camera, motion);
    }
    followed.scene = build_scene(tracker_.present(), width, height, camera, view.depth ? &*view.depth : nullptr);
    if (view.depth) {
        surround(followed.scene, view, *view.depth);
    }
    tracker_.add_distances(followed.scene.objects);
    followed.things = tracker_.things();
    return followed;
}

} // namespace echollama
