// The caption command with a small Moondream2 of the real layout, from published files to words.
#include "app/run_program.h"
#include "media/picture/image_io.h"
#include "support/moondream.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;

// A folder with the published files, their conversion by the program, and a picture.
class Caption : public ::testing::Test {
  protected:
    void SetUp() override {
        tiny_moondream(dir.path(), MoondreamAge::may_2024);
        fs::remove(dir / "moondream.gguf");
        fs::remove(dir / "moondream-vision.gguf");
        save_png(dir / "picture.png", moondream_picture("wide"));
        auto converted = echollama("models convert " + (dir / "model.safetensors").string() + " -o " + model());
        ASSERT_EQ(converted.code, 0) << converted.err;
        EXPECT_NE(converted.err.find("Moondream2"), std::string::npos) << converted.err;
        ASSERT_TRUE(fs::exists(dir / "m2-vision.gguf"));
    }
    std::string model() const { return (dir / "m2.gguf").string(); }
    std::string picture() const { return (dir / "picture.png").string(); }
    Result caption(std::string const& more) const {
        return echollama("caption " + picture() + " --model " + model() + " " + more);
    }

    TempDir dir;
};

TEST_F(Caption, IsOneLineOfTextOrJson) {
    auto plain = caption("");
    ASSERT_EQ(plain.code, 0) << plain.err;
    EXPECT_EQ(std::count(plain.out.begin(), plain.out.end(), '\n'), 1);
    auto json = caption("--json --question 'What is it?'");
    ASSERT_EQ(json.code, 0) << json.err;
    auto shape = nlohmann::json::parse(json.out);
    EXPECT_EQ(shape["image"]["width"], 700);
    EXPECT_EQ(shape["question"], "What is it?");
    EXPECT_FALSE(shape["caption"].get<std::string>().empty());
}

TEST_F(Caption, WrongUseIsToldInOneSentence) {
    EXPECT_EQ(caption("--length short --question 'What is it?'").code, 2);
    EXPECT_EQ(caption("--length huge").code, 2);
    fs::remove(dir / "m2-vision.gguf");
    auto blind = caption("");
    EXPECT_EQ(blind.code, 1);
    EXPECT_NE(blind.err.find("--vision"), std::string::npos) << blind.err;
    auto none = echollama("--models " + dir.path().string() + " caption " + picture());
    EXPECT_EQ(none.code, 1);
    EXPECT_NE(none.err.find("models convert"), std::string::npos) << none.err;
}

TEST_F(Caption, ComesBesideTheDetectorWhenAModelIsNamed) {
    SKIP_WITHOUT(models_dir() / "centernet.gguf");
    auto seen = echollama("scene " + picture() + " --json --caption-model " + model());
    ASSERT_EQ(seen.code, 0) << seen.err;
    EXPECT_EQ(nlohmann::json::parse(seen.out)["caption"].get<std::string>() + "\n", caption("").out);
    auto without = echollama("scene " + picture() + " --json --caption-model " + (dir / "none.gguf").string());
    ASSERT_EQ(without.code, 0);
    EXPECT_TRUE(nlohmann::json::parse(without.out)["caption"].is_null());
    EXPECT_NE(without.err.find("none.gguf"), std::string::npos) << without.err;
}

} // namespace
} // namespace echollama::test
