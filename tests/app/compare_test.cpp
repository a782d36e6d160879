// echollama compare: photos, depth pictures and clouds of one place, as a user compares them.
#include "media/picture/image_io.h"
#include "media/picture/png16.h"
#include "media/picture/resize.h"
#include "seen_scene.h"
#include "support/cloud_writers.h"

#include <gtest/gtest.h>

#include <fstream>

namespace echollama {
namespace {

using test::Json;
using test::photo;

constexpr float focal = 500;

// A table with a cup, and the same table without it.
struct Table {
    test::TempDir dir;
    Image with = load_image(photo("coffee.png")).image;
    Box cup = test::box_of(photo("coffee.png"), "cup");
    Image without = test::taken_away(with, {cup.x0 - 90, cup.y0, cup.x1 + 90, cup.y1 + 90}); // with its saucer

    Table() {
        save_png(dir / "with.png", with);
        save_png(dir / "without.png", without);
    }
    std::string file(std::string const& name) const { return (dir / name).string(); }
};

Json compared(std::string const& arguments) {
    auto const result = test::echollama("compare --json " + arguments);
    EXPECT_EQ(result.code, 0) << arguments << "\n" << result.err;
    return result.code == 0 ? Json::parse(result.out) : Json();
}

std::string said(std::string const& arguments) {
    auto const result = test::echollama("compare " + arguments);
    EXPECT_EQ(result.code, 0) << arguments << "\n" << result.err;
    return result.out;
}

TEST(Compare, PhotosOfOneTable) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    Table const table;
    auto const with = table.file("with.png"), without = table.file("without.png");
    auto const same = said(with + " " + with);
    EXPECT_EQ(std::count(same.begin(), same.end(), '\n'), 1) << same;
    EXPECT_EQ(same.find("cup"), std::string::npos) << same;
    EXPECT_NE(said(with + " " + without).find("one: the cup"), std::string::npos);
    EXPECT_NE(said(without + " " + with).find("ew: a cup"), std::string::npos);
    auto const gone = compared(with + " " + without);
    ASSERT_EQ(gone["gone"].size(), 1U);
    EXPECT_EQ(gone["gone"][0]["label"], "cup");
    EXPECT_EQ(gone["gone"][0]["after"], nullptr);
    // A thing has the shape that every command gives it.
    for (auto const& object : test::scene_of(with)["objects"]) {
        for (auto const& [name, value] : object.items()) {
            EXPECT_TRUE(name == "rival" || gone["gone"][0]["before"].contains(name)) << name;
        }
        EXPECT_EQ(object["distance"].type(), gone["gone"][0]["before"]["distance"].type());
    }
}

// The same cup, smaller, with its upper left corner there on the empty table.
Image with_cup_at(Table const& table, int x0, int y0) {
    constexpr int around = 20;
    auto const left = static_cast<int>(table.cup.x0) - around, top = static_cast<int>(table.cup.y0);
    Image cup{static_cast<int>(table.cup.width()) + 2 * around, static_cast<int>(table.cup.height()) + around, {}};
    for (int y = 0; y < cup.height; ++y) {
        auto const* row = table.with.pixel(left, top + y);
        cup.rgb.insert(cup.rgb.end(), row, row + static_cast<std::ptrdiff_t>(3) * cup.width);
    }
    cup = resize_bilinear(cup, cup.width * 6 / 10, cup.height * 6 / 10);
    auto image = table.without;
    for (int y = 0; y < cup.height; ++y) {
        std::copy_n(cup.pixel(0, y), 3 * cup.width, image.pixel(x0, y0 + y));
    }
    return image;
}

TEST(Compare, ACupThatWasMovedOverTheTable) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    Table const table;
    save_png(table.dir / "left.png", with_cup_at(table, 90, 120));
    save_png(table.dir / "right.png", with_cup_at(table, 330, 130));
    auto const left = table.file("left.png"), right = table.file("right.png");
    auto const there = said(left + " " + right), back = said(right + " " + left);
    EXPECT_TRUE(there.starts_with("The cup ")) << there; // moved, or seems to have moved
    EXPECT_NE(there.find("moved: before it was slightly left"), std::string::npos) << there;
    EXPECT_NE(back.find("moved: before it was slightly right"), std::string::npos) << back;
    auto const json = compared(left + " " + right);
    ASSERT_EQ(json["moved"].size(), 1U) << json.dump(1);
    EXPECT_LT(json["moved"][0]["before"]["bearing_deg"].get<double>(), 0);
    EXPECT_GT(json["moved"][0]["after"]["bearing_deg"].get<double>(), 0);
    EXPECT_EQ(json["gone"].size() + json["new"].size(), 0U) << json.dump(1);
}

// The cup stands so far before the table's back.
void write_depth(Table const& table, std::string const& name, double cup_m, bool there = true) {
    std::vector<std::uint16_t> millimetres;
    for (int y = 0; y < table.with.height; ++y) {
        for (int x = 0; x < table.with.width; ++x) {
            auto const px = static_cast<float>(x), py = static_cast<float>(y);
            bool const on = there && px > table.cup.x0 && px < table.cup.x1 && py > table.cup.y0 && py < table.cup.y1;
            millimetres.push_back(static_cast<std::uint16_t>(1000 * (on ? cup_m : 3.2)));
        }
    }
    save_png16(table.dir / name, table.with.width, table.with.height, millimetres);
}

TEST(Compare, DepthPicturesTellWhatCameNearer) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    Table const table;
    write_depth(table, "far.png", 2.0);
    write_depth(table, "near.png", 1.2);
    write_depth(table, "none.png", 0, false);
    auto const options = " --depth-units mm --focal " + std::to_string(focal) + " --depth-image ";
    auto const with = table.file("with.png");
    auto const compare = [&](std::string const& first, std::string const& second, std::string const& after) {
        return compared(with + " " + second + options + table.file(first) + " --depth-image-after " +
                        table.file(after));
    };
    auto const moved = compare("far.png", with, "near.png");
    ASSERT_EQ(moved["moved"].size(), 1U) << moved.dump(1);
    auto const& one = moved["moved"][0];
    EXPECT_EQ(one["label"], "cup");
    EXPECT_NEAR(one["before"]["distance"]["metres"].get<double>(), 2.0, 0.15);
    EXPECT_NEAR(one["after"]["distance"]["metres"].get<double>(), 1.2, 0.15);
    EXPECT_EQ(one["after"]["distance"]["source"], "sensor");
    auto const still = compare("far.png", with, "far.png");
    EXPECT_EQ(still["moved"].size() + still["gone"].size() + still["new"].size(), 0U) << still.dump(1);
    auto const gone = compare("far.png", table.file("without.png"), "none.png");
    ASSERT_EQ(gone["gone"].size(), 1U) << gone.dump(1);
    EXPECT_EQ(gone["gone"][0]["before"]["distance"]["source"], "sensor");
}

// What a depth camera at the origin saw of the picture: x right, y down, z ahead.
void write_cloud(Table const& table, std::string const& name, Image const& image, double cup_m) {
    std::string out = "ply\nformat binary_little_endian 1.0\nelement vertex " +
                      std::to_string(image.width * image.height) +
                      "\nproperty float x\nproperty float y\nproperty float z\nproperty uchar red\n"
                      "property uchar green\nproperty uchar blue\nend_header\n";
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            auto const px = static_cast<float>(x), py = static_cast<float>(y);
            bool const on = px > table.cup.x0 && px < table.cup.x1 && py > table.cup.y0 && py < table.cup.y1;
            float const z = on ? static_cast<float>(cup_m) : 3.2F;
            test::put(out, (px + 0.5F - static_cast<float>(image.width) / 2) / focal * z);
            test::put(out, (py + 0.5F - static_cast<float>(image.height) / 2) / focal * z);
            test::put(out, z);
            for (int channel = 0; channel < 3; ++channel) {
                test::put(out, image.pixel(x, y)[channel]);
            }
        }
    }
    std::ofstream(table.dir / name, std::ios::binary) << out;
}

TEST(Compare, CloudsOfOneTable) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    Table const table;
    write_cloud(table, "with.ply", table.with, 2.0);
    write_cloud(table, "nearer.ply", table.with, 1.4);
    write_cloud(table, "without.ply", table.without, 3.2);
    auto const options = " --view origin --up=-y --cloud-units m";
    auto const compare = [&](std::string const& first, std::string const& second) {
        return compared(table.file(first) + " " + table.file(second) + options);
    };
    auto const still = compare("with.ply", "with.ply");
    EXPECT_EQ(still["moved"].size() + still["gone"].size() + still["new"].size(), 0U) << still.dump(1);
    EXPECT_GE(still["stayed"], 1);
    auto const moved = compare("with.ply", "nearer.ply");
    ASSERT_GE(moved["moved"].size(), 1U) << moved.dump(1);
    EXPECT_EQ(moved["moved"][0]["label"], "cup");
    EXPECT_NEAR(moved["moved"][0]["before"]["distance"]["metres"].get<double>(), 2.0, 0.2);
    EXPECT_NEAR(moved["moved"][0]["after"]["distance"]["metres"].get<double>(), 1.4, 0.2);
    auto const gone = compare("with.ply", "without.ply");
    ASSERT_GE(gone["gone"].size(), 1U) << gone.dump(1);
    EXPECT_EQ(gone["gone"][0]["label"], "cup");
    EXPECT_NEAR(gone["gone"][0]["before"]["distance"]["metres"].get<double>(), 2.0, 0.2);
    auto const back = compare("without.ply", "with.ply");
    ASSERT_GE(back["new"].size(), 1U) << back.dump(1);
    EXPECT_EQ(back["new"][0]["label"], "cup");
}

TEST(Compare, WhatCannotBeComparedIsRefusedInOneSentence) {
    NEEDS_DETECTOR();
    SKIP_WITHOUT(photo("coffee.png"));
    auto const cup = photo("coffee.png").string();
    for (auto const& arguments : {cup + " /nowhere.png", "/nowhere.png " + cup, cup + " /dev/null",
                                  cup + " " + cup + " --depth-image-after /nowhere.png"}) {
        auto const result = test::echollama("compare " + arguments);
        EXPECT_EQ(result.code, 1) << arguments;
        EXPECT_EQ(result.out, "") << arguments;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
    EXPECT_EQ(test::echollama("compare " + cup).code, 2);
}

} // namespace
} // namespace echollama
