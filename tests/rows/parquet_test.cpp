// Rows in Parquet, where Apache Arrow is: what is written is read as it was, by others too, and damaged files are
// refused.
#include "base/counter_rng.h"
#include "rows/parquet.h"
#include "rows/parquet_module.h"
#include "rows/row_lines.h"
#include "support/run_shell.h"

#include <gtest/gtest.h>

namespace echollama::rows {
namespace {

using test::refusal;

std::vector<std::string> lines_of(std::filesystem::path const& file, std::size_t longest = 1 << 20) {
    std::vector<std::string> lines;
    for_each_line(file, longest, [&](std::size_t number, std::string const& line) {
        EXPECT_EQ(number, lines.size() + 1);
        lines.push_back(line);
    });
    return lines;
}

#define SKIP_WITHOUT_PARQUET()                                                                                         \
    do {                                                                                                               \
        if (auto const why = why_no_parquet(); !why.empty()) {                                                         \
            GTEST_SKIP() << why;                                                                                       \
        }                                                                                                              \
    } while (0)

std::vector<std::string> const preferences = {
    R"({"system":"Be brief.","prompt":"Where is\nthe \"cup\"?","chosen":"Ahead. é 椅子","rejected":"r\u0000","image":"a/b.png",)"
    R"("teacher":"t","base":"b","chosen_claims":{"supported":2,"contradicted":0,"unknown":1},)"
    R"("rejected_claims":{"supported":0,"contradicted":3,"unknown":0}})",
    R"({"prompt":"p","chosen":"c","rejected":"r","image":"c.png"})"};
std::vector<std::string> const tokens = {R"({"prompt_ids":[1,2,3],"chosen_ids":[128256],"rejected_ids":[4,5]})",
                                         R"({"prompt_ids":[7],"chosen_ids":[8,9],"rejected_ids":[10]})"};

std::filesystem::path jsonl_of(test::TempDir const& dir, std::vector<std::string> const& lines) {
    auto const file = dir / "rows.jsonl";
    std::ofstream out(file);
    for (auto const& line : lines) {
        out << line << "\n";
    }
    return file;
}

TEST(RowLines, AreThoseOfJsonl) {
    test::TempDir dir;
    std::ofstream(dir / "a.jsonl") << "{}\n\n  \t\r\n[1]\nlast";
    std::vector<std::pair<std::size_t, std::string>> seen;
    for_each_line(dir / "a.jsonl", 100,
                  [&](std::size_t number, std::string const& line) { seen.emplace_back(number, line); });
    EXPECT_EQ(seen, (std::vector<std::pair<std::size_t, std::string>>{{1, "{}"}, {4, "[1]"}, {5, "last"}}));
    EXPECT_NE(refusal([&] { lines_of(dir / "none"); }).find("Cannot read"), std::string::npos);
    EXPECT_NE(refusal([&] { lines_of(dir.path()); }).find("Cannot read"), std::string::npos);
    std::ofstream(dir / "b.jsonl") << "{}\n" << std::string(101, 'x') << "\n";
    EXPECT_NE(refusal([&] { lines_of(dir / "b.jsonl", 100); }).find("Row 2"), std::string::npos);
}

TEST(Parquet, IsToldFromJsonlByItsBeginningAndItsName) {
    test::TempDir dir;
    std::ofstream(dir / "a.jsonl") << "PAR1 and more";
    std::ofstream(dir / "b.jsonl") << "PAR2";
    EXPECT_TRUE(is_parquet(dir / "a.jsonl"));
    EXPECT_FALSE(is_parquet(dir / "b.jsonl"));
    EXPECT_TRUE(is_parquet(dir / "none.PARQUET"));
    EXPECT_FALSE(is_parquet(dir / "none.jsonl"));
}

TEST(Parquet, WhereThereIsNoArrowIsOneSentence) {
    if (why_no_parquet().empty()) {
        GTEST_SKIP() << "this build has Arrow";
    }
    test::TempDir dir;
    std::ofstream(dir / "a.parquet") << "PAR1";
    auto const said = refusal([&] { lines_of(dir / "a.parquet"); });
    EXPECT_NE(said.find("no Parquet"), std::string::npos) << said;
    EXPECT_NE(said.find("JSONL"), std::string::npos) << said;
}

TEST(Parquet, IsReadAsItWasWritten) {
    SKIP_WITHOUT_PARQUET();
    for (auto const& rows : {preferences, tokens}) {
        test::TempDir dir;
        auto const jsonl = jsonl_of(dir, rows);
        write_parquet(jsonl, dir / "rows.parquet");
        EXPECT_EQ(lines_of(dir / "rows.parquet"), rows);
    }
}

// As the library of the public data set writes it: datasets.Dataset.from_list(…).to_parquet(…), three columns.
TEST(Parquet, OfOthersIsRead) {
    SKIP_WITHOUT_PARQUET();
    auto const rows = lines_of(test::data("rows/spatial-dpo.parquet"));
    ASSERT_EQ(rows.size(), 5U);
    std::string const third = "{\"prompt\":\"Image Description: a room.\\nObject 2: cup at (0.3, 0.2)\","
                              "\"chosen\":\"A cup is to the left. éé\",\"rejected\":\"I see nothing 2\"}";
    EXPECT_EQ(rows[2], third);
}

// More than one batch and one group of rows; a number in each says which it is.
TEST(Parquet, KeepsTheOrderOfManyRows) {
    SKIP_WITHOUT_PARQUET();
    test::TempDir dir;
    std::vector<std::string> rows;
    for (int i = 0; i < 1000; ++i) {
        rows.push_back(R"({"prompt":"p)" + std::to_string(i) + R"(","chosen":"c","rejected":")" +
                       std::string(static_cast<std::size_t>(i) * 7 % 5000, 'r') + R"("})");
    }
    write_parquet(jsonl_of(dir, rows), dir / "rows.parquet");
    EXPECT_EQ(lines_of(dir / "rows.parquet"), rows);
    EXPECT_NE(refusal([&] { lines_of(dir / "rows.parquet", 4000); }).find("is longer"), std::string::npos);
    int seen = 0;
    EXPECT_THROW(read_parquet(dir / "rows.parquet",
                              [&](std::size_t, std::string const&) {
                                  if (++seen == 3) {
                                      throw std::out_of_range("thrown through");
                                  }
                              }),
                 std::out_of_range);
    EXPECT_EQ(seen, 3);
}

TEST(Parquet, WhatCannotBeWrittenLeavesTheOldFile) {
    SKIP_WITHOUT_PARQUET();
    test::TempDir dir;
    std::ofstream(dir / "out.parquet") << "older";
    for (auto const& wrong : std::vector<std::vector<std::string>>{
             {R"({"prompt":1,"chosen":"c","rejected":"r"})"},
             {R"({"prompt":"p","chosen":"c","rejected":"r"})", R"({"prompt":["p"],"chosen":"c","rejected":"r"})"},
             {R"({"prompt":"p")"},
             {R"({"prompt_ids":"text"})"}}) {
        EXPECT_NE(refusal([&] { write_parquet(jsonl_of(dir, wrong), dir / "out.parquet"); }), "") << wrong.back();
        EXPECT_EQ(test::read_text(dir / "out.parquet"), "older");
    }
    if (std::filesystem::exists("/dev/full")) {
        std::filesystem::create_symlink("/dev/full", dir / "full.parquet");
        auto const said = refusal([&] { write_parquet(jsonl_of(dir, preferences), dir / "full.parquet"); });
        EXPECT_NE(said.find("Cannot write"), std::string::npos) << said;
    }
}

// Cut, overwritten and mixed up: refused with a sentence or read, never a crash, whatever Arrow makes of it.
TEST(Parquet, DamagedFilesAreRefused) {
    SKIP_WITHOUT_PARQUET();
    test::TempDir dir;
    write_parquet(jsonl_of(dir, preferences), dir / "whole.parquet");
    auto const whole = test::read_text(dir / "whole.parquet");
    auto const file = dir / "damaged.parquet";
    auto const attempt = [&](std::string const& bytes) {
        std::ofstream(file, std::ios::binary) << bytes;
        return refusal([&] { lines_of(file); });
    };
    for (std::size_t size : {std::size_t{0}, std::size_t{4}, std::size_t{11}, whole.size() / 2, whole.size() - 1}) {
        auto const said = attempt(whole.substr(0, size));
        EXPECT_NE(said.find("damaged.parquet"), std::string::npos) << size << ": " << said;
    }
    Draws draws(1);
    int refused = 0;
    for (int i = 0; i < 600; ++i) {
        auto bytes = whole;
        for (int changes = 1 + draws.below(4); changes-- > 0;) {
            bytes[static_cast<std::size_t>(draws.below(static_cast<int>(bytes.size())))] =
                static_cast<char>(draws.below(256));
        }
        refused += attempt(bytes).empty() ? 0 : 1;
    }
    EXPECT_GT(refused, 300);
}

} // namespace
} // namespace echollama::rows
