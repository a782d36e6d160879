// The whole program on real photos with the starter models, and its behaviour on bad input.
#include "app/run_program.h"
#include "media/encode.h"
#include "media/picture/image_io.h"
#include "media/sound/audio_io.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace echollama {
namespace {

namespace fs = std::filesystem;

using test::echollama, test::read_text;

fs::path photo(std::string const& name) {
    return test::models_dir().parent_path() / "photos" / (name + ".png");
}

std::string seen_in(std::string const& name) {
    auto result = echollama("describe " + photo(name).string() + " --no-llm");
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
}

#define NEEDS_STARTERS()                                                                                               \
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");                                                               \
    SKIP_WITHOUT(photo("coffee"))

TEST(Describe, NamesWhatThePhotosShow) {
    NEEDS_STARTERS();
    EXPECT_NE(seen_in("coffee").find("cup"), std::string::npos);
    EXPECT_NE(seen_in("astronaut").find("person"), std::string::npos);
    EXPECT_NE(seen_in("chelsea").find("cat"), std::string::npos);
    EXPECT_NE(seen_in("motorcycle_left").find("motorcycle"), std::string::npos);
}

TEST(Describe, SpeechIsSpeechAndIsHeardBack) {
    NEEDS_STARTERS();
    SKIP_WITHOUT(test::models_dir() / "piper-joe");
    SKIP_WITHOUT(test::models_dir() / "whisper-tiny.en.bin");
    test::TempDir temp;
    auto wav = temp / "speech.wav";
    auto described = echollama("describe " + photo("coffee").string() + " --no-llm --out " + wav.string());
    ASSERT_EQ(described.code, 0) << described.err;
    auto audio = load_audio(wav);
    double words = 1.0 + static_cast<double>(std::count(described.out.begin(), described.out.end(), ' '));
    EXPECT_GT(audio.seconds() / words, 0.15) << "too short for its words";
    EXPECT_LT(audio.seconds() / words, 1.2) << "too long for its words";
    double energy = 0;
    for (float sample : audio.samples) {
        energy += static_cast<double>(sample) * static_cast<double>(sample);
    }
    EXPECT_GT(std::sqrt(energy / static_cast<double>(audio.samples.size())), 0.02) << "too quiet to be speech";
    // The smallest listener mishears single words; most of a clear voice must come back.
    auto heard = echollama("listen " + wav.string());
    int found = 0, all = 0;
    std::istringstream spoken(described.out);
    for (std::string word; spoken >> word; ++all) {
        found += heard.out.find(word.substr(0, word.find_first_of(".,"))) != std::string::npos;
    }
    EXPECT_GE(found, 0.6 * all) << described.out << heard.out << heard.err;
}

TEST(Describe, JsonAndAnnotatedPicture) {
    NEEDS_STARTERS();
    test::TempDir temp;
    auto png = temp / "annotated.png";
    auto result = echollama("describe " + photo("astronaut").string() + " --no-llm --json --annotate " + png.string());
    ASSERT_EQ(result.code, 0) << result.err;
    auto json = nlohmann::json::parse(result.out);
    EXPECT_EQ(json.at("detections").at(0).at("label"), "person");
    auto const alone = echollama("detect " + photo("astronaut").string() + " --json --model " +
                                 (test::models_dir() / "centernet.gguf").string());
    EXPECT_NEAR(nlohmann::json::parse(alone.out).at("detections").at(0).at("score").get<double>(), 0.61, 0.02)
        << "what TensorFlow.js gives";
    EXPECT_FALSE(json.at("sentences").empty());
    auto before = load_image(photo("astronaut")).image;
    auto after = load_image(png).image;
    EXPECT_EQ(after.width, before.width);
    EXPECT_NE(after.rgb, before.rgb);
}

TEST(Chat, RepeatsHelpsAndEnds) {
    NEEDS_STARTERS();
    test::TempDir temp;
    std::ofstream(temp / "lines") << "where is the cup?\n\nhelp\nWhy is it there?\nquit\nwhere is the cup?\n";
    auto result = echollama("chat " + photo("coffee").string() + " --no-llm < " + (temp / "lines").string());
    ASSERT_EQ(result.code, 0) << result.err;
    std::vector<std::string> lines;
    std::istringstream text(result.out);
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    ASSERT_GE(lines.size(), 5U);
    auto const* last = &lines[lines.size() - 4]; // the answer, again, help, and what cannot be told; nothing after quit
    EXPECT_NE(last[0].find("cup"), std::string::npos);
    EXPECT_EQ(last[1], last[0]);
    EXPECT_NE(last[2].find("quit ends"), std::string::npos);
    EXPECT_NE(last[3].find("cannot tell"), std::string::npos);
}

TEST(Ask, SeveralQuestionsAreAnsweredInTurn) {
    NEEDS_STARTERS();
    auto result =
        echollama("ask " + photo("coffee").string() + " \"Where is the cup?\" \"Is there a dog?\" --no-llm --json");
    ASSERT_EQ(result.code, 0) << result.err;
    auto answers = nlohmann::json::parse(result.out).at("answers");
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[1].at("question"), "Is there a dog?");
    EXPECT_NE(answers[0].at("sentences").dump().find("cup"), std::string::npos);
    EXPECT_EQ(answers[1].at("sentences").dump().find("cup"), std::string::npos);
}

TEST(Describe, SaysNothingTwice) {
    NEEDS_STARTERS();
    std::istringstream lines(seen_in("coffee"));
    std::vector<std::string> said;
    for (std::string line; std::getline(lines, line); said.push_back(line)) {
        EXPECT_EQ(std::count(said.begin(), said.end(), line), 0) << line;
    }
    EXPECT_GE(said.size(), 2U);
}

TEST(Describe, TheLanguageModelAddsNothingThatIsNotThere) {
    NEEDS_STARTERS();
    SKIP_WITHOUT(test::models_dir() / "smollm2-135m-instruct-q4_1.gguf");
    auto result = echollama("describe " + photo("astronaut").string());
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_NE(result.out.find("person"), std::string::npos);
    for (char const* word : {"Facts", "matrix", "window", "cup", "dog"}) {
        EXPECT_EQ(result.out.find(word), std::string::npos) << result.out;
    }
}

TEST(Describe, FastVoiceIsTheSameEveryTime) {
    test::TempDir temp;
    for (char const* name : {"a.wav", "b.wav"}) {
        auto result = echollama("say \"Mind the step.\" --voice fast --out " + (temp / name).string());
        ASSERT_EQ(result.code, 0) << result.err;
    }
    EXPECT_EQ(read_text(temp / "a.wav"), read_text(temp / "b.wav"));
    EXPECT_GT(load_audio(temp / "a.wav").seconds(), 0.4);
}

// Whatever this machine has, the program finds no sound device.
constexpr char const* no_sound_device = "ALSA_CONFIG_PATH=/dev/null PULSE_SERVER=unix:/none XDG_RUNTIME_DIR=/none";

struct BadInput {
    std::string name;
    std::string arguments; // DIR is replaced by a folder with the prepared files
    int code;
    std::string says;
};

std::set<std::string> names_in(fs::path const& folder) {
    std::set<std::string> names;
    for (auto const& item : fs::directory_iterator(folder)) {
        names.insert(item.path().filename());
    }
    return names;
}

void PrintTo(BadInput const& input, std::ostream* out) {
    *out << input.name;
}

class DescribeRefuses : public testing::TestWithParam<BadInput> {};

TEST_P(DescribeRefuses, WithOneSentence) {
    test::TempDir temp;
    std::ofstream(temp / "empty.jpg") << "";
    std::ofstream(temp / "text.png") << "this is no picture";
    std::ofstream(temp / "cut.jpg") << "\xFF\xD8\xFF\xE0 and nothing more";
    auto jpeg = test::encode_jpeg({64, 48}, test::gradient(64, 48).rgb);
    jpeg.resize(jpeg.size() * 2 / 3);
    test::write_bytes(temp / "truncated.jpg", jpeg);
    save_png(temp / "tiny.png", {1, 1, {1, 2, 3}});
    if (GetParam().name == "huge") { // slow to make
        test::write_bytes(
            temp / "huge.png",
            test::encode_png({.width = 20'000, .height = 20'000, .color_type = PNG_COLOR_TYPE_GRAY, .bit_depth = 1},
                             {}));
    }
    save_png(temp / "small.png", test::gradient(64, 48));
    auto const prepared = names_in(temp.path());
    auto arguments = GetParam().arguments;
    for (std::size_t at; (at = arguments.find("DIR")) != std::string::npos;) {
        arguments.replace(at, 3, temp.path().string());
    }
    auto result = echollama(arguments, no_sound_device);
    EXPECT_EQ(result.code, GetParam().code) << result.err;
    EXPECT_NE(result.err.find(GetParam().says), std::string::npos) << result.err;
    EXPECT_TRUE(result.out.empty()) << result.out;
    if (GetParam().code == 1) {
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
    EXPECT_EQ(names_in(temp.path()), prepared) << "something half-written stayed";
}

INSTANTIATE_TEST_SUITE_P(
    Cases, DescribeRefuses,
    testing::Values(
        BadInput{"missing", "describe DIR/none.jpg --out DIR/speech.wav", 1, "no file"},
        BadInput{"folder", "describe DIR --out DIR/speech.wav", 1, "folder"},
        BadInput{"empty", "describe DIR/empty.jpg --out DIR/speech.wav", 1, "empty"},
        BadInput{"text", "describe DIR/text.png --out DIR/speech.wav", 1, "not a picture"},
        BadInput{"cut", "describe DIR/cut.jpg --out DIR/speech.wav", 1, "damaged or cut short"},
        BadInput{"truncated", "describe DIR/truncated.jpg --out DIR/speech.wav", 1, "damaged or cut short"},
        BadInput{"one_pixel", "describe DIR/tiny.png --out DIR/speech.wav", 1, "choose a larger one"},
        BadInput{"huge", "describe DIR/huge.png --out DIR/speech.wav", 1, "make it smaller"},
        BadInput{"no_models", "--models DIR/none describe DIR/small.png --out DIR/speech.wav --voice fast", 1,
                 "is not installed"},
        BadInput{"no_ear", "--models DIR/none listen DIR/text.png", 1, "is not installed"},
        BadInput{"no_such_folder", "say hello --voice fast --out DIR/none/speech.wav", 1, "Cannot write"},
        BadInput{"read_only", "describe DIR/small.png --out /proc/speech.wav", 1, "Cannot write the speech"},
        BadInput{"picture_read_only", "describe DIR/small.png --annotate /proc/a.png", 1, "Cannot write the picture"},
        BadInput{"full_disk", "say hello --voice fast --out /dev/full", 1, "No space left"},
        BadInput{"no_sound_device", "say hello --voice fast --play", 1, "sound"},
        BadInput{"usage", "describe DIR/small.png --bogus", 2, "--bogus"},
        BadInput{"no_command", "", 2, "echollama --help"},
        BadInput{"impossible", "describe DIR/small.png --threshold 7", 2, "--threshold"},
        BadInput{"plays_without_target", "say hello --voice fast", 1, "--out"}),
    [](auto const& tested) { return tested.param.name; });

} // namespace
} // namespace echollama
