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

} // namespace
} // namespace echollama
