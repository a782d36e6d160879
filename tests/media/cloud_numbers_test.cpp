// Numbers, colours and places of clouds as programs write them.
#include "base/error.h"
#include "media/cloud/point_cloud.h"
#include "media/cloud/written_number.h"
#include "support/cloud_writers.h"
#include "support/support.h"

#include <cmath>
#include <fstream>

namespace echollama {
namespace {

using test::put;
using test::refusal;

std::span<char const> span_of(std::string const& text) {
    return {text.data(), text.size()};
}

std::string ply(std::string const& properties, std::string const& rows, int count = 2) {
    std::string header = "ply\nformat ascii 1.0\nelement vertex " + std::to_string(count) + "\n";
    std::string word;
    for (char c : properties + ' ') {
        if (c == ' ') {
            auto const colon = word.find(':');
            header += "property " + word.substr(0, colon) + " " + word.substr(colon + 1) + "\n";
            word.clear();
        } else {
            word += c;
        }
    }
    return header + "end_header\n" + rows;
}

PointCloud of(std::string const& text, std::string const& name) {
    return parse_point_cloud(span_of(text), name);
}

std::string pcd(std::string const& fields, std::string const& types, std::string const& rows, int count) {
    auto const n = static_cast<int>(std::count(types.begin(), types.end(), ' ')) + 1;
    std::string sizes;
    for (int i = 0; i < n; ++i) {
        sizes += " 4";
    }
    return "# .PCD v0.7\nVERSION 0.7\nFIELDS " + fields + " # what there is\nSIZE" + sizes + "\nTYPE " + types +
           "\nWIDTH " + std::to_string(count) + "\nHEIGHT 1\nPOINTS " + std::to_string(count) + "\nDATA ascii\n" + rows;
}

TEST(WrittenNumber, EveryFormIsRead) {
    struct Case {
        char const* text;
        double value;
    };
    for (auto const& one : {Case{"2", 2},
                            Case{"+2.0", 2},
                            Case{"-2.", -2},
                            Case{".5", 0.5},
                            Case{"-.5", -0.5},
                            Case{"1e3", 1000},
                            Case{"+1E+3", 1000},
                            Case{"1e-3", 0.001},
                            Case{"1.5D+02", 150},
                            Case{"1d2", 100},
                            Case{"0", 0},
                            Case{"-0", 0},
                            Case{"007", 7},
                            Case{"1e-400", 0},
                            Case{"0.00000000000000000000000000000000000000000000000000001", 1e-53},
                            Case{"1e400", INFINITY},
                            Case{"-1e400", -INFINITY},
                            Case{"inf", INFINITY},
                            Case{"-Infinity", -INFINITY},
                            Case{"1.#INF", INFINITY},
                            Case{"-1.#INF00", -INFINITY}}) {
        auto const found = written_number(one.text);
        ASSERT_TRUE(found) << one.text;
        EXPECT_DOUBLE_EQ(*found, one.value) << one.text;
    }
    for (auto const* text :
         {"nan", "NaN", "-nan", "nan(ind)", "-nan(ind)", "-1.#IND", "1.#QNAN", "1.#QNAN0", "-1.#IND00", "1.#SNAN"}) {
        auto const found = written_number(text);
        ASSERT_TRUE(found) << text;
        EXPECT_TRUE(std::isnan(*found)) << text;
    }
}

TEST(WrittenNumber, NothingIsCutOff) {
    for (auto const* text : {"1,5", "1.5m", "1.5f",  "1 5",   "--1", "+-1",   "+",  "-",   "",       ".",   "e5",
                             "1e",  "0x10", "1_000", "1'000", "one", "1.5.2", "−1", "1#2", "1.#ABC", "1;5", "$1"}) {
        EXPECT_FALSE(written_number(text)) << text;
    }
    EXPECT_NE(number_trouble("1,5").find("commas"), std::string::npos);
    EXPECT_NE(number_trouble("1.5m").find("'1.5m'"), std::string::npos);
    EXPECT_EQ(comment_start("1 2 3 # x"), 6U);
    EXPECT_EQ(comment_start("1 2 3#x"), 5U);
    EXPECT_EQ(comment_start("1 -1.#IND 3"), 11U);
    EXPECT_EQ(comment_start("1 1.#QNAN # x"), 10U);
    EXPECT_EQ(comment_start("1 2.#x"), 4U);
}

// One point in every text format.
std::vector<std::pair<std::string, std::string>> with_point(std::string const& xyz) {
    return {{ply("float:x float:y float:z", xyz + "\n9 9 9\n"), "a.ply"},
            {pcd("x y z", "F F F", xyz + "\n9 9 9\n", 2), "a.pcd"},
            {"v " + xyz + "\nv 9 9 9\n", "a.obj"}};
}

TEST(CloudText, FormsOfNumbersInEveryFormat) {
    for (auto const* xyz : {"+1.0 -2 3e0", "1 -2.0 +3", "1.0d0 -.2e1 3.", "1 \t -2   3  ", "1 -2 3 # a comment",
                            "1 -2 3\t#", "1 \\\n-2 3", "1 -2 \\\r\n 3"}) {
        for (auto const& [text, name] : with_point(xyz)) {
            auto const cloud = of(text, name);
            ASSERT_EQ(cloud.points.size(), 2U) << name << ": " << xyz;
            EXPECT_EQ(cloud.points[0], (Vec3{1, -2, 3})) << name << ": " << xyz;
            EXPECT_EQ(cloud.points[1], (Vec3{9, 9, 9})) << name << ": " << xyz;
        }
    }
}

TEST(CloudText, PointsThatAreNoNumbersAreNoGhosts) {
    for (auto const* word : {"-1.#IND", "1.#QNAN", "nan", "-nan(ind)", "1.#INF", "1e999"}) {
        for (auto const& [text, name] : with_point(std::string(word) + " 0 1")) {
            auto const cloud = of(text, name);
            ASSERT_EQ(cloud.points.size(), 2U) << name << ": " << word;
            EXPECT_FALSE(std::isfinite(cloud.points[0][0])) << name << ": " << word;
        }
    }
}

TEST(CloudText, WhatIsNoNumberIsRefusedByName) {
    for (auto const* xyz : {"1,5 0 1", "0 0 1,25", "1.234,5 0 1", "0 1.5m 2", "0 zero 1", "0 1 2.5f", "0 1 0x10"}) {
        for (auto const& [text, name] : with_point(xyz)) {
            auto const said = refusal([&, text = text, name = name] { of(text, name); });
            EXPECT_NE(said.find('\''), std::string::npos) << name << ": " << xyz << ": " << said;
            EXPECT_EQ(said.find(',') != std::string::npos && std::string(xyz).find(',') != std::string::npos,
                      said.find("commas") != std::string::npos)
                << said;
        }
    }
}

TEST(CloudText, RowsThatDoNotFitTheHeaderAreRefused) {
    EXPECT_NE(refusal([] { of(ply("float:x float:y float:z", "1 2 3 4\n5 6 7 8\n"), "a.ply"); }).find("rows"),
              std::string::npos);
    EXPECT_THROW(of(pcd("x y z", "F F F", "1 2 3 4\n5 6 7 8\n", 2), "a.pcd"), Error);
    EXPECT_THROW(of(ply("float:x float:y float:z", "1 2 3\n4 5\n"), "a.ply"), Error);
    // A row may go on in the next line.
    EXPECT_EQ(of(ply("float:x float:y float:z", "1 2\n3\n4 5\n6\n"), "a.ply").points[1], (Vec3{4, 5, 6}));
}

TEST(CloudText, ObjFacesGoOnAndCarryComments) {
    auto const cloud = of("v 0 0 1 # first\nv 1 0 1\nv 1 1 1\nv 0 1 1\n# f 9 9 9\nf 1 2 \\\n  3 \\\r\n 4 # a square\n"
                          "usemtl wood#2 # dark\n",
                          "a.obj");
    EXPECT_EQ(cloud.triangles, (std::vector<std::array<std::uint32_t, 3>>{{0, 1, 2}, {0, 2, 3}}));
    EXPECT_EQ(of("# from C:\\models\\\nv 0 0 1\nv 1 0 1 # C:\\\nv 1 1 1\n", "a.obj").points.size(), 3U);
    for (auto const* face : {"f 1 2 3.5", "f 1 2 x", "f 1/a 2 3", "f 1 2 3,4", "f 0 1 2"}) {
        EXPECT_THROW(of("v 0 0 1\nv 1 0 1\nv 1 1 1\n" + std::string(face) + "\n", "a.obj"), Error) << face;
    }
    EXPECT_EQ(of("v 0 0 1\nv 1 0 1\nv 1 1 1\nf +1 2// 3/+1/1\n", "a.obj").triangles.size(), 1U);
}

TEST(CloudText, ObjAndGltfAreKnownWithoutAName) {
    EXPECT_EQ(of("# made by hand\n\nmtllib a.mtl\nv 0 0 1\n", "-").points.size(), 1U);
    std::string const gltf = R"({"asset":{"version":"2.0"},"scenes":[{"nodes":[]}],"scene":0})";
    EXPECT_TRUE(is_point_cloud(span_of(gltf), "-"));
    for (std::string const other : {"P3\n1 1\n255\n0 0 0\n", "hello world\n", "{\"fx\": 1}", ""}) {
        EXPECT_FALSE(is_point_cloud(span_of(other), "-")) << other;
    }
}

using Color = std::array<std::uint8_t, 3>;

TEST(CloudColors, EveryNumberTypeOfPly) {
    struct Case {
        char const *type, *first, *second;
    };
    // The same two colours, full red and a dim green.
    for (auto const& one :
         {Case{"uchar", "255 0 0", "0 51 0"}, Case{"char", "-1 0 0", "0 51 0"},
          Case{"ushort", "65535 0 0", "0 13107 0"}, Case{"ushort", "255 0 0", "0 51 0"},
          Case{"ushort", "4095 0 0", "0 819 0"}, Case{"short", "32767 0 0", "0 6553 0"},
          Case{"short", "255 0 0", "0 51 0"}, Case{"int", "255 0 0", "0 51 0"}, Case{"uint", "65535 0 0", "0 13107 0"},
          Case{"uint", "4294967295 0 0", "0 858993459 0"}, Case{"float", "1 0 0", "0 0.2 0"},
          Case{"float", "255 0 0", "0 51 0"}, Case{"float", "255.0 0 0", "0 51.2 0"},
          Case{"float", "65535 0 0", "0 13107 0"}, Case{"double", "1.0 0 0", "0 0.2 0"},
          Case{"double", "2.55e2 0 0", "0 5.1e1 0"}, Case{"float", "1.1 0 0", "0 0.2 0"}}) {
        auto const t = std::string(one.type);
        auto const cloud = of(ply("float:x float:y float:z " + t + ":red " + t + ":green " + t + ":blue",
                                  "0 0 1 " + std::string(one.first) + "\n1 0 1 " + one.second + "\n"),
                              "a.ply");
        EXPECT_EQ(cloud.colors.at(0), (Color{255, 0, 0})) << t << " " << one.first;
        EXPECT_EQ(cloud.colors.at(1)[0], 0) << t << " " << one.first;
        EXPECT_NEAR(cloud.colors.at(1)[1], 51, 1) << t << " " << one.first;
    }
}

TEST(CloudColors, OtherFormatsAlike) {
    for (auto const* colors : {"1 0 0:0 0.2 0", "255 0 0:0 51 0", "65535 0 0:0 13107 0"}) {
        std::string const both = colors;
        auto const first = both.substr(0, both.find(':')), second = both.substr(both.find(':') + 1);
        for (auto const& cloud :
             {of("v 0 0 1 " + first + "\nv 1 0 1 " + second + "\n", "a.obj"),
              of(pcd("x y z r g b", "F F F F F F", "0 0 1 " + first + "\n1 0 1 " + second + "\n", 2), "a.pcd")}) {
            EXPECT_EQ(cloud.colors.at(0), (Color{255, 0, 0})) << both;
            EXPECT_NEAR(cloud.colors.at(1)[1], 51, 1) << both;
        }
    }
    // Packed, as a whole number in text and as the bits of a float.
    EXPECT_EQ(of(pcd("x y z rgb", "F F F F", "0 0 1 16711680\n0 0 2 2.3418052e-38\n", 2), "a.pcd").colors,
              (std::vector<Color>{{255, 0, 0}, {255, 0, 0}}));
    EXPECT_EQ(of(pcd("x y z rgba", "F F F I", "0 0 1 -16776961\n0 0 2 255\n", 2), "a.pcd").colors,
              (std::vector<Color>{{0, 0, 255}, {0, 0, 255}}));
}

TEST(WorldCoordinates, KeepTheirMillimetres) {
    double const east = 412345.678, north = 5654321.123, height = 87.5;
    auto const text = [&](double x, double y, double z) {
        char line[128];
        std::snprintf(line, sizeof line, "%.4f %.4f %.4f", east + x, north + y, height + z);
        return std::string(line);
    };
    std::string binary =
        "ply\nformat binary_little_endian 1.0\nelement vertex 3\nproperty double x\nproperty double y\n"
        "property double z\nend_header\n";
    for (double v : {0.0, 0.001, 0.25}) {
        put(binary, east + v);
        put(binary, north - v);
        put(binary, height + 2 * v);
    }
    auto const rows = text(0, 0, 0) + "\n" + text(0.001, -0.001, 0.002) + "\n" + text(0.25, -0.25, 0.5) + "\n";
    std::string obj;
    for (std::size_t at = 0, end; (end = rows.find('\n', at)) != std::string::npos; at = end + 1) {
        obj += "v " + rows.substr(at, end - at) + "\n";
    }
    for (auto const& cloud : {of(binary, "a.ply"), of(ply("double:x double:y double:z", rows, 3), "a.ply"),
                              of(pcd("x y z", "F F F", rows, 3), "a.pcd"), of(obj, "a.obj")}) {
        ASSERT_EQ(cloud.points.size(), 3U);
        for (std::size_t axis = 0; axis < 3; ++axis) {
            double const sign = axis == 1 ? -1 : axis == 2 ? 2 : 1;
            EXPECT_NEAR(cloud.points[1][axis] - cloud.points[0][axis], sign * 0.001, 2e-5);
            EXPECT_NEAR(cloud.points[2][axis] - cloud.points[0][axis], sign * 0.25, 2e-5);
        }
        EXPECT_NEAR(cloud.origin[0] + static_cast<double>(cloud.points[0][0]), east, 1e-3);
        EXPECT_NEAR(cloud.origin[1] + static_cast<double>(cloud.points[0][1]), north, 1e-3);
    }
}

TEST(WorldCoordinates, StrayAndMissingPointsDoNotMoveTheOrigin) {
    std::string rows = "0 0 0\nnan nan nan\n-99999 7 7\n";
    for (int i = 0; i < 60; ++i) {
        rows += "412345." + std::to_string(100 + i) + " 5654321.5 87.5\n";
    }
    auto const cloud = of(ply("double:x double:y double:z", rows, 63), "a.ply");
    EXPECT_NEAR(cloud.points[4][0] - cloud.points[3][0], 0.001, 2e-5);
    // Many more than are looked at to find the origin.
    rows.clear();
    for (int i = 0; i < 3000; ++i) {
        rows += "412345." + std::to_string(1000 + i) + " 5654321.5 87.5\n";
    }
    auto const many = of(ply("double:x double:y double:z", rows, 3000), "a.ply");
    EXPECT_NEAR(many.points[2999][0] - many.points[2998][0], 0.0001, 2e-5);
    EXPECT_NEAR(many.points[2999][0] - many.points[0][0], 0.2999, 1e-4);
}

TEST(WorldCoordinates, AreSeenAsTheSameCloudNearItsOriginIs) {
    PointCloud near;
    std::string rows;
    for (int i = 0; i < 400; ++i) {
        double const x = i % 20 * 0.1, y = i / 20 * 0.1, z = (i * 7 % 13) * 0.01;
        near.points.push_back({static_cast<float>(x), static_cast<float>(y), static_cast<float>(z)});
        char line[128];
        std::snprintf(line, sizeof line, "%.4f %.4f %.4f\n", 412345 + x, 5654321 + y, 87 + z);
        rows += line;
    }
    auto const far = of(ply("double:x double:y double:z", rows, 400), "a.ply");
    for (auto const* where : {"front", "left", "above", "30,20"}) {
        auto const a = render(near, viewpoint_from(where, "z", near), 160, 120);
        auto const b = render(far, viewpoint_from(where, "z", far), 160, 120);
        int differ = 0;
        for (std::size_t i = 0; i < a.depth->values.size(); ++i) {
            differ += std::abs(a.depth->values[i] - b.depth->values[i]) > 0.002F ? 1 : 0;
        }
        EXPECT_LT(differ, 160 * 120 / 50) << where;
    }
    // A viewpoint in the file's own coordinates; z is up on a map when nothing is said.
    auto const named = viewpoint_from("412346,5654318,88,412346,5654322,88", "auto", far);
    EXPECT_NEAR(named.forward[1], 1, 1e-3);
    EXPECT_NEAR(named.down[2], -1, 1e-3);
    EXPECT_NEAR(named.eye[1] + far.origin[1], 5654318, 1e-2);
    EXPECT_NEAR(automatic_viewpoint(far).down[2], -1, 1e-3);
    EXPECT_NEAR(viewpoint_from("origin", "auto", far).eye[0] + far.origin[0], 0, 0.1);
}

TEST(CloudUnits, AreReadFromCommentsAndScaledToMetres) {
    for (auto const* comment : {"# File units = millimeters", "# Units: mm", "# unit: Millimetres", "# UNITS mm"}) {
        EXPECT_EQ(of(std::string(comment) + "\nv 0 0 1\n", "a.obj").file_units_per_metre, 1000) << comment;
    }
    EXPECT_EQ(of("# a man in a hat\n# File units = inches\nv 0 0 1\n", "a.obj").file_units_per_metre, 1 / 0.0254F);
    EXPECT_EQ(of("# 3 m wide\n# no unit is told\nv 0 0 1\n", "a.obj").file_units_per_metre, 0);
    EXPECT_EQ(of("ply\nformat ascii 1.0\ncomment unit: cm\nelement vertex 1\nproperty float x\nproperty float y\n"
                 "property float z\nend_header\n1 2 3\n",
                 "a.ply")
                  .file_units_per_metre,
              100);
    auto cloud = of("v 1000 2000 3000\nv 0 0 500\n", "a.obj");
    scale_to_metres(cloud, 1000);
    auto const& p = cloud.points[0];
    EXPECT_NEAR(p[2] + cloud.origin[2], 3, 1e-4);
    EXPECT_NEAR(p[0] + cloud.origin[0], 1, 1e-4);
    auto const eye = viewpoint_from("0,0,-1000", "auto", cloud).eye;
    EXPECT_NEAR(eye[2] + cloud.origin[2], -1, 1e-4) << "a viewpoint is in the file's unit";
}

} // namespace
} // namespace echollama
