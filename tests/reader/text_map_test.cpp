#include "base/counter_rng.h"
#include "reader/text_map.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <numbers>
#include <sstream>

namespace echollama {
namespace {

std::vector<float> flat(Quad const& quad) {
    std::vector<float> values;
    for (auto const& corner : quad) {
        values.push_back(corner.x);
        values.push_back(corner.y);
    }
    return values;
}

// The map of tests/tools/ppocr_reference.py, made_up_map().
std::vector<float> made_up_map() {
    std::vector<float> values(160 * 200, 0.0F);
    for (int i = 0; i < 6; ++i) {
        double const cx = 30 + 65 * (i % 3), cy = 40 + 80 * (i / 3), angle = 0.45 * i;
        for (int y = 0; y < 160; ++y) {
            for (int x = 0; x < 200; ++x) {
                double const u = (x - cx) * std::cos(angle) + (y - cy) * std::sin(angle);
                double const v = (y - cy) * std::cos(angle) - (x - cx) * std::sin(angle);
                values[static_cast<std::size_t>(y) * 200 + static_cast<std::size_t>(x)] +=
                    static_cast<float>(0.97 * std::exp(-std::pow(u / (22 - i), 8) - std::pow(v / (5 + i), 4)));
            }
        }
    }
    return values;
}

TEST(TextMap, MeetsPaddleOcrsNumbers) {
    auto const values = made_up_map();
    auto places = find_text({200, 160, values});
    std::ifstream file(test::data("ppocr/reference.tsv"));
    ASSERT_TRUE(file);
    std::size_t compared = 0;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string kind;
        float score = 0;
        fields >> kind >> score;
        if (kind != "blot") {
            continue;
        }
        std::vector<float> wanted(16);
        for (auto& value : wanted) {
            fields >> value;
        }
        ASSERT_TRUE(fields) << line;
        // The order is ours; a place is known by its upper left corner.
        auto found = std::min_element(places.begin(), places.end(), [&](auto const& a, auto const& b) {
            auto away = [&](TextPlace const& p) {
                return std::hypot(p.core[0].x - wanted[0], p.core[0].y - wanted[1]);
            };
            return away(a) < away(b);
        });
        ASSERT_NE(found, places.end());
        EXPECT_NEAR(found->score, score, 1e-3F);
        auto core = flat(found->core), grown_corners = flat(found->corners);
        for (std::size_t i = 0; i < 8; ++i) {
            EXPECT_NEAR(core[i], wanted[i], 1e-3F) << line;
            EXPECT_NEAR(grown_corners[i], wanted[8 + i], 1e-3F) << line;
        }
        ++compared;
    }
    EXPECT_EQ(compared, 6U);
    EXPECT_EQ(places.size(), compared);
}

TEST(TextMap, FindsNothingWhereNothingIs) {
    std::vector<float> values(64 * 64, 0.29F);
    EXPECT_TRUE(find_text({64, 64, values}).empty());
    for (auto& value : values) {
        value = std::numeric_limits<float>::quiet_NaN();
    }
    EXPECT_TRUE(find_text({64, 64, values}).empty());
}

TEST(TextMap, LeavesOutWhatIsSmallOrDoubtful) {
    std::vector<float> values(64 * 64, 0.0F);
    auto paint = [&](int x0, int y0, int x1, int y1, float value) {
        for (int y = y0; y < y1; ++y) {
            for (int x = x0; x < x1; ++x) {
                values[static_cast<std::size_t>(y * 64 + x)] = value;
            }
        }
    };
    paint(2, 2, 60, 4, 1);      // two pixels high
    paint(2, 10, 60, 20, 0.5F); // doubtful
    paint(2, 40, 60, 50, 0.9F);
    auto const places = find_text({64, 64, values});
    ASSERT_EQ(places.size(), 1U);
    EXPECT_NEAR(places[0].score, 0.9F, 1e-6F);
    EXPECT_EQ(places[0].core[0].y, 40);
}

TEST(TextMap, TakesTheWholeMapAndNoMoreBoxesThanAllowed) {
    std::vector<float> const all(32 * 32, 1.0F);
    EXPECT_EQ(find_text({32, 32, all}).size(), 1U);
    std::vector<float> many(64 * 64, 0.0F);
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) {
            many[static_cast<std::size_t>(y * 64 + x)] = x % 8 < 6 && y % 8 < 6 ? 1.0F : 0.0F;
        }
    }
    EXPECT_EQ(find_text({64, 64, many}).size(), 64U);
    EXPECT_EQ(find_text({64, 64, many}, {.most = 5}).size(), 5U);
}

TEST(TextMap, RefusesAMapOfAnotherSize) {
    std::vector<float> const values(100, 1.0F);
    EXPECT_NE(test::refusal([&] { find_text({11, 10, values}); }), "");
    EXPECT_NE(test::refusal([&] { find_text({0, 0, {}}); }), "");
    EXPECT_NE(test::refusal([&] { find_text({-10, -10, values}); }), "");
}

// The rectangle holds all points, and no rectangle at any of many angles is smaller.
TEST(Rectangle, IsTheLeastRoundRandomPoints) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        std::vector<Point> points;
        for (std::uint64_t i = 0; i < 3 + seed % 20; ++i) {
            points.push_back({200 * uniform(seed, 2 * i), 60 * uniform(seed, 2 * i + 1)});
        }
        auto const quad = min_area_rectangle(points);
        auto side = [&](std::size_t i) {
            return std::hypot(quad[(i + 1) % 4].x - quad[i].x, quad[(i + 1) % 4].y - quad[i].y);
        };
        float const area = side(0) * side(1);
        for (auto const& point : points) {
            for (std::size_t i = 0; i < 4; ++i) {
                auto const& a = quad[i];
                auto const& b = quad[(i + 1) % 4];
                EXPECT_GE((b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x), -0.05F * side(i));
            }
        }
        for (int degree = 0; degree < 90; ++degree) {
            float const c = std::cos(static_cast<float>(degree) * std::numbers::pi_v<float> / 180);
            float const s = std::sin(static_cast<float>(degree) * std::numbers::pi_v<float> / 180);
            float u0 = 1e9F, u1 = -1e9F, v0 = 1e9F, v1 = -1e9F;
            for (auto const& point : points) {
                u0 = std::min(u0, point.x * c + point.y * s), u1 = std::max(u1, point.x * c + point.y * s);
                v0 = std::min(v0, point.y * c - point.x * s), v1 = std::max(v1, point.y * c - point.x * s);
            }
            EXPECT_LE(area, (u1 - u0) * (v1 - v0) * 1.001F + 0.01F);
        }
    }
}

TEST(Rectangle, OfFewPointsHasNoHeight) {
    for (auto const& points :
         {std::vector<Point>{{3, 4}}, {{3, 4}, {3, 4}}, {{1, 1}, {5, 4}}, {{1, 1}, {2, 2}, {3, 3}}}) {
        auto const quad = min_area_rectangle(points);
        EXPECT_NEAR(short_side(quad), 0, 1e-4F);
        EXPECT_EQ(growth_of(quad, 0), 0);
        EXPECT_FALSE(grown(quad, 2).empty());
    }
}

TEST(Rectangle, GrowsByTheDistanceOnAllSides) {
    Quad const quad{{{10, 20}, {60, 20}, {60, 30}, {10, 30}}};
    EXPECT_NEAR(growth_of(quad, 1.5), 500 * 1.5 / 120, 1e-9);
    auto const points = grown(quad, 6);
    for (auto const& point : points) {
        float const dx = std::max({10 - point.x, point.x - 60, 0.0F});
        float const dy = std::max({20 - point.y, point.y - 30, 0.0F});
        EXPECT_NEAR(std::hypot(dx, dy), 6, 0.8F); // whole pixels
    }
    EXPECT_EQ(ordered_corners(min_area_rectangle(points))[0].x, 4);
    // Clockwise or not, the same.
    Quad const other{{{10, 30}, {60, 30}, {60, 20}, {10, 20}}};
    EXPECT_EQ(ordered_corners(min_area_rectangle(grown(other, 6)))[2].x, 66);
}

} // namespace
} // namespace echollama
