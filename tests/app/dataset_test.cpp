// Preference data from a folder of pictures, as a user makes it.
#include "app/run_program.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;

TEST(Dataset, IsMadeFromPicturesGoesOnAndIsChecked) {
    SKIP_WITHOUT(models_dir() / "centernet.gguf");
    SKIP_WITHOUT(models_dir() / "smollm2-135m-instruct-q4_1.gguf");
    auto const photos = models_dir().parent_path() / "photos";
    SKIP_WITHOUT(photos / "coffee.png");
    auto const llm = (models_dir() / "smollm2-135m-instruct-q4_1.gguf").string(); // whatever better one is installed
    TempDir dir;
    fs::create_directories(dir / "photos" / "more");
    fs::copy_file(photos / "coffee.png", dir / "photos" / "coffee.png");
    std::ofstream(dir / "photos" / "more" / "broken.jpg") << "no picture";
    std::ofstream(dir / "photos" / "notes.txt") << "no picture either, and not meant as one";
    auto const out = (dir / "data.jsonl").string();
    auto const build =
        "dataset build " + (dir / "photos").string() + " -o " + out + " --greedy --max-tokens 12 --llm " + llm;

    auto const first = echollama(build);
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_NE(first.out.find("1 rows"), std::string::npos) << first.out;
    auto const row = read_text(out);
    EXPECT_EQ(std::count(row.begin(), row.end(), '\n'), 1);
    for (char const* part : {"\"prompt\":\"Image Description", "\"chosen\":", "cup", "\"rejected\":", "coffee.png",
                             "\"base\":\"smollm2-135m-instruct-q4_1.gguf\""}) {
        EXPECT_NE(row.find(part), std::string::npos) << part << " is not in " << row;
    }
    auto const prompt = row.substr(0, row.find("\"chosen\""));
    EXPECT_NE(prompt.find("cup"), std::string::npos) << "the answer is to be found in the prompt: " << prompt;
    auto const failed = read_text(out + ".failed.jsonl");
    EXPECT_NE(failed.find("broken.jpg"), std::string::npos) << failed;
    EXPECT_EQ(failed.find("notes.txt"), std::string::npos) << failed;
    EXPECT_TRUE(fs::exists(out + ".card.md"));

    EXPECT_EQ(echollama(build).code, 0);
    EXPECT_EQ(read_text(out), row) << "what is there is not made again";
    EXPECT_EQ(echollama("dataset check " + out).code, 0);
    auto const parquet = (dir / "data.parquet").string(); // beside the rows that are there
    auto const packed = echollama("dataset build " + (dir / "photos").string() + " -o " + parquet);
    EXPECT_EQ(packed.code == 0, fs::exists(parquet)) << packed.err;
    if (packed.code == 0) {
        EXPECT_EQ(read_text(out), row);
        EXPECT_EQ(echollama("dataset check " + parquet).out, echollama("dataset check " + out).out);
    } else {
        EXPECT_NE(packed.err.find("no Parquet"), std::string::npos) << packed.err;
    }
    auto const leaking = echollama("dataset check " + out + " --eval " + out);
    EXPECT_EQ(leaking.code, 1);
    EXPECT_NE(leaking.out.find("coffee.png"), std::string::npos) << leaking.out;
}

TEST(Dataset, FailuresAreOneSentence) {
    TempDir dir;
    auto const empty = dir.path().string();
    for (auto const& [arguments, code, told] :
         {std::tuple{"build " + empty + " -o x.jsonl", 1, "no picture"},
          {"build " + empty + "/none -o x.jsonl", 1, "Cannot look into"},
          {"build " + empty, 2, "--out"},
          {"build " + empty + " -o x.jsonl --shard 9/8", 2, "second of eight"},
          {"build " + empty + " -o x.jsonl --no-llm", 2, "need a language model"},
          {"build " + empty + " -o x.jsonl --teacher-model m", 2, "--teacher-url"},
          {"build " + empty + " -o x.jsonl --teacher server", 2, "--teacher-url"},
          {"build " + empty + " -o x.jsonl --teacher template --teacher-url http://x", 2, "leave --teacher-url out"},
          {"check " + empty + "/none.jsonl", 1, "Cannot read"}}) {
        auto const result = echollama("dataset " + arguments);
        EXPECT_EQ(result.code, code) << arguments << result.err;
        EXPECT_NE(result.err.find(told), std::string::npos) << arguments << result.err;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
}

} // namespace
} // namespace echollama::test
