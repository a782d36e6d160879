// Every question of `ask` while something is watched, on the present scene: the same answers as of the same picture.
#include "media/picture/image_io.h"
#include "media/picture/png16.h"
#include "seen_scene.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <sstream>

namespace echollama {
namespace {

using Json = nlohmann::json;

// A camera before which nothing moves: the same picture again and again.
struct Still {
    test::TempDir dir;
    Still() {
        std::filesystem::create_directory(dir / "pictures");
        for (int i = 0; i < 12; ++i) {
            std::filesystem::copy_file(test::photo("coffee.png"),
                                       dir / "pictures" / ("coffee" + std::to_string(i) + ".png"));
        }
    }
    std::string pictures() const { return (dir / "pictures").string(); }
};

std::string nanodet() {
    return (test::models_dir() / "nanodet.gguf").string();
}

// What was said after each question, in the order of the questions.
std::vector<std::string> answers_while_watching(Still const& still, std::vector<std::string> const& questions,
                                                std::string const& options = "") {
    {
        std::ofstream typed(still.dir / "questions.txt");
        for (auto const& question : questions) {
            typed << question << "\n";
        }
    }
    auto const result = test::echollama("watch " + still.pictures() + " --simulate --json " + options + " <" +
                                        (still.dir / "questions.txt").string());
    EXPECT_EQ(result.code, 0) << result.err;
    std::vector<std::string> said;
    std::size_t asked = 0;
    std::istringstream in(result.out);
    for (std::string line; std::getline(in, line);) {
        auto const event = Json::parse(line);
        asked += event["event"] == "asked";
        if (event["event"] == "says" && event["answers"]) {
            said.push_back(event["text"]);
        }
    }
    EXPECT_EQ(asked, questions.size()) << result.out;
    EXPECT_EQ(said.size(), questions.size()) << result.out;
    return said;
}

TEST(WatchQuestions, AreAnsweredAsAskAnswersThem) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    SKIP_WITHOUT(test::photo("coffee.png"));
    std::vector<std::string> const questions{"where is the cup?",
                                             "how far is it?",
                                             "is there a dog?",
                                             "how many spoons are there?",
                                             "what is on the left?",
                                             "what is straight ahead?",
                                             "what is nearest?",
                                             "which is nearer, the cup or the spoon?",
                                             "is it a cat or a dog?",
                                             "describe the picture",
                                             "is the picture blurred?",
                                             "is it dark?",
                                             "is it safe to walk?",
                                             "who are you?",
                                             "hello",
                                             "what colour is the cup?",
                                             "what is behind me?",
                                             "what is on the dining table?",
                                             "how tall is the cup?",
                                             "is the way free?",
                                             "is there a door?",
                                             "is the cup at 12 o'clock?",
                                             "what is the capital of France?",
                                             "are there two cups?",
                                             "is there anything close to me?",
                                             "do you see an animal?",
                                             "xyzzy"};
    Still const still;
    auto const said = answers_while_watching(still, questions);
    std::string command =
        "ask --no-llm --json --threshold 0.4 --detector " + nanodet() + " " + test::photo("coffee.png").string();
    for (auto const& question : questions) {
        command += " \"" + question + "\"";
    }
    auto const asked = test::echollama(command);
    ASSERT_EQ(asked.code, 0) << asked.err;
    auto const answers = Json::parse(asked.out)["answers"];
    ASSERT_EQ(answers.size(), questions.size());
    ASSERT_EQ(said.size(), questions.size());
    for (std::size_t i = 0; i < questions.size(); ++i) {
        std::string expected;
        for (std::string const sentence : answers[i]["sentences"]) {
            expected += (expected.empty() ? "" : " ") + sentence;
        }
        EXPECT_EQ(said[i], expected) << questions[i];
    }
}

TEST(WatchQuestions, WhatIsAskedOfWhoWatchesHasItsOwnAnswer) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    SKIP_WITHOUT(test::photo("coffee.png"));
    struct Case {
        char const *question, *says;
    };
    std::vector<Case> const cases{
        {"what changed?", "Nothing has changed."},
        {"where did you last see the dining table?", "I last saw a dining table just now"},
        {"where did you last see the keys?", "I cannot recognise keys, so I cannot say where they were."},
        {"when did you last see a dog?", "I have not seen a dog since I began to watch."},
        {"find the door",
         "I cannot recognise a door in pictures alone, only openings where a depth camera measures them; I "
         "can lead you to "},
        {"find my wallet", "I cannot recognise a wallet; I can lead you to "},
        {"find an animal", "I do not see an animal; turn slowly."},
        {"stop", "All right."},
        {"is the picture good?", "The dining table is cut off at the bottom; point lower."},
    };
    std::vector<std::string> questions;
    for (auto const& one : cases) {
        questions.emplace_back(one.question);
    }
    Still const still;
    auto const said = answers_while_watching(still, questions);
    ASSERT_EQ(said.size(), cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
        EXPECT_TRUE(said[i].starts_with(cases[i].says)) << cases[i].question << "\n" << said[i];
    }
}

// A room in front of whose camera, 1.3 metres over the floor, a wall stands with a doorway from 0.8 to 1.7 metres to
// the right; the camera turns towards it. Metres along the camera's axis.
float metres_in_room(float across, float down, float yaw) {
    float const c = std::cos(yaw), s = std::sin(yaw), x = c * across + s, z = c - s * across;
    float nearest = down > 0 ? 1.3F / down : down < 0 ? -1.2F / down : 100;
    for (float const side : {-2.5F, 2.5F}) {
        nearest = side / x > 0 ? std::min(nearest, side / x) : nearest;
    }
    float const at = 4 / z;
    bool const doorway = at * x > 0.8F && at * x < 1.7F && at * down > 1.3F - 2.05F;
    return std::min(nearest, doorway ? 7 / z : at);
}

TEST(WatchQuestions, ADoorwayIsFoundWhereADepthCameraMeasuresIt) {
    SKIP_WITHOUT(test::models_dir() / "nanodet.gguf");
    constexpr int width = 320, height = 240;
    constexpr float focal = 262.5F;
    test::TempDir const dir;
    std::filesystem::create_directory(dir / "rgb");
    std::filesystem::create_directory(dir / "depth");
    std::ofstream pictures(dir / "rgb.txt"), depths(dir / "depth.txt");
    for (int frame = 0; frame < 12; ++frame) {
        Image picture{width, height, {}};
        std::vector<std::uint16_t> depth;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                float const metres = metres_in_room((static_cast<float>(x) + 0.5F - width / 2) / focal,
                                                    (static_cast<float>(y) + 0.5F - height / 2) / focal,
                                                    0.02F * static_cast<float>(frame));
                depth.push_back(static_cast<std::uint16_t>(std::lround(5000 * metres)));
                picture.rgb.insert(picture.rgb.end(), 3, static_cast<std::uint8_t>((x / 9 + y / 7) % 2 ? 90 : 160));
            }
        }
        auto const name = std::to_string(1000 + 0.1 * frame) + ".png";
        save_png(dir / "rgb" / name, picture);
        save_png16(dir / "depth" / name, width, height, depth);
        pictures << 1000 + 0.1 * frame << " rgb/" << name << "\n";
        depths << 1000 + 0.1 * frame << " depth/" << name << "\n";
    }
    pictures.close();
    depths.close();
    auto const result = test::echollama("watch " + dir.path().string() + " --simulate --json --focal 262.5",
                                        "printf 'find the door\\nis there a door?\\nhow far is the wall?\\n' |");
    ASSERT_EQ(result.code, 0) << result.err;
    std::vector<double> bearings;
    std::string said;
    std::istringstream in(result.out);
    for (std::string line; std::getline(in, line);) {
        auto const event = Json::parse(line);
        if (event["event"] == "leads" && !event["bearing_deg"].is_null()) {
            EXPECT_EQ(event["thing"], "door");
            bearings.push_back(event["bearing_deg"]);
        }
        said += event["event"] == "says" ? event["text"].get<std::string>() + "\n" : "";
    }
    ASSERT_GE(bearings.size(), 2U) << result.out;
    EXPECT_NEAR(bearings.front(), 15, 5.1) << result.out;
    EXPECT_LT(bearings.back(), bearings.front()) << "the camera turns towards it";
    EXPECT_NE(said.find("Turn a little right."), std::string::npos) << said;
    EXPECT_NE(said.find("A doorway, "), std::string::npos) << said; // the question
}

} // namespace
} // namespace echollama
