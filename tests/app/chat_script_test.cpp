// Conversations played through: `echollama chat --script`.
#include "run_program.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace echollama {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path photo() {
    return test::models_dir().parent_path() / "photos" / "coffee.png";
}

struct Played {
    test::Result result;
    Json json;
    std::uintmax_t bytes = 0;
};

Played play(test::TempDir const& dir, std::string const& lines, std::string const& options = "") {
    std::ofstream(dir / "turns.jsonl") << lines;
    Played played;
    played.result =
        test::echollama("chat " + photo().string() + " --no-llm --voice fast --script " +
                        (dir / "turns.jsonl").string() + " --out " + (dir / "out").string() + " " + options);
    std::ifstream file(dir / "out" / "conversation.json");
    played.json = file ? Json::parse(file, nullptr, false) : Json();
    std::error_code none;
    played.bytes = fs::file_size(dir / "out" / "conversation.wav", none);
    return played;
}

// A conversation that begins with a spoken question. The natural voice says it another way each time, and one time in
// ten the small ear mishears it: then it is said again, so that the answer to what was understood is looked at.
Played play_spoken(test::TempDir const& dir, std::string const& question, std::string const& end,
                   std::string const& lines) {
    Played played;
    for (int i = 0; i < 6; ++i) {
        auto const wav = (dir / "question.wav").string();
        auto const said = test::echollama("say \"" + question + "\" --voice natural -q --out " + wav);
        EXPECT_EQ(said.code, 0) << said.err;
        fs::remove_all(dir / "out");
        played = play(dir, "{\"after\": 0.3, \"sound\": \"question.wav\"}\n" + lines);
        auto const heard = played.json.is_object() ? played.json["turns"].at(1).value("heard", "") : "";
        if (said.code != 0 || played.result.code != 0 || heard.ends_with(end)) { // "where is", "where's"
            return played;
        }
    }
    ADD_FAILURE() << "the ear does not understand the voice";
    return played;
}

TEST(ChatScript, WhatIsSaidIsHeardAnsweredInterruptedAndWrittenDown) {
    SKIP_WITHOUT(photo());
    SKIP_WITHOUT(test::models_dir() / "whisper-tiny.en.bin");
    SKIP_WITHOUT(test::models_dir() / "piper-joe");
    test::TempDir dir;
    auto const played =
        play_spoken(dir, "Where is the cup?", "the cup?",
                    "\n{\"after\": 0.3, \"text\": \"why?\"}\n{\"after\": 0.3, \"text\": \"go back\"}\n");
    EXPECT_EQ(played.result.code, 0) << played.result.err;
    ASSERT_TRUE(played.json.is_object());
    auto const& turns = played.json["turns"];
    ASSERT_EQ(turns.size(), 4U) << played.json.dump(1);
    EXPECT_EQ(turns[1]["says"].at(0), "Probably a cup, straight ahead, close by.");
    EXPECT_EQ(turns[1]["played"], turns[1]["says"].at(0));
    EXPECT_LT(turns[1]["latency_s"].get<double>(), 0.7) << "on a clock that does not wait for the machine";
    EXPECT_GT(turns[1]["latency_s"].get<double>(), 0.3);
    EXPECT_EQ(turns[2]["typed"], "why?");
    EXPECT_EQ(turns[3]["says"], turns[1]["says"]);
    EXPECT_EQ(played.json["faults"], 0);
    EXPECT_GT(played.bytes, 100'000U);
}

TEST(ChatScript, TheSameScriptGivesTheSameConversation) {
    SKIP_WITHOUT(photo());
    SKIP_WITHOUT(test::models_dir() / "whisper-tiny.en.bin");
    std::string const lines = "{\"at\": 0.5, \"text\": \"where is the cup?\"}\n{\"at\": 1.1, \"key\": \"stop\"}\n"
                              "{\"after\": 0.2, \"text\": \"more\"}\n";
    test::TempDir first, second;
    auto const one = play(first, lines), two = play(second, lines);
    EXPECT_EQ(one.result.code, 0) << one.result.err;
    EXPECT_EQ(one.json, two.json);
    EXPECT_EQ(one.json["turns"].at(1)["interrupted_by"], "key");
    std::string const whole = one.json["turns"].at(1)["says"].at(0), heard = one.json["turns"].at(1)["played"];
    EXPECT_LT(heard.size(), whole.size());
    EXPECT_TRUE(whole.starts_with(heard)) << heard;
    EXPECT_EQ(one.json["turns"].at(2)["says"].at(0), whole) << "what was not heard is said again from its sentence";
}

TEST(ChatScript, FaultyScriptsAreOneSentence) {
    SKIP_WITHOUT(photo());
    for (auto const* line :
         {"x", "{}", "[1,2]", "{\"at\": -1, \"text\": \"a\"}", "{\"at\": 1}", "{\"at\": 1, \"key\": \"b\"}",
          "{\"at\": 1e300, \"text\": \"a\"}", "{\"at\": 2, \"text\": \"a\"}\n{\"at\": 1, \"text\": \"b\"}",
          "{\"at\": 1, \"text\": 3}", "{\"at\": 1, \"sound\": \"none.wav\"}"}) {
        test::TempDir dir;
        auto const played = play(dir, line);
        EXPECT_EQ(played.result.code, 1) << line;
        EXPECT_EQ(std::count(played.result.err.begin(), played.result.err.end(), '\n'), 1)
            << line << ": " << played.result.err;
        EXPECT_EQ(played.bytes, static_cast<std::uintmax_t>(-1)) << "nothing half written";
    }
}

TEST(ChatScript, OptionsThatDoNotGoTogetherAreRefused) {
    for (auto const* options :
         {"--script a.jsonl", "--mic --script a.jsonl --out x", "--mic --out -", "--mic --spatial --play"}) {
        EXPECT_EQ(test::echollama("chat photo.jpg " + std::string(options)).code, 2) << options;
    }
}

} // namespace
} // namespace echollama
