// Views that nobody has looked at, made from one that somebody has: what is told of them must agree.
#include "base/counter_rng.h"
#include "geometry/evaluate_space.h"
#include "geometry/measure.h"
#include "geometry/toy_space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace echollama {
namespace {

constexpr std::uint64_t rooms_of_test = std::uint64_t{78} << 20;
constexpr std::uint64_t rooms = 8;

DepthFrame mirrored(DepthFrame frame) {
    for (int y = 0; y < frame.height; ++y) {
        auto const row = frame.metres.begin() + static_cast<std::ptrdiff_t>(y) * frame.width;
        std::reverse(row, row + frame.width);
    }
    frame.cx = static_cast<float>(frame.width) - frame.cx;
    return frame;
}

// Without so many columns on the left and the right.
DepthFrame cropped(DepthFrame const& frame, int left, int right) {
    auto out = frame;
    out.width -= left + right;
    out.cx -= static_cast<float>(left);
    out.metres.clear();
    for (int y = 0; y < frame.height; ++y) {
        auto const row = frame.metres.begin() + static_cast<std::ptrdiff_t>(y) * frame.width;
        out.metres.insert(out.metres.end(), row + left, row + frame.width - right);
    }
    return out;
}

// Every second row and column.
DepthFrame halved(DepthFrame const& frame) {
    auto out = frame;
    out.width = frame.width / 2, out.height = frame.height / 2;
    out.fx /= 2, out.fy /= 2, out.noise.edge_px /= 2;
    out.cx = (frame.cx - 0.5F) / 2 + 0.5F, out.cy = (frame.cy - 0.5F) / 2 + 0.5F;
    out.metres.clear();
    for (int y = 0; y < 2 * out.height; y += 2) {
        for (int x = 0; x < 2 * out.width; x += 2) {
            out.metres.push_back(frame.metres[static_cast<std::size_t>(y * frame.width + x)]);
        }
    }
    return out;
}

template <typename Check>
void for_rooms(Check check) {
    for (std::uint64_t seed = rooms_of_test; seed < rooms_of_test + rooms; ++seed) {
        SCOPED_TRACE(seed);
        check(render_toy_space(seed, DepthSensor::structured_light).depth);
    }
}

// Of what is near: the share of a's that has its like among b's.
template <typename Thing, typename Same>
void expect_like(std::vector<Thing> const& a, std::vector<Thing> const& b, Same same, int& found, int& all) {
    for (auto const& x : a) {
        ++all;
        found += std::any_of(b.begin(), b.end(), [&](auto const& y) { return same(x, y); });
    }
}

bool close(Measure const& a, Measure const& b, float share) {
    return std::abs(a.metres - b.metres) < share * a.metres + 0.05F;
}

TEST(Consistency, TheMirrorImageSwapsLeftAndRight) {
    int found = 0, all = 0;
    for_rooms([&](DepthFrame const& depth) {
        auto const a = measure_surroundings(depth), b = measure_surroundings(mirrored(depth));
        ASSERT_EQ(a.floor.has_value(), b.floor.has_value());
        auto mirror = [](auto const& x, auto const& y) {
            return std::abs(x.bearing_deg + y.bearing_deg) < 6 && close(x.distance, y.distance, 0.04F);
        };
        expect_like(a.walls, b.walls, mirror, found, all);
        expect_like(a.steps, b.steps, mirror, found, all);
        expect_like(a.openings, b.openings, mirror, found, all);
        if (a.floor) {
            EXPECT_NEAR(a.ways[0].free, b.ways[0].free, 0.16F);
            EXPECT_NEAR(a.ways[1].free, b.ways[2].free, 0.3F) << "the way to the left is that to the right";
        }
    });
    EXPECT_GE(all, 12);
    EXPECT_GE(10 * found, 9 * all);
}

TEST(Consistency, ACropInventsNothing) {
    int found = 0, all = 0;
    for_rooms([&](DepthFrame const& depth) {
        auto const whole = measure_surroundings(depth);
        for (auto const& [left, right] : {std::pair{120, 0}, std::pair{0, 120}, std::pair{80, 80}}) {
            auto const part = measure_surroundings(cropped(depth, left, right));
            if (part.floor && whole.floor) {
                EXPECT_NEAR(part.floor->below_camera.metres, whole.floor->below_camera.metres, 0.03F);
            }
            auto same = [](auto const& x, auto const& y) {
                return std::abs(x.bearing_deg - y.bearing_deg) < 8 && close(x.distance, y.distance, 0.05F);
            };
            expect_like(part.walls, whole.walls, same, found, all);
            // Of an edge that is cut off the middle moves; its place ahead stays.
            auto same_edge = [](StepFacts const& x, StepFacts const& y) {
                return (x.kind == StepKind::up) == (y.kind == StepKind::up) &&
                       std::abs(x.distance.metres - y.distance.metres) < 0.6F;
            };
            expect_like(part.steps, whole.steps, same_edge, found, all);
        }
    });
    EXPECT_GE(all, 20);
    EXPECT_GE(10 * found, 9 * all);
}

TEST(Consistency, HalfOfThePixelsTellTheSame) {
    int found = 0, all = 0;
    for_rooms([&](DepthFrame const& depth) {
        auto const whole = measure_surroundings(depth), half = measure_surroundings(halved(depth));
        ASSERT_EQ(whole.floor.has_value(), half.floor.has_value());
        if (whole.floor) {
            EXPECT_NEAR(whole.floor->below_camera.metres, half.floor->below_camera.metres, 0.03F);
        }
        auto same = [](auto const& x, auto const& y) {
            return std::abs(x.bearing_deg - y.bearing_deg) < 6 && close(x.distance, y.distance, 0.04F);
        };
        expect_like(half.walls, whole.walls, same, found, all);
    });
    EXPECT_GE(10 * found, 9 * all);
}

// Of a worse sensor: noise once and twice as strong as it says, steps of a quarter pixel of disparity, readings in the
// air at every edge, strays.
std::vector<DepthFrame> worse(DepthFrame const& frame) {
    auto made = [&](auto change) {
        auto out = frame;
        for (std::size_t i = 0; i < frame.metres.size(); ++i) {
            float const z = frame.metres[i];
            out.metres[i] = z > 0 ? change(i, z) : 0;
        }
        return out;
    };
    auto noisy = [&](float times) {
        return made([&frame, times](std::size_t i, float z) { return z + times * frame.noise.at(z) * normal(91, i); });
    };
    auto const coarse = made([](std::size_t, float z) {
        constexpr float scale = 43.5F, parts = 4; // focal length times baseline of a Kinect
        return parts * scale / std::max(1.0F, std::round(parts * scale / z));
    });
    auto const blurred = made([&frame](std::size_t i, float) {
        float sum = 0, n = 0;
        for (std::ptrdiff_t k = -2; k <= 2; ++k) {
            auto const at = static_cast<std::ptrdiff_t>(i) + k;
            bool const inside = at >= 0 && at < static_cast<std::ptrdiff_t>(frame.metres.size());
            float const other = inside ? frame.metres[static_cast<std::size_t>(at)] : 0;
            sum += other, n += other > 0 ? 1.0F : 0.0F;
        }
        return sum / n;
    });
    auto const strays =
        made([](std::size_t i, float z) { return uniform(92, i) < 0.03F ? 0.3F + 6 * uniform(93, i) : z; });
    return {noisy(1), noisy(2), coarse, blurred, strays};
}

TEST(Consistency, AWorseSensorInventsNothing) {
    SpaceScore score;
    for (std::uint64_t seed = rooms_of_test; seed < rooms_of_test + rooms; ++seed) {
        auto const truth = render_toy_space(seed, DepthSensor::structured_light);
        for (auto const& frame : worse(truth.depth)) {
            score_space(truth, measure_surroundings(frame), seed, score);
        }
    }
    auto const all = [&] { return testing::PrintToString(score.faults); };
    EXPECT_GE(score.wall_claims.all, 50);
    EXPECT_GE(score.wall_claims.value(), 0.98F) << all();
    EXPECT_GE(score.opening_claims.value(), 0.95F) << all();
    EXPECT_LE(score.false_steps.value(), 0.05F) << all();
    EXPECT_GE(score.free_not_longer.value(), 0.99F) << all();
    EXPECT_GE(score.floor_height.value(), 0.95F) << all();
    EXPECT_GE(score.steps_found.value(), 0.9F) << all();
}

// A room twice as large is told twice as large as far as things are that have no usual size.
TEST(Consistency, ALargerRoomHasFartherWalls) {
    int found = 0, all = 0;
    for_rooms([&](DepthFrame const& depth) {
        auto larger = depth;
        for (auto& z : larger.metres) {
            z *= 1.25F;
        }
        auto const told = measure_surroundings(depth), scaled = measure_surroundings(larger);
        if (!told.floor || !scaled.floor) {
            return;
        }
        EXPECT_NEAR(scaled.floor->below_camera.metres, 1.25F * told.floor->below_camera.metres, 0.04F);
        auto same = [](WallFacts const& x, WallFacts const& y) {
            return std::abs(x.bearing_deg - y.bearing_deg) < 6 &&
                   std::abs(1.25F * x.distance.metres - y.distance.metres) < 0.06F * y.distance.metres;
        };
        auto near = told.walls;
        std::erase_if(near,
                      [](auto const& wall) { return wall.distance.metres > 4; }); // what is told farther away ends
        expect_like(near, scaled.walls, same, found, all);
    });
    EXPECT_GE(all, 6);
    EXPECT_GE(10 * found, 8 * all);
}

// What a file says of up and what was found agree, so that nothing else changes.
TEST(Consistency, AToldUpIsWhatCounts) {
    for_rooms([&](DepthFrame const& depth) {
        auto const told = measure_surroundings(depth);
        if (!told.floor) {
            return;
        }
        auto frame = depth;
        frame.up = told.frame.up;
        auto const again = measure_surroundings(frame);
        ASSERT_TRUE(again.floor);
        EXPECT_EQ(again.up_source, UpSource::told);
        EXPECT_NEAR(again.floor->below_camera.metres, told.floor->below_camera.metres, 0.02F);
    });
}

} // namespace
} // namespace echollama
