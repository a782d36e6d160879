// What is said from relative depth holds whatever its scale and shift are, and no order turns round where the map is
// bent: nobody knows what a network's numbers are worth in metres.
#include "base/counter_rng.h"
#include "evaluation/evaluate.h"
#include "evaluation/toyworld.h"
#include "scene/build.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace echollama {
namespace {

constexpr std::uint64_t first_room = 9100, rooms = 60;

DepthMap relative(DepthMap depth, std::function<float(float)> const& rising) {
    depth.kind = DepthKind::relative_inverse;
    for (auto& value : depth.values) {
        value = rising(1 / value);
    }
    return depth;
}

struct Room {
    ToyPicture picture;
    std::vector<Detection> found;

    explicit Room(std::uint64_t seed) : picture(render_toy_room(seed, ToyVariant::plain)) {
        found = toy_detections(picture);
    }
    Scene scene(std::function<float(float)> const& rising) const {
        auto const depth = relative(picture.depth, rising);
        return build_scene(found, picture.width, picture.height, picture.camera, &depth);
    }
};

bool same(SceneRelation const& a, SceneRelation const& b) {
    return a.relation == b.relation && a.subject == b.subject && a.object == b.object;
}

// Of the detections, so that scenes in another order can be compared.
std::size_t detection_of(Room const& room, Scene const& scene, std::size_t object) {
    auto const& box = scene.objects[object].detection.box;
    auto const found = std::find_if(room.found.begin(), room.found.end(), [&](Detection const& d) {
        return d.box.x0 == box.x0 && d.box.y0 == box.y0 && d.box.x1 == box.x1 && d.box.y1 == box.y1;
    });
    return static_cast<std::size_t>(found - room.found.begin());
}

TEST(RelativeDepth, ScaleAndShiftChangeNothingThatIsSaid) {
    int relations = 0;
    for (std::uint64_t seed = first_room; seed < first_room + rooms; ++seed) {
        SCOPED_TRACE(seed);
        Room const room(seed);
        auto const plain = room.scene([](float near) { return near; });
        EXPECT_FALSE(plain.around);
        for (std::uint64_t i = 0; i < 3; ++i) {
            float const scale = std::exp2(12 * uniform(seed, 2 * i) - 4), shift = 50 * uniform(seed, 2 * i + 1);
            auto const other = room.scene([&](float near) { return scale * near + shift * scale; });
            ASSERT_EQ(other.objects.size(), plain.objects.size());
            ASSERT_EQ(other.relations.size(), plain.relations.size());
            for (std::size_t k = 0; k < plain.relations.size(); ++k) {
                EXPECT_TRUE(same(other.relations[k], plain.relations[k]));
                ++relations;
            }
            for (std::size_t k = 0; k < plain.objects.size(); ++k) {
                auto const &a = plain.objects[k], &b = other.objects[k];
                EXPECT_EQ(a.detection.label, b.detection.label) << "told in another order";
                EXPECT_NEAR(a.distance.metres, b.distance.metres, 0.02F * a.distance.metres);
            }
        }
    }
    EXPECT_GT(relations, 100);
}

TEST(RelativeDepth, ABentMapTurnsNoOrderRound) {
    int claims = 0;
    for (std::uint64_t seed = first_room; seed < first_room + rooms; ++seed) {
        SCOPED_TRACE(seed);
        Room const room(seed);
        auto const plain = room.scene([](float near) { return near; });
        for (std::uint64_t i = 0; i < 3; ++i) {
            float const power = std::exp2(3 * uniform(seed + 50, i) - 1.5F); // 0.35 to 2.8
            auto const bent = room.scene([&](float near) { return std::pow(near, power); });
            for (auto const& a : plain.relations) {
                for (auto const& b : bent.relations) {
                    bool const front = a.relation == Relation::in_front_of && b.relation == Relation::in_front_of;
                    claims += front;
                    bool const turned = front &&
                                        detection_of(room, plain, a.subject) == detection_of(room, bent, b.object) &&
                                        detection_of(room, plain, a.object) == detection_of(room, bent, b.subject);
                    EXPECT_FALSE(turned);
                }
            }
        }
    }
    EXPECT_GT(claims, 20);
}

} // namespace
} // namespace echollama
