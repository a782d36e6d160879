// Rows, their file, and whose part is whose.
#include "base/error.h"
#include "dataset/check.h"
#include "dataset/preference.h"
#include "dataset/row_file.h"
#include "dataset/shard.h"
#include "rows/row_lines.h"
#include "scene/build.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace echollama::dataset {
namespace {

Preference row_of(std::string const& image) {
    return {"", "What is in " + image + "?", "A cup.", "Nothing that I know.", image, "t", "b", true, {1, 0, 0}, {}};
}

std::string message(auto const& work) {
    try {
        work();
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

TEST(Preference, IsReadAsItWasWritten) {
    Preference row{"Be brief.", "Line one\nline \"two\"", "é\t\\", "r", "a b.png", "t", "b", true, {1, 2, 3},
                   {4, 5, 6}};
    auto const line = to_json_line(row);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(parse_preference(line), row);
    auto const plain = parse_preference(R"({"prompt":"p","chosen":"c","rejected":"r","extra":1})");
    EXPECT_EQ(plain, (Preference{"", "p", "c", "r", "", "", "", false, {}, {}})) << "the public data set's columns";
}

TEST(Preference, SaysWhatIsWrongWithARow) {
    for (auto const& [line, told] : {std::pair{"", "no JSON object"},
                                     {"[1]", "no JSON object"},
                                     {R"({"prompt":"p","chosen":"c","rejected":"r")", "no JSON object"},
                                     {R"({"prompt":"p","chosen":"c"})", "no 'rejected'"},
                                     {R"({"prompt":"p","chosen":null,"rejected":"r"})", "no 'chosen'"},
                                     {R"({"prompt":["p"],"chosen":"c","rejected":"r"})", "'prompt' is no text"},
                                     {R"({"prompt":" \n","chosen":"c","rejected":"r"})", "'prompt' is empty"}}) {
        auto const parse = [text = line] { parse_preference(text); };
        EXPECT_NE(message(parse).find(told), std::string::npos) << line;
    }
}

TEST(Preference, ClaimsAreCountedAgainstTheScene) {
    auto const scene =
        build_scene({{"cup", -1, 0.9F, {280, 200, 360, 280}, {}}}, 640, 480, Intrinsics{500, 500, 320, 240});
    auto const right = tally_claims("A cup is straight ahead.", scene);
    EXPECT_GT(right.supported, 0);
    EXPECT_EQ(right.contradicted, 0);
    EXPECT_GT(tally_claims("A dog is on the left.", scene).contradicted, 0);
    EXPECT_GT(tally_claims("There is a window.", scene).unknown, 0);
}

TEST(RowFile, GoesOnWhereItStopped) {
    test::TempDir dir;
    auto const path = dir / "data.jsonl";
    {
        RowFile file(path);
        EXPECT_EQ(file.size(), 0U);
        file.add(row_of("a.png"));
        file.add(row_of("b.png"));
    }
    std::ofstream(path, std::ios::app) << R"({"prompt":"cut o)"; // killed in the middle of a row
    RowFile file(path);
    EXPECT_EQ(file.size(), 2U);
    EXPECT_TRUE(file.holds("a.png") && file.holds("b.png"));
    EXPECT_FALSE(file.holds("c.png"));
    file.add(row_of("c.png"));
    std::vector<std::string> images;
    rows::for_each_line(path, longest_row,
                        [&](std::size_t, std::string const& line) { images.push_back(parse_preference(line).image); });
    EXPECT_EQ(images, (std::vector<std::string>{"a.png", "b.png", "c.png"}));
}

TEST(RowFile, LosesNoWholeRowWhereverItIsCut) {
    test::TempDir dir;
    auto const whole = to_json_line(row_of("a.png")) + "\n" + to_json_line(row_of("b.png")) + "\n";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        auto const path = dir / "data.jsonl";
        std::ofstream(path, std::ios::binary) << whole.substr(0, size);
        RowFile file(path);
        auto const rows =
            static_cast<std::size_t>(std::count(whole.begin(), whole.begin() + static_cast<long>(size), '\n'));
        EXPECT_EQ(file.size(), rows) << size;
        file.add(row_of("c.png"));
        EXPECT_TRUE(check_dataset(path).is_sound()) << size;
    }
}

TEST(RowFile, RefusesWhatItWouldSpoil) {
    test::TempDir dir;
    auto const path = dir / "data.jsonl";
    std::ofstream(path) << "a letter to a friend\n";
    EXPECT_NE(message([&] { RowFile file(path); }).find("Row 1"), std::string::npos);
    EXPECT_EQ(std::filesystem::file_size(path), std::string("a letter to a friend\n").size()) << "left as it was";
    for (std::string const other : {"a note that ends without a line's end", "\x89PNG\n\x1a", "[1]\n{"}) {
        std::ofstream(path, std::ios::binary) << other;
        EXPECT_NE(message([&] { RowFile file(path); }).find("cannot be used"), std::string::npos) << other;
        EXPECT_EQ(std::filesystem::file_size(path), other.size()) << "left as it was: " << other;
    }
    std::filesystem::remove(path);
    RowFile file(path);
    EXPECT_NE(message([&] { RowFile second(path); }).find("another program"), std::string::npos);
    EXPECT_NE(message([&] { RowFile nowhere(dir / "none" / "x.jsonl"); }).find("Cannot write"), std::string::npos);
}

TEST(RowFile, AFullDiskIsTold) {
    if (!std::filesystem::exists("/dev/full")) {
        GTEST_SKIP() << "needs /dev/full";
    }
    RowFile file("/dev/full");
    EXPECT_NE(message([&] { file.add(row_of("a.png")); }).find("Cannot write"), std::string::npos);
}

TEST(Shard, EveryItemIsInExactlyOne) {
    for (std::size_t count : {1U, 2U, 7U}) {
        for (std::size_t item = 0; item < 30; ++item) {
            int holding = 0;
            for (std::size_t index = 0; index < count; ++index) {
                holding += Shard{index, count}.holds(item) ? 1 : 0;
            }
            EXPECT_EQ(holding, 1) << item << " of " << count;
        }
    }
    EXPECT_EQ(parse_shard("2/8"), (Shard{1, 8}));
    EXPECT_EQ(shard_name("out/data.jsonl", {1, 8}), "out/data.2-of-8.jsonl");
    EXPECT_EQ(shard_name("data.jsonl", {0, 1}), "data.jsonl");
    for (std::string const bad : {"", "2", "0/8", "9/8", "a/8", "2/", "/8", "2/8/9", "-1/8", "2 /8", "1/99999999999"}) {
        EXPECT_THROW(parse_shard(bad), UsageError) << bad;
    }
}

TEST(Shard, IsWhatTheLauncherSays) {
    char const* const names[] = {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK",    "PMI_SIZE", "RANK",
                                 "WORLD_SIZE",           "SLURM_PROCID",         "SLURM_NTASKS"};
    for (auto const* name : names) {
        unsetenv(name);
    }
    EXPECT_EQ(shard_from_environment(), std::nullopt);
    for (int i = 0; i < 8; i += 2) {
        setenv(names[i], "3", 1);
        setenv(names[i + 1], "8", 1);
        EXPECT_EQ(shard_from_environment(), (Shard{3, 8})) << names[i];
        setenv(names[i + 1], "1", 1);
        EXPECT_EQ(shard_from_environment(), std::nullopt) << "one program";
        setenv(names[i + 1], "3", 1);
        EXPECT_THROW(shard_from_environment(), Error) << names[i];
        unsetenv(names[i]);
        unsetenv(names[i + 1]);
    }
}

TEST(Check, CountsWhatIsUnsound) {
    test::TempDir dir;
    auto const train = dir / "train.jsonl", eval = dir / "eval.jsonl";
    auto twice = row_of("a.png");
    auto same = row_of("b.png");
    same.rejected = "a  CUP.";
    std::ofstream(train) << to_json_line(twice) << "\n\n"
                         << to_json_line(twice) << "\n"
                         << to_json_line(same) << "\n{\"prompt\":1}\nnonsense\n";
    auto other = row_of("c.png");
    auto known = row_of("d.png");
    known.prompt = "what is in  A.png?";
    std::ofstream(eval) << to_json_line(other) << "\n" << to_json_line(known) << "\n" << to_json_line(same) << "\n";
    auto const report = check_dataset(train, eval);
    EXPECT_EQ(report.rows, 3U);
    EXPECT_EQ(report.refused, 2U);
    ASSERT_EQ(report.first_refused.size(), 2U);
    EXPECT_EQ(report.first_refused[0].line, 5U);
    EXPECT_EQ(report.first_refused[1].line, 6U);
    EXPECT_EQ(report.repeated, 1U);
    EXPECT_EQ(report.same_answers, 1U);
    EXPECT_EQ(report.leaked, 2U) << "by its prompt, and by its image";
    EXPECT_EQ(report.chosen_words, 2);
    EXPECT_EQ(report.with_claims, 3U);
    EXPECT_EQ(report.chosen_claims.supported, 3);
    EXPECT_FALSE(report.is_sound());
    EXPECT_THROW(check_dataset(dir / "none.jsonl"), Error);
    EXPECT_THROW(check_dataset(dir.path()), Error);
}

TEST(Check, SeesThatLongerIsAlwaysBetter) {
    test::TempDir dir;
    for (int longer : {16, 17}) {
        auto const path = dir / "data.jsonl";
        std::ofstream file(path);
        for (int i = 0; i < 20; ++i) {
            auto row = row_of(std::to_string(i));
            row.chosen = i < longer ? "a b c d e f" : "a";
            file << to_json_line(row) << "\n";
        }
        file.close();
        EXPECT_EQ(check_dataset(path).prefers_length(), longer == 17) << longer;
    }
}

} // namespace
} // namespace echollama::dataset
