// Meshes with surfaces: OBJ with materials beside it, glTF as GLB and as JSON; near clipping; shading.
#include "base/error.h"
#include "encode.h"
#include "media/cloud/point_cloud.h"
#include "media/picture/image_io.h"
#include "support/support.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

namespace echollama {
namespace {

using test::Bytes;

// Red, green over blue, white: tells the corners of a texture apart.
Image four_colors() {
    return {2, 2, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
}

std::array<int, 3> color_at(View const& view, int x, int y) {
    auto const* p = view.image.pixel(x, y);
    return {p[0], p[1], p[2]};
}

int difference(std::array<int, 3> const& a, std::array<int, 3> const& b) {
    return std::max({std::abs(a[0] - b[0]), std::abs(a[1] - b[1]), std::abs(a[2] - b[2])});
}

// A square of 2 x 2 metres, 3 metres before the eye, that shows the texture upright.
void expect_textured_square(View const& view) {
    int const w = view.image.width, h = view.image.height;
    float const half = view.camera.fx / 3; // pixels of one metre there
    auto const at = [&](float right, float down) {
        return color_at(view, static_cast<int>(static_cast<float>(w) / 2 + right * half),
                        static_cast<int>(static_cast<float>(h) / 2 + down * half));
    };
    EXPECT_LE(difference(at(-0.5F, -0.5F), {255, 0, 0}), 6);
    EXPECT_LE(difference(at(0.5F, -0.5F), {0, 255, 0}), 6);
    EXPECT_LE(difference(at(-0.5F, 0.5F), {0, 0, 255}), 6);
    EXPECT_LE(difference(at(0.5F, 0.5F), {255, 255, 255}), 6);
    EXPECT_LE(difference(at(1.1F, 0), {224, 224, 224}), 6) << "beyond it";
    EXPECT_NEAR(view.depth->values[static_cast<std::size_t>(h / 2 * w + w / 2 + 3)], 3, 1e-3);
}

TEST(Obj, MaterialsAndTexturesBesideIt) {
    test::TempDir dir;
    save_png(dir / "my texture.png", four_colors());
    std::ofstream(dir / "square.mtl")
        << "newmtl plain\nKd 0 0.5 1\nnewmtl with picture\nKd 1 1 1\nmap_Kd my texture.png\n";
    std::ofstream(dir / "square.obj") << "mtllib square.mtl\nv -1 -1 3\nv 1 -1 3\nv 1 1 3\nv -1 1 3\n"
                                         "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nusemtl with picture\nf 1/4 2/3 3/2 4/1\n"
                                         "v 5 5 9\nv 6 5 9\nv 6 6 9\nusemtl plain\nf 5 6 7\n";
    auto const cloud = load_point_cloud(dir / "square.obj"); // y down, as the recording camera sees it
    ASSERT_EQ(cloud.triangles.size(), 3U);
    expect_textured_square(render(cloud, {}, 320, 240));
    EXPECT_FLOAT_EQ(cloud.surfaces[cloud.surface_of[2]].color[1], 0.5F);
    std::ofstream(dir / "square.mtl") << "newmtl with picture\nmap_Kd ../../../etc/passwd\n";
    auto const outside = load_point_cloud(dir / "square.obj");
    EXPECT_TRUE(outside.textures.empty()) << "files elsewhere are not read";
}

TEST(Obj, OnePointWithTwoPlacesInTheTexture) {
    std::string const text = "v 0 0 3\nv 1 0 3\nv 0 1 3\nvt 0 0\nvt 1 0\nf 1/1 2/1 3/1\nf 1/2 2/2 3/2\n";
    auto const cloud = parse_obj({text.data(), text.size()}, "a.obj");
    ASSERT_EQ(cloud.triangles.size(), 2U);
    EXPECT_EQ(cloud.texture_at.at(cloud.triangles[0][0])[0], 0);
    EXPECT_EQ(cloud.texture_at.at(cloud.triangles[1][0])[0], 1);
    EXPECT_EQ(cloud.points.at(cloud.triangles[1][0]), cloud.points.at(cloud.triangles[0][0]));
}

template <typename T>
void put(Bytes& bytes, std::initializer_list<T> values) {
    for (T value : values) {
        auto const at = bytes.size();
        bytes.resize(at + sizeof value);
        std::memcpy(bytes.data() + at, &value, sizeof value);
    }
}

struct GltfParts {
    std::string json;
    Bytes buffer;
};

// The textured square, y up; a node moves it 3 metres ahead of a camera that looks along -z.
GltfParts textured_square(std::string const& buffer_uri = "") {
    GltfParts parts;
    auto& b = parts.buffer;
    put<float>(b, {-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0});
    put<float>(b, {0, 1, 1, 1, 1, 0, 0, 0});
    put<std::uint16_t>(b, {0, 1, 2, 0, 2, 3});
    auto const png_at = b.size();
    auto const png = test::encode_png({.width = 2, .height = 2}, four_colors().rgb);
    b.insert(b.end(), png.begin(), png.end());
    b.resize((b.size() + 3) / 4 * 4);
    auto const view = [](std::size_t at, std::size_t size) {
        return "{\"buffer\":0,\"byteOffset\":" + std::to_string(at) + ",\"byteLength\":" + std::to_string(size) + "}";
    };
    parts.json =
        R"({"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0,1]}],"nodes":[{"mesh":0,"translation":[7,0,-3]},)"
        R"({"camera":0,"translation":[7,0,0]}],"cameras":[{"type":"perspective","perspective":{"yfov":1,"znear":0.1}}],)"
        R"("meshes":[{"primitives":[{"attributes":{"POSITION":0,"TEXCOORD_0":1},"indices":2,"material":0}]}],)"
        R"("materials":[{"pbrMetallicRoughness":{"baseColorTexture":{"index":0}}}],"textures":[{"source":0}],)"
        R"("images":[{"bufferView":3,"mimeType":"image/png"}],"accessors":[)"
        R"({"bufferView":0,"componentType":5126,"count":4,"type":"VEC3","min":[-1,-1,0],"max":[1,1,0]},)"
        R"({"bufferView":1,"componentType":5126,"count":4,"type":"VEC2"},)"
        R"({"bufferView":2,"componentType":5123,"count":6,"type":"SCALAR"}],"bufferViews":[)" +
        view(0, 48) + "," + view(48, 32) + "," + view(80, 12) + "," + view(png_at, png.size()) + "],\"buffers\":[{" +
        (buffer_uri.empty() ? "" : "\"uri\":\"" + buffer_uri + "\",") + "\"byteLength\":" + std::to_string(b.size()) +
        "}]}";
    return parts;
}

Bytes glb(GltfParts parts) {
    parts.json.resize((parts.json.size() + 3) / 4 * 4, ' ');
    Bytes file{'g', 'l', 'T', 'F'};
    put<std::uint32_t>(file, {2, static_cast<std::uint32_t>(28 + parts.json.size() + parts.buffer.size()),
                              static_cast<std::uint32_t>(parts.json.size()), 0x4E4F534A});
    file.insert(file.end(), parts.json.begin(), parts.json.end());
    put<std::uint32_t>(file, {static_cast<std::uint32_t>(parts.buffer.size()), 0x004E4942});
    file.insert(file.end(), parts.buffer.begin(), parts.buffer.end());
    return file;
}

PointCloud parse(Bytes const& bytes) {
    return parse_gltf({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, "square.glb");
}

TEST(Gltf, BinaryWithTextureAndCamera) {
    auto const cloud = parse(glb(textured_square()));
    ASSERT_EQ(cloud.triangles.size(), 2U);
    ASSERT_TRUE(cloud.camera);
    expect_textured_square(render(cloud, automatic_viewpoint(cloud), 320, 240));
}

TEST(Gltf, JsonWithItsBufferBesideIt) {
    test::TempDir dir;
    auto const parts = textured_square("square.bin");
    std::ofstream(dir / "square.gltf") << parts.json;
    EXPECT_THROW(load_point_cloud(dir / "square.gltf"), Error) << "the buffer is missing";
    test::write_bytes((dir / "square.bin").string(), parts.buffer);
    EXPECT_TRUE(is_point_cloud({parts.json.data(), parts.json.size()}, dir / "square.gltf"));
    auto const cloud = load_point_cloud(dir / "square.gltf");
    expect_textured_square(render(cloud, automatic_viewpoint(cloud), 320, 240));
    auto const elsewhere = textured_square("../square.bin");
    std::filesystem::create_directory(dir / "below");
    std::ofstream(dir / "below" / "square.gltf") << elsewhere.json;
    EXPECT_THROW(load_point_cloud(dir / "below" / "square.gltf"), Error) << "files elsewhere are not read";
}

TEST(Gltf, LiesAreRefused) {
    auto const with = [](std::string const& from, std::string const& to) {
        auto parts = textured_square();
        auto const at = parts.json.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        parts.json.replace(at, from.size(), to);
        return glb(parts);
    };
    EXPECT_THROW(parse(with("\"count\":4", "\"count\":400000000")), Error);
    EXPECT_THROW(parse(with("\"count\":6", "\"count\":7")), Error);
    EXPECT_THROW(parse(with("\"byteOffset\":80", "\"byteOffset\":99999999")), Error);
    EXPECT_THROW(parse(with("\"indices\":2", "\"indices\":9")), Error);
    EXPECT_THROW(parse(with("\"mesh\":0", "\"mesh\":5")), Error);
    EXPECT_THROW(parse(with("\"translation\":[7,0,-3]", "\"children\":[0]")), Error) << "its own child";
    auto const whole = glb(textured_square());
    for (std::size_t length = 0; length < whole.size(); length += 7) {
        try {
            parse(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
        } catch (Error const&) {
        }
    }
}

TEST(Render, TrianglesThatReachBehindTheEyeAreCutNotDropped) {
    // A floor 1.4 metres below, from 5 metres behind to 5 ahead.
    PointCloud const floor{{{-5, 1.4F, -5}, {5, 1.4F, -5}, {5, 1.4F, 5}, {-5, 1.4F, 5}}, {}, {{0, 1, 2}, {0, 2, 3}}};
    auto const view = render(floor, {}, 160, 120);
    float const y = 110;
    float const expected = 1.4F * view.camera.fy / (y + 0.5F - view.camera.cy);
    EXPECT_NEAR(view.depth->values[110 * 160 + 80], expected, 0.01F * expected);
}

TEST(Render, GreyShapesAreShaded) {
    // A face towards the eye and a steep one.
    PointCloud const shape{
        {{-1, -1, 3}, {0, -1, 3}, {0, 1, 3}, {0, -1, 3}, {0.3F, -1, 6}, {0.3F, 1, 6}}, {}, {{0, 1, 2}, {3, 4, 5}}};
    auto const view = render(shape, {}, 320, 240);
    int brightest = 0, darkest = 255;
    for (int x = 0; x < 320; ++x) {
        for (int y = 0; y < 240; ++y) {
            if (view.depth->values[static_cast<std::size_t>(y * 320 + x)] > 0) {
                brightest = std::max<int>(brightest, view.image.pixel(x, y)[0]);
                darkest = std::min<int>(darkest, view.image.pixel(x, y)[0]);
            }
        }
    }
    EXPECT_GT(brightest, darkest + 60);
}

TEST(Viewpoint, WhatUsersWrite) {
    PointCloud cube;
    for (int i = 0; i < 8; ++i) {
        cube.points.push_back(
            {10.0F + static_cast<float>(i & 1), static_cast<float>(i >> 1 & 1), static_cast<float>(i >> 2 & 1)});
    }
    auto const front = viewpoint_from("front", "y", cube);
    EXPECT_GT(front.eye[2], 1);
    EXPECT_NEAR(front.forward[2], -1, 1e-5);
    EXPECT_NEAR(front.down[1], -1, 1e-5);
    auto const right = viewpoint_from("right", "y", cube);
    EXPECT_GT(right.eye[0], 11);
    EXPECT_NEAR(right.down[1], -1, 1e-5);
    auto const above = viewpoint_from("above", "y", cube);
    EXPECT_GT(above.eye[1], 1);
    EXPECT_NEAR(above.right[0], 1, 1e-4) << "right stays right";
    auto const z_up = viewpoint_from("front", "z", cube);
    EXPECT_LT(z_up.eye[1], 0);
    EXPECT_NEAR(z_up.down[2], -1, 1e-5);
    auto const scan = viewpoint_from("0,0", "-y", cube); // as a depth camera sees it
    EXPECT_NEAR(scan.forward[2], 1, 1e-5);
    EXPECT_NEAR(scan.right[0], 1, 1e-5);
    auto const stand = viewpoint_from("1,2,3,1,2,9", "-y", cube);
    EXPECT_EQ(stand.eye, (Vec3{1, 2, 3}));
    EXPECT_NEAR(stand.right[0], 1, 1e-5);
    for (auto const* name : {"front", "back", "left", "right", "above", "30,20", "-100,-45"}) {
        auto const view = render(cube, viewpoint_from(name, "y", cube), 64, 48);
        EXPECT_GT(std::count_if(view.depth->values.begin(), view.depth->values.end(), [](float z) { return z > 0; }), 3)
            << name;
    }
    for (auto const* wrong : {"", "up", "1", "1,2,3,4", "1;2", "nan,0", "1,2,"}) {
        EXPECT_THROW(viewpoint_from(wrong, "y", cube), Error) << wrong;
    }
    EXPECT_THROW(viewpoint_from("front", "w", cube), Error);
}

} // namespace
} // namespace echollama
