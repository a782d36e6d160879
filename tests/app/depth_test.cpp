// `echollama depth`, and the depth slot of the other commands, with the golden MiDaS v2.1 small.
#include "app/run_program.h"
#include "base/error.h"
#include "convert/midas.h"
#include "media/depth/rgbd.h"
#include "media/picture/image_io.h"
#include "media/picture/png16.h"
#include "support/synthetic.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstring>

namespace echollama::test {
namespace {

using Json = nlohmann::json;

std::string const photo = golden("images/chelsea.png").string();

// Made once for all tests.
std::string model() {
    static TempDir dir;
    auto gguf = dir / "small.gguf";
    if (!std::filesystem::exists(gguf)) {
        write_torch_zip(dir / "small.pt", synthetic_weights(golden("midas-small/weights.tsv")));
        convert::convert_midas_small(convert::open_checkpoint(dir / "small.pt"), gguf, convert::WeightType::f32);
    }
    return gguf.string();
}

#define NEEDS_GOLDEN() SKIP_WITHOUT(golden("midas-small/weights.tsv"))

std::vector<float> npy_values(std::string const& bytes) {
    EXPECT_EQ(bytes.substr(0, 6), "\x93NUMPY");
    auto data = bytes.find('\n') + 1;
    EXPECT_EQ(data % 64, 0U);
    std::vector<float> values((bytes.size() - data) / sizeof(float));
    std::memcpy(values.data(), bytes.data() + data, values.size() * sizeof(float));
    return values;
}

TEST(Depth, TheMapIsTheOriginalsInEveryForm) {
    NEEDS_GOLDEN();
    TempDir temp;
    auto png = (temp / "depth.png").string(), npy = (temp / "depth.npy").string();
    auto result = echollama("depth " + photo + " --model " + model() + " -o " + png + " --npy " + npy);
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "Nearest: top right. Farthest: bottom left.\n");
    auto header = read_text(npy).substr(0, 128);
    EXPECT_NE(header.find("'shape': (300, 451)"), std::string::npos) << header;
    auto values = npy_values(read_text(npy));
    EXPECT_EQ(Golden("midas-small/chelsea.safetensors").compare("depth.resized", values), "");
    auto levels = load_png16(png);
    ASSERT_EQ(levels.values.size(), values.size());
    float low = *std::min_element(values.begin(), values.end()), high = *std::max_element(values.begin(), values.end());
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_NEAR(levels.values[i], 1 + (values[i] - low) / (high - low) * 65534, 1);
    }
}

TEST(Depth, ColoursAreLighterWhereItIsNearer) {
    NEEDS_GOLDEN();
    TempDir temp;
    auto png = (temp / "depth.png").string();
    auto result = echollama("depth " + photo + " --model " + model() + " -o " + png + " --color --json");
    ASSERT_EQ(result.code, 0) << result.err;
    auto json = Json::parse(result.out);
    EXPECT_EQ(json["image"]["width"], 451);
    EXPECT_EQ(json["kind"], "relative_inverse");
    EXPECT_EQ(json["picture"], png);
    auto picture = load_image(png).image;
    auto brightness = [&](char const* which) {
        auto const* p = picture.pixel(json[which]["x"], json[which]["y"]);
        return p[0] + p[1] + p[2];
    };
    EXPECT_GT(brightness("nearest"), 600);
    EXPECT_LT(brightness("farthest"), 10);
    EXPECT_GT(json["nearest"]["value"], json["cells"]["top right"]);
    EXPECT_GT(json["cells"]["top right"], json["cells"]["bottom left"]);
}

TEST(Depth, ItIsTheSceneThatUsesIt) {
    NEEDS_GOLDEN();
    SKIP_WITHOUT(models_dir() / "centernet.gguf");
    auto command = "scene " + photo + " --json --threshold 0.2";
    auto flat = echollama(command), deep = echollama(command + " --depth-model " + model());
    ASSERT_EQ(flat.code, 0) << flat.err;
    ASSERT_EQ(deep.code, 0) << deep.err;
    EXPECT_EQ(Json::parse(flat.out)["objects"].at(0)["z"], 0);
    EXPECT_GT(Json::parse(deep.out)["objects"].at(0)["z"], 0);
}

TEST(Depth, MistakesAreSaidInOneSentence) {
    NEEDS_GOLDEN();
    TempDir temp;
    struct Mistake {
        std::string arguments, words;
        int code;
    };
    auto other = (temp / "other.gguf").string(), cut = (temp / "cut.gguf").string();
    std::ofstream(other) << "GGUF? no";
    std::ofstream(cut, std::ios::binary) << read_text(model()).substr(0, 2'000'000);
    for (auto const& [arguments, words, code] : std::vector<Mistake>{
             {photo + " --model " + other + " -o x.png", "is not a GGUF file", 1},
             {photo + " --model " + cut + " -o x.png", "cut.gguf", 1},
             {photo + " --models " + temp.path().string(), "There is no depth model", 1},
             {"none.png --model " + model(), "There is no file none.png", 1},
             {photo + " --model " + model() + " -o " + temp.path().string(), "is a folder", 1},
             {photo + " --model " + model() + " --device CUDA7", "There is no compute device 'CUDA7'", 1},
             {photo + " --model " + model() + " --color", "give one with -o", 2},
             {photo + " --model " + model() + " --json -o -", "Only one result", 2},
             {photo + " --model " + model() + " --recipe square", "recipe", 2}}) {
        auto result = echollama("depth " + arguments);
        EXPECT_EQ(result.code, code) << arguments;
        EXPECT_NE(result.err.find(words), std::string::npos) << result.err;
        EXPECT_EQ(result.out, "");
    }
    EXPECT_FALSE(std::filesystem::exists("x.png"));
}

} // namespace
} // namespace echollama::test
