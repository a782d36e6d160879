// The program itself: `echollama say`.
#include "media/sound/audio_io.h"
#include "run_program.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace echollama {
namespace {

using test::echollama;

TEST(Say, WritesEveryFormatToFilesAndStandardOutput) {
    test::TempDir dir;
    auto const wav = dir / "a.wav";
    ASSERT_EQ(echollama("say 'Mind the step.' --voice fast -o " + wav.string()).code, 0);
    auto const seconds = load_audio(wav).seconds();
    EXPECT_GT(seconds, 0.7);
    for (std::string name : {"a.flac", "a.opus", "a.mp3"}) {
        auto const file = dir / name;
        auto const done = echollama("say 'Mind the step.' --voice fast -o " + file.string());
        EXPECT_EQ(done.code, 0) << done.err;
        EXPECT_NEAR(load_audio(file).seconds(), seconds, 0.1) << name;
    }
    auto const piped = echollama("say 'Mind the step.' --voice fast -o - --format flac");
    std::vector<std::uint8_t> const bytes(piped.out.begin(), piped.out.end());
    EXPECT_NEAR(decode_audio(bytes, "pipe").seconds(), seconds, 0.01);
    EXPECT_EQ(echollama("say 'Mind the step.' --voice fast -o - --format raw").out.size(),
              load_audio(wav).samples.size() * 2);
}

TEST(Say, DryRunPrintsWhatWouldBeSpokenLineByLine) {
    auto const given = echollama("say --dry-run '5 in. high. Dr. Lee: 9am-5pm\n\nPress <Enter>'");
    EXPECT_EQ(given.code, 0) << given.err;
    EXPECT_EQ(given.out, "five inches high. Doctor Lee: nine AM to five PM\n\nPress Enter\n");
    test::TempDir dir;
    std::ofstream(dir / "text") << "\xF0\x9F\x98\x80\n24\"-36\"";
    auto const read = echollama("say --dry-run - <" + (dir / "text").string());
    EXPECT_EQ(read.out, "smiling face\ntwenty-four inches to thirty-six inches\n");
    EXPECT_EQ(echollama("say --dry-run '5 m' --language de").out, "5 m\n"); // that voice reads numbers itself
}

TEST(Say, TextIsSpokenWhileItArrivesAlsoWithoutALineEnd) {
    test::TempDir dir;
    // The second sentence is written only when sound of the first one has come out.
    auto const pipe = (dir / "pipe").string(), out = (dir / "out").string();
    std::ofstream(dir / "script") << "mkfifo " << pipe << "\n"
                                  << test::built_program().string() << " say --voice fast -o - --format raw <" << pipe
                                  << " >" << out << " &\nexec 3>" << pipe << "\nprintf 'The first one.' >&3\n"
                                  << "for i in $(seq 100); do [ -s " << out << " ] && break; sleep 0.1; done\n"
                                  << "[ -s " << out << " ] || exit 7\n"
                                  << "before=$(stat -c %s " << out << ")\nprintf ' Then more' >&3\nexec 3>&-\nwait\n"
                                  << "[ $(stat -c %s " << out << ") -gt $before ] || exit 8\n";
    EXPECT_EQ(std::system(("sh " + (dir / "script").string()).c_str()), 0);
}

TEST(Say, RateIsAFactorOrWordsAMinuteForEveryVoice) {
    test::TempDir dir;
    auto seconds = [&](std::string const& options) {
        auto const done =
            echollama("say 'The red cup stands on the wooden table.' " + options + " -o " + (dir / "a.wav").string());
        EXPECT_EQ(done.code, 0) << done.err;
        return load_audio(dir / "a.wav").seconds();
    };
    double const fast = seconds("--voice fast");
    EXPECT_NEAR(seconds("--voice fast --rate 2"), fast / 2, fast * 0.12);
    EXPECT_NEAR(seconds("--voice fast --rate 350wpm"), fast / 2, fast * 0.12);
    EXPECT_LT(seconds("--voice fast --rate 900wpm"), fast / 3);
    if (std::filesystem::exists(test::models_dir() / "piper-joe")) {
        double const natural = seconds("");
        EXPECT_NEAR(seconds("--rate 2"), natural / 2, natural * 0.15);
        EXPECT_NEAR(seconds("--rate 0.5"), natural * 2, natural * 0.4);
    }
    for (auto const* rate : {"0", "5", "70wpm", "901wpm", "quick", "2x"}) {
        auto const refused = echollama(std::string("say Hello --voice fast -o - --rate ") + rate);
        EXPECT_EQ(refused.code, 2) << rate;
        EXPECT_NE(refused.err.find("80wpm"), std::string::npos) << refused.err;
    }
}

TEST(Say, JsonTellsWhenEachSentenceIsHeardAndHowItWasChecked) {
    test::TempDir dir;
    bool const listener = std::filesystem::exists(test::models_dir() / "whisper-tiny.en.bin");
    auto const wav = dir / "a.wav";
    auto const done = echollama("say 'There is a chair. No dog.' --voice fast --json -o " + wav.string() +
                                (listener ? " --verify" : ""));
    ASSERT_EQ(done.code, 0) << done.err;
    auto const json = nlohmann::json::parse(done.out);
    ASSERT_EQ(json["sentences"].size(), 2u);
    EXPECT_EQ(json["sentences"][1]["text"], "No dog.");
    EXPECT_EQ(json["sentences"][0]["start_s"], 0);
    EXPECT_EQ(json["sentences"][0]["end_s"], json["sentences"][1]["start_s"]);
    EXPECT_NEAR(json["sentences"][1]["end_s"].get<double>(), load_audio(wav).seconds(), 0.002);
    EXPECT_EQ(json["underruns"], 0);
    if (listener) {
        EXPECT_FALSE(json["sentences"][0]["check"]["heard"].get<std::string>().empty());
        EXPECT_TRUE(json["sentences"][1]["check"]["missing"].is_array());
    }
}

TEST(Say, FailuresAreOneSentence) {
    test::TempDir dir;
    struct Case {
        std::string arguments, says;
        int code;
    };
    for (auto const& c : {Case{"-o " + (dir / "a.aac").string(), "--format", 2}, Case{"-o - --format aac", "'aac'", 2},
                          Case{"-o - --json --voice fast", "standard output", 2},
                          Case{"-o - --voice-model " + (dir / "none.gguf").string(), "SNAC", 1},
                          Case{"-o - --voice-model " + dir.path().string(), "Kokoro", 1},
                          Case{"-o - --voice nobody", "There is no voice nobody", 1},
                          Case{"-o - --voice fast --language tlh-none", "no voice or language", 1}}) {
        auto const failed = echollama("--models " + dir.path().string() + " say Hello " + c.arguments);
        EXPECT_EQ(failed.code, c.code) << c.arguments << ": " << failed.err;
        EXPECT_NE(failed.err.find(c.says), std::string::npos) << failed.err;
        EXPECT_EQ(std::count(failed.err.begin(), failed.err.end(), '\n'), 1) << failed.err;
    }
}

} // namespace
} // namespace echollama
