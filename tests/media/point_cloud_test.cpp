#include "base/error.h"
#include "media/cloud/point_cloud.h"
#include "support/cloud_writers.h"
#include "support/support.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

namespace echollama {
namespace {

using test::binary_ply;
using test::ply_header;

PointCloud load(std::string const& content, std::string const& name) {
    test::TempDir dir;
    std::ofstream(dir / name, std::ios::binary) << content;
    return load_point_cloud(dir / name);
}

void expect_test_ply(PointCloud const& cloud) {
    ASSERT_EQ(cloud.points.size(), 4U);
    EXPECT_EQ(cloud.points[3], (Vec3{3, 1.5F, 2}));
    EXPECT_EQ(cloud.colors.at(3), (std::array<std::uint8_t, 3>{30, 1, 2}));
    EXPECT_EQ(cloud.triangles, (std::vector<std::array<std::uint32_t, 3>>{{0, 1, 2}, {0, 2, 3}}));
}

TEST(PointCloud, PlyInAllThreeFormats) {
    expect_test_ply(load(binary_ply(false), "a.ply"));
    expect_test_ply(load(binary_ply(true), "a.ply"));
    expect_test_ply(
        load(ply_header("ascii", "4", "1") + "0 0 2 0 1 2\n1 0.5 2 10 1 2\n2 1 2 20 1 2\n3 1.5 2 30 1 2\n4 0 1 2 3\n",
             "a.ply"));
}

TEST(PointCloud, AnyTruncatedPlyIsAnError) {
    auto const bytes = binary_ply(false);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_THROW(load(bytes.substr(0, length), "a.ply"), Error) << length;
    }
}

TEST(PointCloud, LyingHeadersCostNothing) {
    for (std::string const count : {"2000000000", "18446744073709551615", "99999999999999999999999", "-1", "x"}) {
        EXPECT_THROW(load(ply_header("binary_little_endian", count, "0") + "abc", "a.ply"), Error) << count;
        EXPECT_THROW(load(ply_header("ascii", count, "0") + "1 2 3 4 5 6", "a.ply"), Error) << count;
        EXPECT_THROW(
            load("# .PCD v0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS " + count + "\nDATA binary\nabc", "a.pcd"),
            Error)
            << count;
    }
    auto face = binary_ply(false);
    face[face.size() - 4] = 77; // a corner that is not there
    EXPECT_THROW(load(face, "a.ply"), Error);
    EXPECT_THROW(load("ply\nend_header\n", "a.ply"), Error);
    EXPECT_THROW(load("hello", "a.txt"), Error);
    EXPECT_THROW(load("", "a.obj"), Error);
    EXPECT_THROW(load_point_cloud("/no/such/file.ply"), Error);
}

TEST(PointCloud, PcdTextAndBinary) {
    auto const head = test::pcd_header();
    auto const binary = test::binary_pcd();
    for (auto const& cloud :
         {load(binary, "a.pcd"), load(head + "DATA ascii\n1.5 -2 0 1122867\n1.5 -2 1 1122867\n", "a.pcd")}) {
        ASSERT_EQ(cloud.points.size(), 2U);
        EXPECT_EQ(cloud.points[1], (Vec3{1.5F, -2, 1}));
        EXPECT_EQ(cloud.colors.at(1), (std::array<std::uint8_t, 3>{0x11, 0x22, 0x33}));
    }
    EXPECT_THROW(load(head + "DATA binary_compressed\n", "a.pcd"), Error);
    EXPECT_THROW(load(binary.substr(0, binary.size() - 1), "a.pcd"), Error);
}

TEST(PointCloud, ObjWithColorsSlashesAndNegativeIndices) {
    auto const cloud = load("# mesh\nv 0 0 3 1 0 0\nv 1 0 3 1 0 0\r\nv 1 1 3 1 0 0\nv 0 1 3 1 0 0\nvn 0 0 1\n"
                            "f 1/1/1 2//1 3\nf -4 -2 -1\n",
                            "a.obj");
    EXPECT_EQ(cloud.triangles, (std::vector<std::array<std::uint32_t, 3>>{{0, 1, 2}, {0, 2, 3}}));
    EXPECT_EQ(cloud.colors.at(2), (std::array<std::uint8_t, 3>{255, 0, 0}));
    EXPECT_THROW(load("v 0 0 0\nf 1 2 3\n", "a.obj"), Error);
    EXPECT_THROW(load("v 0 0\n", "a.obj"), Error);
    EXPECT_THROW(load("v 0 0 0\nf a b c\n", "a.obj"), Error);
}

TEST(PointCloud, PointsThatAreNotNumbersAreNotDrawn) {
    auto const nan = std::numeric_limits<float>::quiet_NaN();
    PointCloud cloud{{{nan, 0, 1}, {0, 0, 2}, {0, std::numeric_limits<float>::infinity(), 1}}, {}, {}};
    auto const view = render(cloud, automatic_viewpoint(cloud), 65, 49);
    EXPECT_EQ(view.depth->values[24 * 65 + 32], 2);
    cloud.triangles = {{0, 1, 2}};
    EXPECT_THROW(render(cloud, {}, 64, 48), Error);
    EXPECT_THROW(load("v nan 0 0\nv 0 inf 0\n", "a.obj"), Error);
}

TEST(PointCloud, CoordinatesBeyondAllMeasureAreSurvived) {
    for (float const far : {1e18F, 3e38F}) {
        PointCloud const cloud{{{-far, 0, 1}, {far, far, -far}, {0, 1, 2}, {1e-30F, 0, 1e-30F}}, {}, {{0, 1, 2}}};
        auto const from = automatic_viewpoint(cloud);
        for (auto const& axis : {from.right, from.down, from.forward}) {
            EXPECT_NEAR(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2], 1, 1e-4);
        }
        for (auto const& camera : {from, Viewpoint{}}) {
            try {
                render(cloud, camera, 64, 48);
            } catch (Error const&) { // nothing in view
            }
        }
    }
}

TEST(Render, ASlantedWallHasItsTrueDepthEverywhere) {
    // The plane z = 3 + x, as two large triangles, red on the left and blue on the right.
    PointCloud const wall{{{-2, -5, 1}, {5, -5, 8}, {5, 5, 8}, {-2, 5, 1}},
                          {{255, 0, 0}, {0, 0, 255}, {0, 0, 255}, {255, 0, 0}},
                          {{0, 1, 2}, {0, 2, 3}}};
    auto const view = render(wall, {}, 160, 120, 66);
    int hit = 0;
    for (int y = 0; y < 120; ++y) {
        for (int x = 0; x < 160; ++x) {
            float const z = view.depth->values[static_cast<std::size_t>(y * 160 + x)];
            if (z == 0) {
                continue;
            }
            ++hit;
            // On the ray x = z (px + 0.5 - cx) / f, the plane is z = 3 / (1 - (px + 0.5 - cx) / f).
            float const slope = (static_cast<float>(x) + 0.5F - view.camera.cx) / view.camera.fx;
            EXPECT_NEAR(z, 3 / (1 - slope), 0.002 * z);
            // Colour changes linearly along x from -2 to 5.
            float const share = (z * slope + 2) / 7;
            EXPECT_NEAR(view.image.pixel(x, y)[2], 255 * share, 1.5);
        }
    }
    EXPECT_GT(hit, 160 * 120 / 2);
}

TEST(Render, WhatIsNearerHidesWhatIsBehind) {
    PointCloud const two{{{0, 0, 2}, {0, 0, 1}, {0, 0, 3}}, {{1, 1, 1}, {2, 2, 2}, {3, 3, 3}}, {}};
    auto const view = render(two, {}, 33, 33);
    EXPECT_EQ(view.image.pixel(16, 16)[0], 2);
    EXPECT_EQ(view.depth->values[16 * 33 + 16], 1);
}

TEST(Render, FromOutsideEverythingFits) {
    PointCloud cube;
    for (int i = 0; i < 8; ++i) {
        cube.points.push_back({100.0F + static_cast<float>(i & 1), static_cast<float>(i >> 1 & 1) - 50,
                               static_cast<float>(i >> 2 & 1) - 7});
    }
    auto const from = automatic_viewpoint(cube);
    EXPECT_EQ(from.down[1], -1); // y is up
    auto const view = render(cube, from, 320, 240);
    auto const hits =
        std::count_if(view.depth->values.begin(), view.depth->values.end(), [](float z) { return z > 0; });
    EXPECT_GE(hits, 8);
}

TEST(Render, RoomFragmentGivesAPictureWithMetricDepth) {
    SKIP_WITHOUT(test::sample("cloud/fragment_color.ply"));
    auto cloud = load_point_cloud(test::sample("cloud/fragment_color.ply"));
    EXPECT_EQ(cloud.points.size(), 64365U);
    EXPECT_EQ(cloud.triangles.size(), 127229U);
    auto const from = automatic_viewpoint(cloud);
    auto const mesh = render(cloud, from, 320, 240);
    cloud.triangles.clear();
    auto const points = render(cloud, from, 320, 240);
    int both = 0, close = 0, mesh_only = 0;
    for (std::size_t i = 0; i < mesh.depth->values.size(); ++i) {
        float const a = mesh.depth->values[i], b = points.depth->values[i];
        both += a > 0 && b > 0 ? 1 : 0;
        close += a > 0 && b > 0 && std::abs(a - b) < 0.05F * a ? 1 : 0;
        mesh_only += a > 0 && b == 0 ? 1 : 0;
    }
    EXPECT_GT(both, 320 * 240 / 10);
    EXPECT_GT(close, both * 9 / 10); // points and mesh agree
    EXPECT_LT(mesh_only, both / 20); // points leave few holes
}

} // namespace
} // namespace echollama
