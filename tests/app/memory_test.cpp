// --memory: models come and go, what is said stays the same, and the program keeps to what it was allowed.
#include "run_program.h"
#include "support/memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;

struct Ran {
    int code = -1;
    std::string out, err;
    std::uint64_t peak = 0; // bytes of resident memory
};

// Without a shell, whose memory would count.
Ran run(std::vector<std::string> arguments) {
    TempDir const dir;
    arguments.insert(arguments.begin(), built_program().string());
    std::vector<char*> words;
    for (auto& argument : arguments) {
        words.push_back(argument.data());
    }
    words.push_back(nullptr);
    auto const out = (dir / "out").string(), err = (dir / "err").string();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_CREAT | O_WRONLY, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_CREAT | O_WRONLY, 0600);
    pid_t pid = -1;
    Ran result;
    if (posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ) == 0) {
        int status = 0;
        rusage usage{};
        wait4(pid, &status, 0, &usage);
        result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        result.peak = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    }
    posix_spawn_file_actions_destroy(&actions);
    result.out = read_text(out);
    result.err = read_text(err);
    return result;
}

struct Memory : testing::Test {
    void SetUp() override {
        photo = models_dir().parent_path() / "photos" / "coffee.png";
        SKIP_WITHOUT(photo);
        SKIP_WITHOUT(models_dir() / "piper-joe");
        SKIP_WITHOUT(models_dir() / "smollm2-135m-instruct-q4_1.gguf");
        if (keeps_freed_memory) {
            GTEST_SKIP() << "memory means nothing under AddressSanitizer";
        }
    }
    Ran describe(std::vector<std::string> const& more) {
        std::vector<std::string> all{"--preset",
                                     "starter",
                                     "describe",
                                     photo.string(),
                                     "--greedy",
                                     "--llm",
                                     (models_dir() / "smollm2-135m-instruct-q4_1.gguf").string()};
        all.insert(all.end(), more.begin(), more.end());
        return run(all);
    }

    fs::path photo;
};

TEST_F(Memory, ModelsComeAndGoAndSayTheSame) {
    TempDir const dir;
    auto const speech = [&](std::string const& name) { return (dir / name).string(); };
    auto const all = describe({"--voice", "fast", "-o", speech("all.wav")});
    ASSERT_EQ(all.code, 0) << all.err;
    auto const turns = describe({"--voice", "fast", "-o", speech("turns.wav"), "--memory", "300M"});
    ASSERT_EQ(turns.code, 0) << turns.err;
    EXPECT_EQ(turns.out, all.out);
    EXPECT_TRUE(read_text(dir / "all.wav") == read_text(dir / "turns.wav"));
    EXPECT_LE(turns.peak, std::uint64_t{300} << 20);
}

TEST_F(Memory, WithAVoiceOfAModelItKeepsToItToo) {
    TempDir const dir;
    auto const out = (dir / "s.wav").string();
    auto const all = describe({"-o", out});
    auto const turns = describe({"-o", out, "--memory", "300M"});
    ASSERT_EQ(turns.code, 0) << turns.err;
    EXPECT_EQ(turns.out, all.out);
    EXPECT_GT(all.peak, std::uint64_t{300} << 20) << "else this tests nothing";
    EXPECT_LE(turns.peak, std::uint64_t{300} << 20);
    EXPECT_GT(fs::file_size(out), 1000U);
}

TEST_F(Memory, WhatCannotWorkSaysWhatToAllow) {
    auto const little = describe({"--memory", "60M"});
    EXPECT_EQ(little.code, 1);
    EXPECT_NE(little.err.find("more than --memory 60M; choose a smaller one, or allow --memory "), std::string::npos)
        << little.err;
    EXPECT_EQ(little.out, "");
}

} // namespace
} // namespace echollama::test
