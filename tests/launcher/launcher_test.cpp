#include "base/processor.h"
#include "support/run_shell.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace echollama {
namespace {

namespace fs = std::filesystem;
using namespace test;

// A package's folders, in which each level's program tells its level and what it was given.
struct Prefix {
    TempDir dir;
    fs::path launcher = dir / "bin" / "echollama";

    explicit Prefix(std::vector<std::string> const& levels) {
        fs::create_directories(launcher.parent_path());
        fs::copy_file(ECHOLLAMA_LAUNCHER, launcher);
        for (auto const& level : levels) {
            auto const program = dir / "lib" / "echollama" / level / "echollama";
            fs::create_directories(program.parent_path());
            std::ofstream(program) << "#!/bin/sh\necho " << level << " \"$@\"\nexit 7\n";
            fs::permissions(program, fs::perms::owner_all);
        }
    }

    Result run(std::string const& variables, std::string const& words = "") const {
        return run_shell(variables + " '" + launcher.string() + "' " + words);
    }
};

TEST(Launcher, StartsTheBestThatIsInstalledAndHandsEverythingOn) {
    auto const levels = processor_levels();
    ASSERT_FALSE(levels.empty());
    auto const best = Prefix(levels).run("ECHOLLAMA_CPU=", "describe 'a photo.jpg' --quiet");
    EXPECT_EQ(best.out, levels.back() + " describe a photo.jpg --quiet\n");
    EXPECT_EQ(best.code, 7);
    EXPECT_EQ(Prefix({levels.front()}).run("ECHOLLAMA_CPU=").out, levels.front() + "\n");
}

TEST(Launcher, EveryLevelOfThisProcessorCanBeAskedFor) {
    auto const levels = processor_levels();
    Prefix const prefix(levels);
    for (auto const& level : levels) {
        EXPECT_EQ(prefix.run("ECHOLLAMA_CPU=" + level).out, level + "\n");
    }
}

TEST(Launcher, SetsWhatTheProgramWouldElseStartAgainFor) {
    auto const levels = processor_levels();
    Prefix const prefix({levels.back()});
    std::ofstream(prefix.dir / "lib" / "echollama" / levels.back() / "echollama")
        << "#!/bin/sh\necho ${GOMP_SPINCOUNT-unset} ${OMP_WAIT_POLICY-unset}\n";
    EXPECT_EQ(prefix.run("unset GOMP_SPINCOUNT OMP_WAIT_POLICY;").out, "500 unset\n");
    EXPECT_EQ(prefix.run("unset OMP_WAIT_POLICY; GOMP_SPINCOUNT=7").out, "7 unset\n");
    EXPECT_EQ(prefix.run("unset GOMP_SPINCOUNT; OMP_WAIT_POLICY=passive").out, "unset passive\n");
}

TEST(Launcher, WhatCannotRunIsRefusedInASentence) {
    auto const levels = processor_levels();
    auto const wrong = Prefix(levels).run("ECHOLLAMA_CPU=pentium");
    EXPECT_EQ(wrong.code, 1);
    EXPECT_NE(wrong.err.find("ECHOLLAMA_CPU cannot be 'pentium'"), std::string::npos) << wrong.err;
    EXPECT_NE(wrong.err.find(levels.back()), std::string::npos) << wrong.err;
    auto const none = Prefix({"of-another-architecture"}).run("ECHOLLAMA_CPU=");
    EXPECT_EQ(none.code, 1);
    EXPECT_NE(none.err.find("is for this processor"), std::string::npos) << none.err;
}

} // namespace
} // namespace echollama
