// docs/json.md is what programs are written after: what every --json prints agrees with it, field for field.
#include "app/json_shapes.h"
#include "app/seen_scene.h"
#include "convert/midas.h"
#include "media/picture/image_io.h"
#include "pipeline/surroundings_json.h"
#include "support/moondream.h"
#include "support/synthetic.h"

#include <gtest/gtest.h>

namespace echollama::test {
namespace {

std::string png(std::string const& name) {
    return photo(name + ".png").string();
}

std::filesystem::path json_document() {
    return data_dir().parent_path().parent_path() / "docs" / "json.md";
}

// What the command printed, compared with the table of its name.
Json expect_as_documented(JsonShapes& shapes, std::string const& command, std::string const& arguments) {
    auto const result = echollama(command + " --json " + arguments);
    EXPECT_EQ(result.code, 0) << command << ": " << result.err;
    auto const json = Json::parse(result.out, nullptr, false);
    EXPECT_FALSE(json.is_discarded()) << result.out;
    for (auto const& difference : shapes.differences(json, command + " --json")) {
        ADD_FAILURE() << command << " " << arguments << ": " << difference;
    }
    return json;
}

// Surroundings that have one of everything.
Surroundings everything_around() {
    Measure const length{1, 0.9F, 1.1F};
    Surroundings around;
    around.floor = FloorFacts{length, 1, 1, 4, 6};
    around.ceiling = length;
    around.walls.resize(1);
    around.openings.resize(1);
    StepFacts step;
    step.height = length;
    step.total = 1;
    around.steps = {step};
    around.ramps.resize(1);
    around.tables.resize(1);
    ObstacleFacts obstacle;
    obstacle.named = 0;
    around.obstacles = {obstacle};
    WayFacts way;
    way.which = 0;
    around.ways = {way};
    around.widest_gap = GapFacts{};
    around.room_width = around.room_depth = length;
    return around;
}

TEST(JsonShapes, AreAsDocumented) {
    SKIP_WITHOUT(models_dir() / "centernet.gguf");
    SKIP_WITHOUT(models_dir() / "whisper-tiny.en.bin");
    SKIP_WITHOUT(models_dir() / "ppocrv6-small");
    SKIP_WITHOUT(png("coffee"));
    SKIP_WITHOUT(png("motorcycle_left"));
    SKIP_WITHOUT(golden("midas-small/weights.tsv"));
    JsonShapes shapes(json_document());
    TempDir dir;
    auto const wav = (dir / "s.wav").string();
    write_torch_zip(dir / "small.pt", synthetic_weights(golden("midas-small/weights.tsv")));
    convert::convert_midas_small(convert::open_checkpoint(dir / "small.pt"), dir / "small.gguf",
                                 convert::WeightType::f32);
    auto const depth = (dir / "small.gguf").string();
    tiny_moondream(dir.path(), MoondreamAge::may_2024);
    auto const captioner = (dir / "moondream.gguf").string();
    save_png(dir / "picture.png", moondream_picture("wide"));

    expect_as_documented(shapes, "detect", png("coffee"));
    expect_as_documented(shapes, "caption", (dir / "picture.png").string() + " --model " + captioner);
    expect_as_documented(shapes, "read", data("ppocr/sign.png").string());
    expect_as_documented(shapes, "depth",
                         png("coffee") + " --model " + depth + " -o " + (dir / "d.png").string() + " --npy " +
                             (dir / "d.npy").string());
    expect_as_documented(shapes, "scene",
                         png("motorcycle_left") + " --threshold 0.1 --model " +
                             (models_dir() / "centernet.gguf").string()); // things of a kind, and rivals
    expect_as_documented(shapes, "scene",
                         png("coffee") + " --depth-units 10000 --focal 500 --depth-image " + (dir / "d.png").string());
    for (auto const& difference : shapes.differences(Json::parse(dump(to_json(everything_around()))), "Around")) {
        ADD_FAILURE() << difference;
    }
    auto const described =
        expect_as_documented(shapes, "describe", png("coffee") + " --no-llm --voice fast --out " + wav);
    EXPECT_EQ(described["answers"], Json::array());
    expect_as_documented(shapes, "ask",
                         png("coffee") + " --no-llm 'Where is the cup?' 'What colour is it?' --caption-model " +
                             captioner);
    expect_as_documented(shapes, "say", "--voice fast --verify 'Mind the step. Turn left.' --out " + wav);
    expect_as_documented(shapes, "listen", wav + " --words");
    auto const whole = load_image(png("coffee")).image;
    auto const cup = box_of(png("coffee"), "cup");
    save_png(dir / "cleared.png", taken_away(whole, cup));
    auto const cleared = (dir / "cleared.png").string();
    auto const gone = expect_as_documented(shapes, "compare", png("coffee") + " " + cleared);
    EXPECT_EQ(gone["gone"].size(), 1U);
    expect_as_documented(shapes, "compare", cleared + " " + png("coffee"));
    expect_as_documented(shapes, "eval scene", "--rooms 3");
    expect_as_documented(shapes, "eval geometry", "--rooms 2");
    expect_as_documented(shapes, "eval distance", png("motorcycle_left") + " --focal 995 --baseline 0.193");
    std::ofstream(dir / "config.toml") << "threads = 2\n[say]\nrate = 1.5\n";
    setenv("ECHOLLAMA_CONFIG", (dir / "config.toml").c_str(), 1);
    expect_as_documented(shapes, "config show", "");
    unsetenv("ECHOLLAMA_CONFIG");
    expect_as_documented(shapes, "models list", "");
    expect_as_documented(shapes, "doctor", "--quiet");

    // Fields that no run here prints would stand in the tables unchecked: those that are known are named.
    std::set<std::string> const unchecked{"Answer.seen"};
    for (auto const& field : shapes.unseen()) {
        EXPECT_TRUE(unchecked.count(field) > 0) << field << " is documented and no run here prints it";
    }
}

TEST(JsonShapes, TheComparisonNoticesEveryKindOfDifference) {
    TempDir dir;
    std::ofstream(dir / "shapes.md") << "## `x --json`\n| field | type | meaning |\n|---|---|---|\n"
                                        "| ...Base | | |\n| list | [Item] | |\n| kind | one of | `a`, `b c` |\n"
                                        "## Base\n| name? | text | |\n| size | whole or null | |\n"
                                        "## Item\n| ok | yes or no | |\n";
    JsonShapes shapes(dir / "shapes.md");
    auto differing = [&](char const* text) { return shapes.differences(Json::parse(text), "x --json").size(); };
    EXPECT_EQ(differing(R"({"size":1,"list":[{"ok":true}],"kind":"b c"})"), 0U);
    EXPECT_EQ(shapes.unseen(), std::set<std::string>{"Base.name"});
    EXPECT_EQ(differing(R"({"name":"n","size":null,"list":[],"kind":"a"})"), 0U);
    EXPECT_EQ(differing(R"({"size":1.5,"list":[],"kind":"a"})"), 1U);
    EXPECT_EQ(differing(R"({"size":1,"list":[{"ok":1}],"kind":"a"})"), 1U);
    EXPECT_EQ(differing(R"({"size":1,"list":[{}],"kind":"a"})"), 1U);
    EXPECT_EQ(differing(R"({"size":1,"list":{},"kind":"a"})"), 1U);
    EXPECT_EQ(differing(R"({"size":1,"list":[],"kind":"c"})"), 1U);
    EXPECT_EQ(differing(R"({"size":1,"list":[],"kind":"a","more":1})"), 1U);
    EXPECT_EQ(differing(R"({"list":[],"kind":"a"})"), 1U);
}

} // namespace
} // namespace echollama::test
