// How the program behaves towards what stands around it: readers that stop reading, homes that are not there, empty
// texts, and what packages install.
#include "app/run_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <regex>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;

std::string photo() {
    return (models_dir().parent_path() / "photos" / "coffee.png").string();
}

// A line of bash, with the word ECHO for the program; 124: it did not end within a minute.
Result bash(std::string const& words) {
    TempDir temp;
    auto const line = std::regex_replace(words, std::regex("\\bECHO\\b"), built_program().string());
    std::ofstream(temp / "line.sh") << line << "\n";
    auto const command = "timeout 60 bash " + (temp / "line.sh").string() + " >" + (temp / "out").string() + " 2>" +
                         (temp / "err").string() + " </dev/null";
    int const status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(temp / "out"), read_text(temp / "err")};
}

struct Gone {
    std::string name, line; // FILE: what must be written in full although nobody reads the rest
};

class ReaderGone : public testing::TestWithParam<Gone> {};

TEST_P(ReaderGone, LosesNoFile) {
    SKIP_WITHOUT(models_dir() / "centernet.gguf");
    SKIP_WITHOUT(photo());
    TempDir dir;
    auto const file = (dir / "file").string();
    auto line = GetParam().line;
    for (auto const& [word, value] : {std::pair<std::string, std::string>{"FILE", file}, {"PHOTO", photo()}}) {
        for (auto at = line.find(word); at != std::string::npos; at = line.find(word)) {
            line.replace(at, word.size(), value);
        }
    }
    // The reader is gone before the first word is written.
    auto const result = bash("set -o pipefail; " + line + " | true");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.err.find("error"), std::string::npos) << result.err;
    EXPECT_TRUE(fs::exists(file) && fs::file_size(file) > 44) << GetParam().line;
}

INSTANTIATE_TEST_SUITE_P(
    Commands, ReaderGone,
    testing::Values(
        Gone{"describe", "ECHO describe PHOTO --no-llm --voice fast --out FILE --format wav"},
        Gone{"describe_picture", "ECHO describe PHOTO --no-llm --annotate FILE"},
        Gone{"describe_json", "ECHO describe PHOTO --no-llm --json --voice fast --out FILE --format wav"},
        Gone{"ask", "ECHO ask PHOTO 'Where is the cup?' 'Is there a dog?' --voice fast --out FILE --format wav"},
        Gone{"chat", "printf 'Where is the cup?\\n' | ECHO chat PHOTO --no-llm --voice fast -o FILE --format wav"},
        Gone{"read", "ECHO read PHOTO --voice fast --out FILE --format wav"},
        Gone{"scene", "ECHO scene PHOTO --annotate FILE"}, Gone{"detect", "ECHO detect PHOTO --annotate FILE"},
        Gone{"say_json", "ECHO say --json --voice fast 'Mind the step.' --out FILE --format wav"},
        Gone{"say_subtitles", "ECHO say --voice fast 'Mind the step.' --vtt - --out FILE --format wav"},
        Gone{"say_sound", "ECHO say --voice fast 'Mind the step. Turn left now.' --out - --vtt FILE"}),
    [](auto const& tested) { return tested.param.name; });

TEST(ReaderGone, EndsWhatNobodyElseWants) {
    for (std::string const line : {"ECHO --help | true", "ECHO help --man | true", "ECHO --version --licences | true",
                                   "ECHO models list | true"}) {
        auto const result = bash("set -o pipefail; " + line);
        EXPECT_EQ(result.code, 0) << line << result.err;
        EXPECT_EQ(result.err, "") << line;
    }
}

TEST(StandardOutput, ThatIsFullIsToldAndLosesNoFile) {
    SKIP_WITHOUT(models_dir() / "centernet.gguf");
    SKIP_WITHOUT(photo());
    TempDir dir;
    auto const file = (dir / "a.png").string();
    auto const result = bash("ECHO scene " + photo() + " --annotate " + file + " >/dev/full");
    EXPECT_EQ(result.code, 1);
    EXPECT_NE(result.err.find("standard output"), std::string::npos) << result.err;
    EXPECT_TRUE(fs::exists(file));
}

TEST(StandardOutput, ThatIsClosedTakesNothingMeantForAFile) {
    SKIP_WITHOUT(models_dir() / "centernet.gguf");
    SKIP_WITHOUT(photo());
    TempDir dir;
    auto const file = (dir / "a.png").string();
    auto const result = bash("ECHO scene " + photo() + " --annotate " + file + " >&- 2>&- <&-");
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(read_text(file).substr(1, 3), "PNG");
}

TEST(StandardOutput, TakesOneResultOnly) {
    for (std::string const line :
         {"describe x.png --json --out -", "describe x.png --annotate -", "scene x.png --annotate -",
          "detect x.png --json --annotate -", "describe x.png --out a.wav --vtt -", "say x --json --vtt -",
          "depth x.png --out - --npy -", "depth x.png --json --npy -", "chat x.png --out - --vtt -"}) {
        auto const result = echollama(line);
        EXPECT_EQ(result.code, 2) << line << ": " << result.err;
        EXPECT_NE(result.err.find("standard output"), std::string::npos) << line << ": " << result.err;
    }
}

TEST(Say, AnEmptyTextIsToldAtOnce) {
    TempDir dir;
    auto const file = (dir / "s.wav").string();
    auto const pipe = (dir / "pipe").string();
    for (std::string const words : {"''", "' '", "'\n'", "</dev/null", "- </dev/null"}) {
        // Standard input stays open and empty: who waits for it is caught.
        auto const waits = words.find('<') == std::string::npos;
        auto const result =
            bash("mkfifo " + pipe + "; exec 3<>" + pipe + "; ECHO say " + words + " --voice fast --out " + file +
                 (waits ? " <&3" : "") + "; code=$?; rm " + pipe + "; exit $code");
        EXPECT_EQ(result.code, 1) << words;
        EXPECT_NE(result.err.find("nothing to say"), std::string::npos) << words << result.err;
        EXPECT_FALSE(fs::exists(file));
    }
}

TEST(Home, IsTheUsersWhenItIsNotSet) {
    TempDir dir;
    for (std::string const environment : {"env -u HOME", "HOME=", "HOME=.", "HOME=relative/folder"}) {
        auto const result = bash(
            "cd " + dir.path().string() + "; unset ECHOLLAMA_CACHE ECHOLLAMA_MODELS XDG_CACHE_HOME; " + environment +
            " ECHO --models '" + (dir / "none").string() + "' models list && " + environment + " ECHO models list");
        EXPECT_EQ(result.code, 0) << environment << result.err;
        EXPECT_EQ(result.out.find("./"), std::string::npos)
            << "a folder that depends on where one stands: " << result.out;
        EXPECT_FALSE(fs::exists(dir / ".cache"));
    }
    auto const relative = bash("cd " + dir.path().string() + "; unset ECHOLLAMA_CACHE ECHOLLAMA_MODELS; " +
                               "XDG_CACHE_HOME=here HOME=/nowhere ECHO detect " + photo());
    EXPECT_NE(relative.err.find("/nowhere/.cache"), std::string::npos) << relative.err;
}

// A user that the system does not know, as in many containers; root alone can become one.
TEST(Home, ThatIsNowhereIsToldInOneSentence) {
    if (geteuid() != 0 || bash("setpriv --reuid 54321 --clear-groups true").code != 0) {
        GTEST_SKIP() << "needs root and setpriv to become an unknown user";
    }
    TempDir dir;
    fs::permissions(dir.path(), fs::perms::others_all, fs::perm_options::add);
    fs::copy_file(built_program(), dir / "echollama");
    auto const unknown = "cd " + dir.path().string() +
                         "; unset HOME ECHOLLAMA_CACHE ECHOLLAMA_MODELS XDG_CACHE_HOME; setpriv --reuid 54321 "
                         "--clear-groups ./echollama ";
    auto const result = bash(unknown + "models list");
    EXPECT_EQ(result.code, 1);
    EXPECT_NE(result.err.find("HOME"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("--models"), std::string::npos) << result.err;
    EXPECT_EQ(bash(unknown + "--models /tmp detect none.png").err.find("HOME"), std::string::npos);
    EXPECT_EQ(bash(unknown + "help --completion bash").code, 0) << "what only tells needs no home";
}

TEST(Version, NamesEveryPartWithItsLicence) {
    auto const version = echollama("--version");
    EXPECT_EQ(version.out, "echollama " + version.out.substr(10)) << "one line";
    EXPECT_EQ(std::count(version.out.begin(), version.out.end(), '\n'), 1);
    auto const licences = echollama("--version --licences");
    EXPECT_EQ(licences.code, 0) << licences.err;
    EXPECT_TRUE(licences.out.starts_with(version.out)) << licences.out;
    EXPECT_EQ(licences.out, echollama("--licenses").out);
    auto const table = data_dir().parent_path().parent_path() / "packaging" / "licences.tsv";
    std::ifstream lines(table);
    int parts = 0;
    for (std::string line; std::getline(lines, line); ++parts) {
        auto const tab = line.find('\t');
        auto const part = line.substr(0, tab) + ": " + line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1) + ";";
        EXPECT_TRUE(parts == 0 || licences.out.find("\n" + part) != std::string::npos) << part;
    }
    EXPECT_GT(parts, 20);
}

class Completion : public testing::TestWithParam<std::string> {};

TEST_P(Completion, IsReadByItsShell) {
    TempDir dir;
    auto const shell = GetParam();
    auto const script = (dir / "completion").string();
    ASSERT_EQ(bash("ECHO help --completion " + shell + " >" + script).code, 0);
    auto const text = read_text(script);
    for (std::string const part : {"describe", "quantize", "--level", "headline"}) {
        auto const word = shell == "fish" && part.starts_with("--") ? "-l " + part.substr(2) : part;
        EXPECT_NE(text.find(word), std::string::npos) << word;
    }
    if (bash("command -v " + shell).code != 0) {
        GTEST_SKIP() << shell << " is not installed";
    }
    auto const read = bash(shell + " -n " + script);
    EXPECT_EQ(read.code, 0) << read.err;
    EXPECT_EQ(read.err, "");
}

INSTANTIATE_TEST_SUITE_P(Shells, Completion, testing::Values("bash", "zsh", "fish"),
                         [](auto const& tested) { return tested.param; });

TEST(BashCompletion, OffersWhatIsDeclared) {
    TempDir dir;
    std::ofstream(dir / "a photo.png") << "x";
    struct Typed {
        std::string words;   // the last one is being typed
        std::string offered; // one of the lines
        std::string not_offered;
    };
    for (auto const& typed :
         {Typed{"echollama de", "describe", "say"}, Typed{"echollama models q", "quantize", "quiet"},
          Typed{"echollama describe --le", "--level", "--length"},
          Typed{"echollama describe --level ''", "headline", "describe"},
          Typed{"echollama caption --length ''", "normal", "headline"},
          Typed{"echollama describe --level = h", "headline", "full"},
          Typed{"echollama describe 'a p'", "a photo.png", "x"}, Typed{"echollama say --th", "--threads", "--top-p"},
          Typed{"echollama eval scene --ro", "--rooms", "--right"},
          Typed{"echollama describe --out 'a '", "a photo.png", "x"},
          Typed{"echollama help --completion ''", "fish", "describe"}}) {
        auto const result =
            bash("cd " + dir.path().string() + "; eval \"$(ECHO help --completion bash)\"; compopt() { :; }\n" +
                 "COMP_WORDS=(" + typed.words + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _echollama\n" +
                 "printf '%s\\n' \"${COMPREPLY[@]}\"");
        EXPECT_NE(("\n" + result.out).find("\n" + typed.offered + "\n"), std::string::npos)
            << typed.words << " offers " << result.out << result.err;
        EXPECT_EQ(("\n" + result.out).find("\n" + typed.not_offered + "\n"), std::string::npos) << typed.words;
    }
}

TEST(ManPage, HasEveryOptionAndNoWarnings) {
    TempDir dir;
    auto const page = (dir / "echollama.1").string();
    ASSERT_EQ(bash("ECHO help --man >" + page).code, 0);
    auto const text = read_text(page);
    for (std::string const command : {"describe", "ask", "chat", "scene", "detect", "depth", "caption", "say", "listen",
                                      "models convert", "models quantize", "eval scene", ""}) {
        auto const help = echollama(command + " --help").out;
        for (auto at = help.find("\n  --"); at != std::string::npos; at = help.find("\n  --", at + 1)) {
            auto option = help.substr(at + 3, help.find_first_of(" ,\n", at + 3) - at - 3);
            for (auto dash = option.find('-'); dash != std::string::npos; dash = option.find('-', dash + 2)) {
                option.insert(dash, "\\");
            }
            EXPECT_NE(text.find(option), std::string::npos) << option << " of " << command;
        }
    }
    if (bash("command -v man && command -v groff").code == 0) {
        auto const shown = bash("LC_ALL=C.UTF-8 MANROFFSEQ= man --warnings -E UTF-8 -l -Tutf8 " + page + " >/dev/null");
        EXPECT_EQ(shown.err, "");
        EXPECT_EQ(shown.code, 0);
    }
}

} // namespace
} // namespace echollama::test
