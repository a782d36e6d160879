// Random scenes whose truth is known, for property tests.
#pragma once

#include "base/counter_rng.h"
#include "scene/build.h"
#include "scene/coco.h"

#include <algorithm>
#include <string>
#include <vector>

namespace echollama::test {

// Numbers of one stream, drawn one after another.
class Draw {
  public:
    explicit Draw(std::uint64_t seed) : seed_(seed) {}
    std::size_t below(std::size_t n) { return splitmix64(seed_, next_++) % n; }
    float between(float low, float high) { return low + (high - low) * uniform(seed_, next_++); }
    template <typename T>
    T const& pick(std::vector<T> const& from) {
        return from[below(from.size())];
    }

  private:
    std::uint64_t seed_;
    std::uint64_t next_ = 0;
};

inline Intrinsics plain_camera() {
    return {.fx = 500, .fy = 500, .cx = 320, .cy = 240, .assumed = false};
}

inline Detection detection(std::string label, Box box, float score = 0.9F) {
    return {std::move(label), -1, score, box, {}};
}

// 1 to 6 objects of up to 4 labels, boxes anywhere inside 640x480.
inline Scene random_scene(std::uint64_t seed) {
    static std::vector<std::string> const labels{"cup",    "chair", "person", "dog",  "car",          "bottle",
                                                 "laptop", "bench", "cat",    "book", "dining table", "knife"};
    Draw draw(seed);
    std::vector<std::string> few;
    for (std::size_t i = 0, n = 1 + draw.below(4); i < n; ++i) {
        few.push_back(draw.pick(labels));
    }
    std::vector<Detection> found;
    for (std::size_t i = 0, n = 1 + draw.below(6); i < n; ++i) {
        float w = draw.between(30, 200);
        float h = draw.between(30, 200);
        float x = draw.between(3, 637 - w);
        float y = draw.between(3, 477 - h);
        found.push_back(detection(draw.pick(few), {x, y, x + w, y + h}, draw.between(0.3F, 1)));
    }
    return build_scene(found, 640, 480, plain_camera());
}

inline std::size_t count_of(Scene const& scene, std::string const& label) {
    return static_cast<std::size_t>(std::count_if(scene.objects.begin(), scene.objects.end(),
                                                  [&](auto const& o) { return o.detection.label == label; }));
}

} // namespace echollama::test
