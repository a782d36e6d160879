#include "tracking/moving_world.h"

#include "base/counter_rng.h"
#include "scene/camera.h"
#include "scene/coco.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr float eye_m = 1.5F;     // of the camera over the ground
constexpr float nearest_m = 0.7F; // what is nearer has passed
constexpr float farthest_m = 45;
constexpr float smallest_px = 10; // boxes of less height are beyond what is looked for
constexpr float degrees = 180 / std::numbers::pi_v<float>;

struct Place {
    float x = 0, z = 0; // metres to the right and ahead of where the camera began
};

struct Kind {
    char const* label;
    float height, width;
};

// A thing with an even way that may stop.
struct Walker {
    int identity = 0;
    Kind kind{};
    Place from;
    float vx = 0, vz = 0;
    float stops_at = 1e9F;

    Place at(float t) const {
        float const moving = std::min(t, stops_at);
        return {from.x + vx * moving, from.z + vz * moving};
    }
    Place speed(float t) const { return t < stops_at ? Place{vx, vz} : Place{}; }
};

struct Pose {
    Place place, speed;
    float yaw = 0; // radians to the right
};

Pose pose_at(CameraWay way, float t) {
    if (way == CameraWay::turns) {
        return {{}, {}, 0.35F * std::sin(2 * std::numbers::pi_v<float> * t / 9)};
    }
    if (way == CameraWay::walks) {
        constexpr float pace = 1.1F;
        return {{0, pace * t}, {0, pace}, 0.02F * std::sin(2 * std::numbers::pi_v<float> * t / 1.2F)};
    }
    return {};
}

constexpr Kind person{"person", 1.72F, 0.55F}, car{"car", 1.5F, 3.6F}, bicycle{"bicycle", 1.1F, 0.8F},
    dog{"dog", 0.55F, 0.7F}, bench{"bench", 0.85F, 1.6F}, bus{"bus", 3.0F, 8.0F};

std::vector<Walker> script_of(Draws& draws, CameraWay way, float seconds) {
    std::vector<Walker> things;
    auto const add = [&](Kind kind, Place place, float vx, float vz) -> Walker& {
        things.push_back({static_cast<int>(things.size()) + 1, kind, place, vx, vz});
        return things.back();
    };
    float const forward = way == CameraWay::walks ? seconds * 0.6F : 0;
    // Cars cross at a distance, from either side, one after the other.
    int const cars = 1 + draws.below(3);
    for (int i = 0; i < cars; ++i) {
        float const side = draws.chance(0.5F) ? 1.0F : -1.0F, speed = draws.between(3, 8);
        float const delay = draws.between(0, seconds * 0.7F);
        add(draws.chance(0.15F) ? bus : car, {side * (14 + speed * delay), draws.between(12, 22) + forward},
            -side * speed, 0);
    }
    // People and bicycles approach, some along the viewer's own way.
    int const coming = 1 + draws.below(3);
    for (int i = 0; i < coming; ++i) {
        bool const rides = draws.chance(0.3F);
        float const speed = rides ? draws.between(2.5F, 4.5F) : draws.between(0.8F, 1.8F);
        float const delay = draws.between(0, seconds * 0.5F);
        float const side = draws.chance(0.6F) ? draws.between(-0.7F, 0.7F) : draws.between(-3, 3);
        add(rides ? bicycle : person, {side, draws.between(9, 14) + speed * delay + forward},
            draws.between(-0.05F, 0.05F), -speed);
    }
    // People cross near by, behind which others are hidden for a while; some stop.
    int const crossing = 1 + draws.below(3);
    for (int i = 0; i < crossing; ++i) {
        float const side = draws.chance(0.5F) ? 1.0F : -1.0F, speed = draws.between(0.7F, 1.5F);
        float const delay = draws.between(0, seconds * 0.6F);
        auto& one = add(person, {side * (5 + speed * delay), draws.between(4, 9) + forward}, -side * speed, 0);
        if (draws.chance(0.3F)) {
            one.stops_at = delay + draws.between(3, 7);
        }
    }
    add(draws.chance(0.5F) ? bench : person, {draws.between(-3, 3), draws.between(6, 12) + forward}, 0, 0);
    if (draws.chance(0.5F)) {
        add(dog, {-4, draws.between(4, 8) + forward}, draws.between(0.5F, 1.2F), 0);
    }
    return things;
}

// None where it is behind, too near, too far, too small or beside the picture.
std::optional<MovingTruth> seen(Walker const& walker, float t, Pose const& pose, Intrinsics const& camera, int width,
                                int height) {
    auto const place = walker.at(t);
    float const dx = place.x - pose.place.x, dz = place.z - pose.place.z;
    float const s = std::sin(pose.yaw), c = std::cos(pose.yaw);
    float const x = c * dx - s * dz, z = s * dx + c * dz;
    if (z < nearest_m || z > farthest_m) {
        return std::nullopt;
    }
    float const px = camera.cx + camera.fx * x / z, half = camera.fx * walker.kind.width / z / 2;
    float const ground = camera.cy + camera.fy * eye_m / z, top = ground - camera.fy * walker.kind.height / z;
    auto const w = static_cast<float>(width), h = static_cast<float>(height);
    Box const box{std::clamp(px - half, 0.0F, w), std::clamp(top, 0.0F, h), std::clamp(px + half, 0.0F, w),
                  std::clamp(ground, 0.0F, h)};
    float const inside = (box.x1 - box.x0) / (2 * half);
    if (inside < 0.3F || box.height() < smallest_px) {
        return std::nullopt;
    }
    MovingTruth truth;
    truth.identity = walker.identity;
    truth.label = walker.kind.label;
    truth.box = box;
    truth.metres = std::hypot(x, z);
    truth.bearing_deg = std::atan2(x, z) * degrees;
    auto const speed = walker.speed(t);
    float const vx = speed.x - pose.speed.x, vz = speed.z - pose.speed.z;
    truth.closing_m_s = -(dx * vx + dz * vz) / truth.metres;
    if (truth.closing_m_s > 0.05F) {
        truth.contact_s = -(dx * vx + dz * vz) / (vx * vx + vz * vz);
        truth.passes_m = std::hypot(dx + vx * *truth.contact_s, dz + vz * *truth.contact_s);
    }
    return truth;
}

// The share of each box that nothing nearer hides, on a grid of places.
void hide_behind_others(std::vector<MovingTruth>& truths) {
    std::sort(truths.begin(), truths.end(), [](auto const& a, auto const& b) { return a.metres < b.metres; });
    constexpr int side = 12;
    for (std::size_t i = 0; i < truths.size(); ++i) {
        int open = 0;
        for (int n = 0; n < side * side; ++n) {
            auto const& box = truths[i].box;
            float const x = box.x0 + box.width() * (static_cast<float>(n % side) + 0.5F) / side;
            float const y = box.y0 + box.height() * (static_cast<float>(n / side) + 0.5F) / side;
            open +=
                std::none_of(truths.begin(), truths.begin() + static_cast<std::ptrdiff_t>(i), [&](auto const& nearer) {
                    return x >= nearer.box.x0 && x <= nearer.box.x1 && y >= nearer.box.y0 && y <= nearer.box.y1;
                });
        }
        truths[i].visible = static_cast<float>(open) / (side * side);
    }
}

// Numbers of the detector's own, so that its faults do not depend on the script.
class Faults {
  public:
    Faults(std::uint64_t seed, MovingWorldOptions const& options) : seed_(seed), options_(options), draws_(seed + 1) {}

    std::vector<Detection> detect(std::vector<MovingTruth> const& truths) {
        std::vector<Detection> found;
        for (auto const& truth : truths) {
            float const score = 0.78F + 0.1F * gauss() - 0.6F * std::max(0.0F, 0.8F - truth.visible);
            if (truth.visible > 0.2F && !draws_.chance(options_.misses)) {
                found.push_back(detection_of(truth.label, jittered(truth.box), score));
            }
        }
        for (float chance = options_.invented; chance > 0; chance -= 1) {
            if (draws_.chance(std::min(chance, 1.0F))) {
                found.push_back(
                    detection_of(draws_.chance(0.7F) ? "person" : "car", random_box(), draws_.between(0.2F, 0.75F)));
            }
        }
        return found;
    }

  private:
    float gauss() { return normal(seed_, count_++); }

    static Detection detection_of(std::string const& label, Box const& box, float score) {
        auto const* known = find_class(label);
        Detection detection;
        detection.label = label;
        detection.label_id = static_cast<int>(known - coco_classes().data());
        detection.score = std::clamp(score, 0.05F, 0.99F);
        detection.box = box;
        return detection;
    }

    Box jittered(Box box) {
        float const w = box.width() * options_.jitter, h = box.height() * options_.jitter;
        box.x0 += w * gauss(), box.x1 += w * gauss(), box.y0 += h * gauss(), box.y1 += h * gauss();
        return box;
    }

    Box random_box() {
        auto const w = static_cast<float>(options_.width), h = static_cast<float>(options_.height);
        float const x = draws_.between(0, 0.8F * w), y = draws_.between(0.2F * h, 0.7F * h),
                    side = draws_.between(0.08F, 0.3F) * h;
        return {x, y, std::min(w, x + side / 2), std::min(h, y + side)};
    }

    std::uint64_t seed_, count_ = 0;
    MovingWorldOptions options_;
    Draws draws_;
};

// Smooth noise over a lattice, [0, 1].
float noise_at(std::uint64_t seed, float x, float y) {
    int const left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
    float const fx = x - static_cast<float>(left), fy = y - static_cast<float>(top);
    auto const value = [&](int i, int j) {
        return uniform(seed, static_cast<std::uint64_t>(static_cast<std::int64_t>(i + 5000) * 10007 + j + 5000));
    };
    float const upper = value(left, top) + fx * (value(left + 1, top) - value(left, top));
    float const lower = value(left, top + 1) + fx * (value(left + 1, top + 1) - value(left, top + 1));
    return upper + fy * (lower - upper);
}

// A far background all around that turns with the camera, and things as patches of their own; half as many pixels a
// side as the world's pictures have.
Image render(std::uint64_t seed, std::vector<MovingTruth> const& truths, Pose const& pose, Intrinsics const& camera,
             MovingWorldOptions const& options) {
    Image image{options.width / 2, options.height / 2, {}};
    image.rgb.resize(3 * static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
    for (int x = 0; x < image.width; ++x) {
        float const azimuth = std::atan((static_cast<float>(2 * x + 1) - camera.cx) / camera.fx) + pose.yaw;
        for (int y = 0; y < image.height; ++y) {
            float const elevation =
                (static_cast<float>(2 * y + 1) - camera.cy) / camera.fy * std::cos(azimuth - pose.yaw);
            float const light = 0.6F * noise_at(seed, azimuth * 20, elevation * 20) +
                                0.4F * noise_at(seed + 9, azimuth * 45, elevation * 45);
            std::fill_n(image.pixel(x, y), 3, static_cast<std::uint8_t>(30 + 200 * light));
        }
    }
    for (auto truth = truths.rbegin(); truth != truths.rend(); ++truth) {
        auto const& box = truth->box;
        for (int y = static_cast<int>(box.y0 / 2); y < static_cast<int>(box.y1 / 2); ++y) {
            for (int x = static_cast<int>(box.x0 / 2); x < static_cast<int>(box.x1 / 2); ++x) {
                float const u = (static_cast<float>(2 * x) - box.x0) / box.width(),
                            v = (static_cast<float>(2 * y) - box.y0) / box.height();
                float const light = noise_at(seed + static_cast<std::uint64_t>(truth->identity) * 131, 6 * u, 6 * v);
                std::fill_n(image.pixel(x, y), 3, static_cast<std::uint8_t>(40 + 160 * light));
            }
        }
    }
    return image;
}

} // namespace

char const* camera_way_name(CameraWay way) {
    return way == CameraWay::stands ? "stands" : way == CameraWay::turns ? "turns" : "walks";
}

bool is_hazard(MovingTruth const& truth) {
    return truth.contact_s && *truth.contact_s < 3.5F && truth.passes_m < 1 && truth.closing_m_s > 0.5F;
}

MovingWorld make_moving_world(std::uint64_t seed, MovingWorldOptions const& options) {
    MovingWorld world{options, guess_camera(options.width, options.height, std::nullopt), {}};
    Draws draws(seed);
    auto const things = script_of(draws, options.way, options.seconds);
    Faults faults(splitmix64(seed, 77), options);
    int const count = static_cast<int>(options.seconds * options.frames_per_second);
    for (int i = 0; i < count; ++i) {
        MovingMoment moment;
        float const t = static_cast<float>(i) / options.frames_per_second;
        moment.seconds = static_cast<double>(t);
        auto const pose = pose_at(options.way, t);
        for (auto const& thing : things) {
            if (auto const truth = seen(thing, t, pose, world.camera, options.width, options.height)) {
                moment.truth.push_back(*truth);
            }
        }
        hide_behind_others(moment.truth);
        moment.detections = faults.detect(moment.truth);
        if (options.rendered) {
            moment.picture = render(seed, moment.truth, pose, world.camera, options);
        }
        world.moments.push_back(std::move(moment));
    }
    return world;
}

} // namespace echollama
