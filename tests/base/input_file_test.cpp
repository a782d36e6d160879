// Files, pipes and what cannot be read.
#include "base/error.h"
#include "base/input_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace echollama {
namespace {

namespace fs = std::filesystem;

struct InputFile : testing::Test {
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "echollama-input-XXXXXX").string();
        dir = mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(dir); }
    fs::path dir;
};

std::string said(fs::path const& path, InputLimits const& limits = {}) {
    try {
        read_input(path, limits);
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

TEST_F(InputFile, FilesAndPipesGiveAllTheirBytes) {
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{300'001}}) {
        std::vector<std::uint8_t> bytes(size);
        for (std::size_t i = 0; i < size; ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 31 >> 3);
        }
        auto const write = [&](fs::path const& to) {
            std::ofstream(to, std::ios::binary)
                .write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(size));
        };
        write(dir / "file");
        EXPECT_EQ(read_input(dir / "file"), bytes);
        ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
        std::jthread const writer([&] { write(dir / "pipe"); });
        EXPECT_EQ(read_input(dir / "pipe"), bytes) << "a pipe";
        fs::remove(dir / "pipe");
    }
}

TEST_F(InputFile, LimitsHoldForFilesPipesAndEndlessDevices) {
    InputLimits const limits{"picture", 1 << 20};
    std::ofstream(dir / "large") << std::string((1 << 20) + 1, 'x');
    EXPECT_NE(said(dir / "large", limits).find("larger than 1 MiB"), std::string::npos);
    EXPECT_NE(said("/dev/zero", limits).find("smaller picture"), std::string::npos);
    std::ofstream(dir / "fits") << std::string(1 << 20, 'x');
    EXPECT_EQ(said(dir / "fits", limits), "");
}

TEST_F(InputFile, WhatCannotBeReadIsSaid) {
    EXPECT_NE(said(dir / "none").find("no file"), std::string::npos);
    EXPECT_NE(said(dir / "none" / "deeper").find("no file"), std::string::npos);
    EXPECT_NE(said(dir, {"picture"}).find("name a picture in it"), std::string::npos);
    EXPECT_EQ(input_name("-"), "standard input");
    EXPECT_EQ(input_name("a/b.png"), "a/b.png");
    EXPECT_TRUE(is_standard_input("-"));
    std::ofstream(dir / "file") << "x";
    EXPECT_FALSE(is_standard_input(dir / "file"));
    EXPECT_FALSE(is_standard_input(dir / "none"));
}

} // namespace
} // namespace echollama
