// Settings from a file, and how they meet the command line.
#include "config/config.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <fstream>

namespace echollama::config {
namespace {

struct Program {
    int threads = 0;
    bool quiet = false, none = false;
    double rate = 1;
    std::string llm;
    std::vector<std::string> loras;
    Command root{"p", "a program"};

    Program() {
        root.option("--threads", threads, "Threads").range(1, 8);
        root.flag("--quiet", quiet, "Quiet");
        auto& describe = root.subcommand("describe", "Describe");
        describe.option("--rate", rate, "Rate").range(0.5, 4);
        auto& file = describe.option("--llm", llm, "Model");
        describe.list("--lora", loras, "Adapter");
        describe.flag("--no-llm", none, "None").excludes(file);
        describe.run = [] {};
        auto& say = root.subcommand("say", "Say");
        say.option("--rate", rate, "Rate").range(0.5, 4);
        say.run = [] {};
    }
    void parse(std::string const& settings, std::vector<std::string> const& words) {
        parse_command_line(root, words, parse_config(settings, "c.toml"));
    }
};

constexpr char settings[] =
    "threads = 4\nquiet = true\nrate = 1.5\n[describe]\nrate = 2\nllm = \"m\"\nlora = ['a', 'b']\n";

TEST(Config, EveryKeyIsAnOption) {
    Program p;
    p.parse(settings, {"say"});
    EXPECT_EQ(p.threads, 4);
    EXPECT_TRUE(p.quiet);
    EXPECT_EQ(p.rate, 1.5);
    EXPECT_EQ(p.llm, "");
}

TEST(Config, TheCommandLineComesFirst) {
    Program p;
    p.parse(settings, {"describe", "--threads", "2", "--lora", "c", "--no-llm"});
    EXPECT_EQ(p.threads, 2);
    EXPECT_EQ(p.loras, std::vector<std::string>{"c"});
    EXPECT_EQ(p.llm, "") << "what --no-llm excludes";
    EXPECT_TRUE(p.none);
    Program q;
    q.parse(settings, {"describe"});
    EXPECT_EQ(q.llm, "m");
    EXPECT_EQ(q.loras, (std::vector<std::string>{"a", "b"}));
}

TEST(Config, WhatCannotBeIsRefusedWithItsFile) {
    for (auto const& [text, says] : std::vector<std::pair<std::string, std::string>>{{"threads = 9", "from 1 to 8"},
                                                                                     {"thread = 2", "--thread"},
                                                                                     {"[descibe]\nrate = 1", "descibe"},
                                                                                     {"[say]\nllm = 'x'", "--llm"},
                                                                                     {"quiet = 3", "true or false"},
                                                                                     {"threads = ", "line 1"},
                                                                                     {"rate = 1979-05-27", "rate"},
                                                                                     {"version = true", "--version"}}) {
        Program p;
        auto const told = test::refusal([&] { p.parse(text, {"say"}); });
        EXPECT_NE(told.find(says), std::string::npos) << text << ": " << told;
        EXPECT_NE(told.find("c.toml"), std::string::npos) << text << ": " << told;
    }
}

TEST(Config, SettingKeepsEverythingElse) {
    std::string const text = "# mine\nthreads = 4 # four\n\n[describe] # often\nrate = 2\n";
    EXPECT_EQ(with_setting(text, "", "threads", "2", "f"), "# mine\nthreads = 2\n\n[describe] # often\nrate = 2\n");
    EXPECT_EQ(with_setting(text, "describe", "rate", "", "f"), "# mine\nthreads = 4 # four\n\n[describe] # often\n");
    EXPECT_EQ(with_setting(text, "describe", "llm", "a \"b\"", "f"), text + "llm = \"a \\\"b\\\"\"\n");
    EXPECT_EQ(with_setting(text, "", "quiet", "true", "f"),
              "# mine\nthreads = 4 # four\n\nquiet = true\n[describe] # often\nrate = 2\n");
    EXPECT_EQ(with_setting("", "say", "rate", "1.5", "f"), "[say]\nrate = 1.5\n");
    EXPECT_EQ(with_setting(text, "models.pull", "mirror", "http://x", "f"),
              text + "\n[models.pull]\nmirror = \"http://x\"\n");
    EXPECT_NE(test::refusal([] { with_setting("a = ", "", "b", "1", "f"); }), "");
    for (std::string const value : {"1", "-1", "0.5", "007", "1e5", ".5", "true", "small", "~/x", "nan"}) {
        auto const read = parse_config(with_setting("", "", "key", value, "f"), "f");
        ASSERT_EQ(read.size(), 1U) << value;
        EXPECT_TRUE(read[0].value == value || value.starts_with("~/")) << value << " became " << read[0].value;
    }
}

TEST(Config, AbsentFilesSetNothing) {
    test::TempDir dir;
    EXPECT_TRUE(load_config(dir / "none.toml").empty());
    EXPECT_TRUE(load_config("/dev/null").empty());
    std::ofstream(dir / "c.toml") << "a = 1\n";
    ASSERT_EQ(load_config(dir / "c.toml").size(), 1U);
    EXPECT_EQ(load_config(dir / "c.toml")[0].option, "a");
}

} // namespace
} // namespace echollama::config
