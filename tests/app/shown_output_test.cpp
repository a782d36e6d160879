// What README.md and docs/guide.md show as real output under "What it says" is what the program says.
#include "run_program.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;

struct Shown {
    std::string command, output;
};

// The commands of the section, each with the lines up to the next empty one.
std::vector<Shown> shown_in(fs::path const& document) {
    std::ifstream file(document);
    std::vector<Shown> all;
    bool inside = false, output = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) {
            inside = line == "## What it says";
        } else if (inside && line.starts_with("$ echollama ")) {
            all.push_back({line.substr(std::string("$ echollama ").size()), ""});
            output = true;
        } else if (line.empty() || line.starts_with("```")) {
            output = false;
        } else if (inside && output) {
            all.back().output += line + "\n";
        }
    }
    return all;
}

TEST(ShownOutput, IsWhatTheProgramSays) {
    SKIP_WITHOUT(models_dir() / "smollm2-135m-scenes-q8_0.gguf");
    TempDir dir;
    for (char const* name : {"coffee.png", "chelsea.png", "astronaut.png"}) {
        auto const photo = models_dir().parent_path() / "photos" / name;
        SKIP_WITHOUT(photo);
        fs::create_symlink(photo, dir / name);
    }
    auto const sources = data("").parent_path().parent_path().parent_path();
    for (char const* document : {"README.md", "docs/guide.md"}) {
        SKIP_WITHOUT(sources / document);
        auto const shown = shown_in(sources / document);
        EXPECT_GE(shown.size(), 2U) << document;
        for (auto const& one : shown) {
            if (!one.command.starts_with("listen")) { // the natural voice says nothing twice in the same way
                auto const result = run_shell("cd " + dir.path().string() + " && " + built_program().string() + " " +
                                              one.command + " 2>/dev/null");
                EXPECT_EQ(result.out, one.output) << document << ": " << one.command;
            }
        }
    }
}

} // namespace
} // namespace echollama::test
