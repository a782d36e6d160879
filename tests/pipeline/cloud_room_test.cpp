// Point clouds as the room around a viewer: thinned, turned, mirrored and shaken ones tell the same walls, and clouds
// that nobody should have recorded are answered in words.
#include "base/counter_rng.h"
#include "base/error.h"
#include "geometry/toy_space.h"
#include "pipeline/input.h"
#include "pipeline/surround.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace echollama {
namespace {

constexpr float degree = 0.0174533F;

using Points = std::vector<Vector3>;

// What the camera of a toy room sees, in its own coordinates.
Points room_points(std::uint64_t seed) {
    auto const depth = render_toy_space(seed, DepthSensor::structured_light).depth;
    Points points;
    for (std::size_t i = 0; i < depth.metres.size(); ++i) {
        if (float const z = depth.metres[i]; z > 0) {
            auto const width = static_cast<std::size_t>(depth.width);
            float const x = (static_cast<float>(i % width) + 0.5F - depth.cx) / depth.fx;
            float const y = (static_cast<float>(i / width) + 0.5F - depth.cy) / depth.fy;
            points.push_back({z * x, z * y, z});
        }
    }
    return points;
}

View seen(Points const& points, std::string const& from = "origin") {
    std::string bytes = "ply\nformat binary_little_endian 1.0\ncomment unit: m\nelement vertex " +
                        std::to_string(points.size()) +
                        "\nproperty float x\nproperty float y\nproperty float z\nend_header\n";
    auto const head = bytes.size();
    bytes.resize(head + 12 * points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        float const place[] = {points[i].x, points[i].y, points[i].z};
        std::memcpy(bytes.data() + head + 12 * i, place, sizeof place);
    }
    InputOptions options;
    options.picture = "made.ply";
    options.viewpoint = from;
    return view_of({reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size()}, options);
}

Surroundings told_of(Points const& points) {
    auto const view = seen(points);
    auto told = surroundings_of(view, *view.depth);
    EXPECT_TRUE(told);
    return told.value_or(Surroundings{});
}

struct Variant {
    char const* name;
    std::function<bool(std::size_t)> keeps;
    std::function<Vector3(Vector3, std::size_t)> moves;
    float turn_deg = 0; // by which bearings grow
    bool mirrors = false;
};

std::vector<Variant> variants() {
    auto all = [](std::size_t) { return true; };
    auto stays = [](Vector3 p, std::size_t) { return p; };
    // About the camera's upright axis, which is not the room's where it looks down; little enough to leave that out.
    auto yaw = [](float deg) {
        float const c = std::cos(deg * degree), s = std::sin(deg * degree);
        return [c, s](Vector3 p, std::size_t) { return Vector3{c * p.x + s * p.z, p.y, c * p.z - s * p.x}; };
    };
    auto roll = [](float deg) {
        float const c = std::cos(deg * degree), s = std::sin(deg * degree);
        return [c, s](Vector3 p, std::size_t) { return Vector3{c * p.x - s * p.y, s * p.x + c * p.y, p.z}; };
    };
    auto shake = [](float metres) {
        return [metres](Vector3 p, std::size_t i) {
            return p + metres * Vector3{normal(1, i), normal(2, i), normal(3, i)};
        };
    };
    return {{"half of the points", [](std::size_t i) { return uniform(9, i) < 0.5F; }, stays},
            {"a tenth of the points", [](std::size_t i) { return uniform(9, i) < 0.1F; }, stays},
            {"mirrored", all,
             [](Vector3 p, std::size_t) {
                 return Vector3{-p.x, p.y, p.z};
             },
             0, true},
            {"turned to the right", all, yaw(8), 8},
            {"turned to the left", all, yaw(-8), -8},
            {"rolled", all, roll(7)},
            {"shaken by 5 mm", all, shake(0.005F)}};
}

TEST(CloudRoom, VariantsTellTheSameWalls) {
    int found = 0, wanted = 0, claims = 0, held = 0;
    for (std::uint64_t seed = std::uint64_t{81} << 20; seed < (std::uint64_t{81} << 20) + 5; ++seed) {
        auto const points = room_points(seed);
        auto const plain = told_of(points);
        for (auto const& variant : variants()) {
            SCOPED_TRACE(std::to_string(seed) + ", " + variant.name);
            Points other;
            for (std::size_t i = 0; i < points.size(); ++i) {
                if (variant.keeps(i)) {
                    other.push_back(variant.moves(points[i], i));
                }
            }
            auto const told = told_of(other);
            auto same = [&](WallFacts const& a, WallFacts const& b) {
                float const bearing = (variant.mirrors ? -1.0F : 1.0F) * a.bearing_deg + variant.turn_deg;
                return std::abs(std::remainder(bearing - b.bearing_deg, 360.0F)) < 8 &&
                       std::abs(a.distance.metres - b.distance.metres) < 0.03F * a.distance.metres + 0.01F;
            };
            for (auto const& wall : plain.walls) {
                ++wanted;
                found +=
                    std::any_of(told.walls.begin(), told.walls.end(), [&](auto const& w) { return same(wall, w); });
            }
            for (auto const& wall : told.walls) {
                ++claims;
                held +=
                    std::any_of(plain.walls.begin(), plain.walls.end(), [&](auto const& w) { return same(w, wall); });
            }
            // What is dangerous is not invented.
            if (plain.steps.empty() && plain.floor) {
                EXPECT_LE(told.steps.size(), 1U);
            }
        }
    }
    EXPECT_GE(wanted, 30);
    EXPECT_GE(10 * found, 8 * wanted) << "told less";
    EXPECT_GE(20 * held, 19 * claims) << "told what the whole cloud does not hold";
}

TEST(CloudRoom, HostileCloudsAreAnsweredInWords) {
    float const nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
    Points plane, strays;
    for (int i = 0; i < 200'000; ++i) {
        auto const k = static_cast<std::uint64_t>(i);
        plane.push_back({2 * uniform(1, k) - 1, 2 * uniform(2, k) - 1, 2});
        strays.push_back(i % 3 == 0 ? Vector3{1e30F, -1e30F, 1e30F} : plane.back());
    }
    struct Case {
        char const* name;
        Points points;
        bool refused;
    };
    std::vector<Case> const cases{
        {"one point", {{0, 0, 1}}, false},
        {"one point behind", {{0, 0, -1}}, true},
        {"a million equal points", Points(1'000'000, Vector3{0.1F, 0.1F, 1.5F}), false},
        {"no numbers", Points(1000, Vector3{nan, infinite, -infinite}), true},
        {"a plane alone", plane, false},
        {"outliers at 1e30", strays, false},
        {"only outliers", Points(1000, Vector3{1e30F, 1e30F, 1e30F}), false},
        {"nothing", {}, true},
    };
    for (auto const& one : cases) {
        SCOPED_TRACE(one.name);
        for (auto const* from : {"origin", "auto"}) {
            try {
                auto const view = seen(one.points, from);
                auto const told = surroundings_of(view, *view.depth);
                ASSERT_TRUE(told);
                EXPECT_FALSE(one.refused && std::string(from) == "origin");
                for (auto const& wall : told->walls) {
                    EXPECT_TRUE(std::isfinite(wall.distance.metres));
                    EXPECT_LT(wall.distance.metres, 40);
                }
                EXPECT_TRUE(told->steps.empty());
                EXPECT_TRUE(told->ramps.empty());
            } catch (Error const& error) {
                std::string const words = error.what();
                EXPECT_TRUE(words.ends_with('.')) << words;
                EXPECT_NE(words.find(';'), std::string::npos) << words << " does not say what to do";
            }
        }
    }
}

} // namespace
} // namespace echollama
