// Detections over time, played to a tracker and a narrator at ten pictures a second.
#pragma once

#include "live/narrator.h"
#include "scene/build.h"
#include "scene/camera.h"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace echollama::test {

inline Intrinsics const lens = guess_camera(640, 480, std::nullopt);

// A person as a detector would find one at this bearing and distance.
inline Detection person_at(float bearing_deg, float metres, std::string const& label = "person") {
    Detection detection;
    detection.label = label;
    detection.label_id = 0;
    detection.score = 0.9F;
    float const x = lens.cx + lens.fx * std::tan(bearing_deg * 3.14159F / 180), half = lens.fx * 0.25F / metres;
    float const ground = lens.cy + lens.fy * 1.5F / metres;
    detection.box = {x - half, ground - lens.fy * 1.7F / metres, x + half, ground};
    return detection;
}

struct Said {
    double seconds;
    std::string text;
    Urgency urgency;
    Announcement announcement;
};

// Plays a script of detections at ten pictures a second and gives what was said.
struct Stage {
    Tracker tracker;
    Narrator narrator{NarratorOptions{}};
    double ends = 0;
    std::vector<Said> said;

    explicit Stage(NarratorOptions const& options = {}) : narrator(options) {}

    void play(double from, double to, std::function<std::vector<Detection>(double)> const& script) {
        for (int i = 0; from + i * 0.1 < to - 1e-9; ++i) {
            double const now = from + i * 0.1;
            tracker.update(now, script(now), 640, 480, lens);
            auto const scene = build_scene(tracker.present(), 640, 480, lens);
            tracker.add_distances(scene.objects);
            narrator.see(now, scene, tracker.things());
            if (narrator.is_speaking() && now >= ends) {
                narrator.ended(now);
            }
            if (auto const announcement = narrator.next(now)) {
                said.push_back({now, announcement->text, announcement->urgency, *announcement});
                ends = now + spoken_seconds(announcement->text);
            }
        }
    }
    std::string all() const {
        std::string text;
        for (auto const& one : said) {
            text += one.text + "\n";
        }
        return text;
    }
};

inline bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

} // namespace echollama::test
