#include "base/mapped_file.h"
#include "support/support.h"

#include <sys/stat.h>

#include <fstream>
#include <string_view>
#include <thread>

namespace echollama {
namespace {

std::string_view text_of(MappedFile const& file) {
    return {reinterpret_cast<char const*>(file.bytes().data()), file.bytes().size()};
}

TEST(MappedFile, HoldsWhatTheFileHolds) {
    test::TempDir dir;
    std::string const text(100'000, 'x');
    std::ofstream(dir / "file", std::ios::binary) << text << "end";
    MappedFile const file(dir / "file");
    EXPECT_EQ(text_of(file), text + "end");
    std::filesystem::rename(dir / "file", dir / "elsewhere");
    std::ofstream(dir / "file") << "another";
    EXPECT_EQ(text_of(file), text + "end") << "what was opened stays, whatever takes its name";
}

TEST(MappedFile, WhatCannotBeMappedIsRead) {
    test::TempDir dir;
    ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
    std::jthread const writer([&] { std::ofstream(dir / "pipe") << "from a pipe"; });
    EXPECT_EQ(text_of(MappedFile(dir / "pipe")), "from a pipe");
}

TEST(MappedFile, NothingAndNoFileAreTold) {
    test::TempDir dir;
    std::ofstream(dir / "empty");
    EXPECT_TRUE(MappedFile(dir / "empty").bytes().empty());
    EXPECT_NE(test::refusal([&] { MappedFile(dir / "absent"); }), "");
    EXPECT_NE(test::refusal([&] { MappedFile(dir.path()); }), "");
}

} // namespace
} // namespace echollama
