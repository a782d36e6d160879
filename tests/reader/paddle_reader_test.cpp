#include "media/picture/image_io.h"
#include "onnx/session.h"
#include "reader/characters.h"
#include "reader/paddle_reader.h"
#include "reader/text_map.h"
#include "support/signs.h"
#include "support/support.h"
#include "verify/word_errors.h"
#include "wording/reading_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

namespace echollama {
namespace {

std::filesystem::path model() {
    return test::models_dir() / "ppocrv6-small";
}

// Rows first to last of the picture, blue, green and red planes, (value / 255 - 0.5) / 0.5.
std::vector<float> planes(Image const& image, int first, int rows, int columns) {
    std::vector<float> values;
    for (int c = 2; c >= 0; --c) {
        for (int y = first; y < first + rows; ++y) {
            for (int x = 0; x < columns; ++x) {
                values.push_back((static_cast<float>(image.pixel(x, y)[c]) / 255 - 0.5F) / 0.5F);
            }
        }
    }
    return values;
}

std::vector<std::vector<std::string>> reference(std::string const& kind) {
    std::vector<std::vector<std::string>> found;
    std::ifstream file(test::data("ppocr/reference.tsv"));
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::vector<std::string> values;
        for (std::string value; fields >> value;) {
            values.push_back(value);
        }
        if (!values.empty() && values[0] == kind) {
            found.emplace_back(values.begin() + 1, values.end());
        }
    }
    return found;
}

std::string joined(std::vector<TextLine> const& lines) {
    std::string text;
    for (auto const& line : lines) {
        text += (text.empty() ? "" : " / ") + text_of(line);
    }
    return text;
}

TEST(PaddleReader, DetectorMeetsItsNumbers) {
    SKIP_WITHOUT(model());
    auto const image = load_image(test::data("ppocr/sign.png")).image;
    onnx::Session const detector(model() / "det.onnx", 2);
    auto const values = planes(image, 0, image.height, image.width);
    auto const outputs = detector.run({{detector.inputs()[0].name, {1, 3, image.height, image.width}, values}});
    ASSERT_EQ(outputs.size(), 1U);
    auto const points = reference("map");
    ASSERT_GT(points.size(), 100U);
    for (auto const& point : points) {
        auto const at = std::stoul(point[1]) * static_cast<std::size_t>(image.width) + std::stoul(point[0]);
        EXPECT_NEAR(outputs[0].values[at], std::stof(point[2]), 1e-3F) << point[0] << ", " << point[1];
    }
    auto const places = find_text({image.width, image.height, outputs[0].values});
    auto const boxes = reference("box");
    ASSERT_EQ(places.size(), boxes.size());
    for (auto const& box : boxes) {
        auto near = [&](TextPlace const& p) {
            return std::hypot(p.core[0].x - std::stof(box[1]), p.core[0].y - std::stof(box[2])) < 1e-2F;
        };
        auto const found = std::find_if(places.begin(), places.end(), near);
        ASSERT_NE(found, places.end()) << box[1] << ", " << box[2];
        EXPECT_NEAR(found->score, std::stof(box[0]), 1e-3F);
        for (std::size_t i = 0; i < 4; ++i) {
            EXPECT_NEAR(found->corners[i].x, std::stof(box[9 + 2 * i]), 1e-3F);
            EXPECT_NEAR(found->corners[i].y, std::stof(box[10 + 2 * i]), 1e-3F);
        }
    }
}

TEST(PaddleReader, RecogniserMeetsItsNumbers) {
    SKIP_WITHOUT(model());
    auto const image = load_image(test::data("ppocr/sign.png")).image;
    onnx::Session const recogniser(model() / "rec.onnx", 2);
    auto const values = planes(image, 8, 48, image.width);
    auto const outputs = recogniser.run({{recogniser.inputs()[0].name, {1, 3, 48, image.width}, values}});
    ASSERT_EQ(outputs.size(), 1U);
    auto const characters = read_character_list(recogniser.metadata("character").value_or(""));
    ASSERT_EQ(characters.size(), 18710U);
    auto const steps = reference("step");
    ASSERT_EQ(outputs[0].values.size(), steps.size() * characters.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto const row = outputs[0].values.subspan(i * characters.size(), characters.size());
        EXPECT_NEAR(row[std::stoul(steps[i][0])], std::stof(steps[i][1]), 1e-3F);
        EXPECT_NEAR(row[0], std::stof(steps[i][2]), 1e-3F);
    }
    auto const words = read_steps(outputs[0].values, characters);
    ASSERT_EQ(words.size(), 4U);
    EXPECT_EQ(words[0].text + " " + words[3].text, "Mind 42");
}

TEST(PaddleReader, OrientationMeetsItsNumbers) {
    SKIP_WITHOUT(model());
    auto const image = load_image(test::data("ppocr/sign.png")).image;
    onnx::Session const orientation(model() / "cls.onnx", 2);
    auto const values = planes(image, 8, 48, 192);
    auto const outputs = orientation.run({{orientation.inputs()[0].name, {1, 3, 48, 192}, values}});
    ASSERT_EQ(outputs.size(), 1U);
    ASSERT_EQ(outputs[0].values.size(), 2U);
    EXPECT_NEAR(outputs[0].values[0], std::stof(reference("turn").at(0)[0]), 1e-3F);
}

TEST(PaddleReader, ReadsTheSign) {
    SKIP_WITHOUT(model());
    auto const reader = make_paddle_reader(model(), 2);
    auto const lines = reader->read(load_image(test::data("ppocr/sign.png")).image);
    EXPECT_EQ(joined(lines), "Mind the gap 42 / Way out, left / open 9:30");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_NEAR(angle_of(lines[0]), 0, 2);
    EXPECT_NEAR(angle_of(lines[1]), 14, 2);
}

TEST(PaddleReader, ReadsSignsAtAllAngles) {
    SKIP_WITHOUT(model());
    auto const reader = make_paddle_reader(model(), 2);
    WordErrors all;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        auto const sign = test::make_sign(seed);
        std::string said, read;
        for (auto const& word : sign.words) {
            said += word + " ";
        }
        for (auto const& line : reader->read(sign.image)) {
            read += text_of(line) + " ";
        }
        auto const errors = word_errors(said, read);
        all += errors;
        if (errors.errors() > 0) {
            std::cout << "sign " << seed << ": " << said << "-> " << read << "\n";
        }
    }
    EXPECT_GT(all.words, 150U);
    EXPECT_LE(all.rate(), 0.05) << all.errors() << " of " << all.words;
}

TEST(PaddleReader, NoticesTextUpsideDownAndOnEnd) {
    SKIP_WITHOUT(model());
    auto const reader = make_paddle_reader(model(), 2);
    std::string const text = "Emergency exit\nPlease keep clear";
    auto const turned = reader->read(test::plain_text(text, 480, 200, 40, 40, 70, "DejaVu Sans", true));
    EXPECT_EQ(joined(turned), "Emergency exit / Please keep clear");
    ASSERT_FALSE(turned.empty());
    EXPECT_GT(std::abs(angle_of(turned[0])), 170);
    for (double const angle : {90.0, -90.0}) {
        auto image = test::plain_text("", 300, 520, 10, 0, 0);
        test::draw_text(image, text, angle > 0 ? 140 : 100, angle > 0 ? 60 : 460, 40, "DejaVu Sans", angle);
        auto const lines = reader->read(image);
        EXPECT_EQ(joined(lines), "Emergency exit / Please keep clear") << angle;
        ASSERT_FALSE(lines.empty());
        EXPECT_NEAR(angle_of(lines[0]), angle, 5);
    }
}

TEST(PaddleReader, ReadsSingleCharactersThatAreHigherThanWide) {
    SKIP_WITHOUT(model());
    auto const reader = make_paddle_reader(model(), 2);
    for (std::string const text : {"1", "7", "B", "42"}) {
        EXPECT_EQ(joined(reader->read(test::plain_text(text, 320, 240, 90, 120, 150))), text);
    }
}

TEST(PaddleReader, ReadsLargePictures) {
    SKIP_WITHOUT(model());
    auto const reader = make_paddle_reader(model(), 2);
    EXPECT_EQ(joined(reader->read(test::plain_text("Way out", 3200, 2400, 120, 900, 1100))), "Way out");
}

TEST(PaddleReader, ReadsNothingWhereNothingIsWritten) {
    SKIP_WITHOUT(model());
    auto const reader = make_paddle_reader(model(), 2);
    EXPECT_TRUE(reader->read(test::plain_text("", 640, 480, 10, 0, 0)).empty());
    EXPECT_TRUE(reader->read(test::plain_text("", 1, 1, 10, 0, 0)).empty());
    EXPECT_TRUE(reader->read(test::plain_text("", 5000, 2, 10, 0, 0)).empty());
}

TEST(PaddleReader, StopsAtOnce) {
    SKIP_WITHOUT(model());
    auto const reader = make_paddle_reader(model(), 2);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_TRUE(reader->read(test::make_sign(1).image, stop.get_token()).empty());
}

TEST(PaddleReader, SaysWhichFileIsMissingOrAnother) {
    test::TempDir empty;
    EXPECT_NE(test::refusal([&] { make_paddle_reader(empty.path(), 1); }).find("det.onnx"), std::string::npos);
    SKIP_WITHOUT(model());
    for (std::string const name : {"det.onnx", "rec.onnx", "cls.onnx"}) { // each in the place of the next
        std::filesystem::copy_file(model() / (name == "det.onnx"   ? "rec.onnx"
                                              : name == "rec.onnx" ? "cls.onnx"
                                                                   : "det.onnx"),
                                   empty / name);
    }
    EXPECT_NE(test::refusal([&] { make_paddle_reader(empty.path(), 1); }).find("is not one of PP-OCR"),
              std::string::npos);
}

} // namespace
} // namespace echollama
