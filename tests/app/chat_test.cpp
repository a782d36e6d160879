// Lines typed while an answer is being made or spoken.
#include "run_program.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace echollama {
namespace {

namespace fs = std::filesystem;

fs::path photo() {
    return test::models_dir().parent_path() / "photos" / "coffee.png";
}

struct Heard {
    int code = -1;
    std::vector<std::string> sentences; // as printed
    std::uintmax_t bytes = 0;           // of sound
};

// A conversation whose first answer is being spoken, to a listener who does not take it yet, when the lines are typed.
// Only the fast voice and the scene's own words, so that nothing depends on time.
Heard interrupted_by(std::string const& lines) {
    test::TempDir dir;
    auto const file = [&](char const* name) { return (dir / name).string(); };
    std::ofstream(dir / "script") << "mkfifo " << file("in") << " " << file("sound") << "\n"
                                  << test::built_program().string() << " --quiet chat " << photo().string()
                                  << " --no-llm --voice fast --rate 0.5 -o - --format raw <" << file("in") << " >"
                                  << file("sound") << " 2>" << file("said") << " &\nchat=$!\nexec 3>" << file("in")
                                  << " 4<" << file("sound") << "\n"
                                  << "for i in $(seq 300); do [ -s " << file("said") << " ] && break; sleep 0.1; done\n"
                                  << "sleep 0.5\nprintf '" << lines << "' >&3\nsleep 1\nexec 3>&-\n"
                                  << "cat <&4 >" << file("bytes") << "\nwait $chat\n";
    Heard heard;
    int const status = std::system(("timeout 100 sh " + file("script")).c_str());
    heard.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    heard.bytes = fs::file_size(dir / "bytes");
    std::istringstream text(test::read_text(dir / "said"));
    for (std::string line; std::getline(text, line);) {
        heard.sentences.push_back(line);
    }
    return heard;
}

TEST(Chat, StopFasterAndSlowerAreHeardWhileAnAnswerIsSpoken) {
    SKIP_WITHOUT(photo());
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    auto const whole = interrupted_by("where is the cup?\\n");
    ASSERT_EQ(whole.code, 0);
    ASSERT_GE(whole.sentences.size(), 3U);
    EXPECT_NE(whole.sentences.back().find("cup"), std::string::npos);
    ASSERT_GT(whole.bytes, 400'000U) << "the description must be longer than what a pipe holds";

    auto const stopped = interrupted_by("stop\\nwhere is the cup?\\n");
    EXPECT_EQ(stopped.code, 0);
    EXPECT_EQ(stopped.sentences.back(), whole.sentences.back()) << "the question after it is answered";
    EXPECT_LT(stopped.bytes, whole.bytes * 8 / 10) << "the description ended early";

    auto const faster = interrupted_by("rate 4\\nwhere is the cup?\\n");
    EXPECT_EQ(faster.sentences, whole.sentences);
    EXPECT_LT(faster.bytes, whole.bytes * 6 / 10);
    auto const slower = interrupted_by("slower\\nwhere is the cup?\\n");
    EXPECT_EQ(slower.sentences, whole.sentences);
    EXPECT_GT(slower.bytes, whole.bytes * 105 / 100);
}

TEST(Chat, NothingTypedAheadIsLostAndTheEndOfTheInputWaitsForTheLastAnswer) {
    SKIP_WITHOUT(photo());
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    auto const heard = interrupted_by("where is the cup?\\nis there a dog?\\n\\nhelp\\nwhere is the cup?");
    EXPECT_EQ(heard.code, 0);
    auto const& said = heard.sentences;
    ASSERT_GE(said.size(), 5U);
    EXPECT_NE(said[said.size() - 5].find("cup"), std::string::npos);
    EXPECT_NE(said[said.size() - 4].find("dog"), std::string::npos);
    EXPECT_EQ(said[said.size() - 3], said[said.size() - 4]) << "Enter alone repeats";
    EXPECT_NE(said[said.size() - 2].find("quit ends"), std::string::npos);
    EXPECT_EQ(said[said.size() - 1], said[said.size() - 5]) << "the last line needs no line end";
}

// What is printed when the lines are piped in; the fast voice is not asked.
test::Result typed(std::string const& lines, std::string const& picture) {
    test::TempDir dir;
    std::ofstream(dir / "lines") << lines;
    return test::echollama("--quiet chat " + picture + " --no-llm <" + (dir / "lines").string());
}

TEST(Chat, LinesAboutTheLastAnswerAreUnderstoodWithoutAModel) {
    SKIP_WITHOUT(photo());
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    auto const said =
        typed("where is the cup?\nwhy?\nspell it\ngo back\ngo back\nuse feet\nquit\nnothing\n", photo().string());
    EXPECT_EQ(said.code, 0) << said.err;
    std::vector<std::string> lines;
    std::istringstream text(said.out);
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    ASSERT_GE(lines.size(), 7U) << said.out;
    auto const first = lines.size() - 6;
    EXPECT_NE(lines[first + 1].find("percent sure that it is a cup"), std::string::npos) << said.out;
    EXPECT_EQ(lines[first + 2], "C, U, P.");
    EXPECT_EQ(lines[first + 3], lines[first + 1]);
    EXPECT_EQ(lines[first + 4], lines[first]);
    EXPECT_EQ(lines[first + 5], "Distances in feet from now on.");
}

TEST(Chat, WithoutAPictureItIsGivenByItsName) {
    SKIP_WITHOUT(photo());
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    auto const said =
        typed("where is the cup?\nlook at /no/such/photo.jpg\n'" + photo().string() + "'\nwhere is the cup?\n", "");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_TRUE(
        said.out.starts_with("There is no picture yet; say look at, and the name of its file.\nThere is no file "
                             "/no/such/photo.jpg; check the path.\n"))
        << said.out;
    auto const last = said.out.rfind('\n', said.out.size() - 2);
    EXPECT_NE(said.out.find("cup", last), std::string::npos) << said.out;
}

TEST(Chat, AFullDiskIsToldAndTheConversationGoesOn) {
    SKIP_WITHOUT(photo());
    SKIP_WITHOUT(test::models_dir() / "centernet.gguf");
    SKIP_WITHOUT("/dev/full");
    test::TempDir dir;
    std::ofstream(dir / "lines") << "where is the cup?\nis there a dog?\n";
    auto const said =
        test::echollama("chat " + photo().string() + " --no-llm --voice fast --out /dev/full --format raw <" +
                        (dir / "lines").string());
    EXPECT_EQ(said.code, 1) << "there is no whole file";
    EXPECT_NE(said.out.find("dog"), std::string::npos) << said.out;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 2)
        << "once when it happens, once at the end: " << said.err;
}

} // namespace
} // namespace echollama
