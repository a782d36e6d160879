// The program itself: `echollama listen`.
#include "support/support.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

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
          Case{"listen x.wav --model /no/such/model.bin", 1}, Case{"listen x.wav --language klingon", 1}}) {
        auto const result = run(arguments);
        EXPECT_EQ(result.code, code) << arguments << ": " << result.err;
        EXPECT_EQ(result.out, "") << arguments;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << arguments << ": " << result.err;
    }
}

} // namespace
} // namespace echollama
