// From pictures and the toy world to an adapter that the program loads, with the starter models: the demonstration of
// docs/training.md, as short as it can be.
#include "app/run_program.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace echollama::test {
namespace {

namespace fs = std::filesystem;

Result train(std::string const& arguments) {
    return run_shell((built_program().parent_path() / "echollama-train").string() + " " + arguments);
}

TEST(Training, FromPhotosAndToyScenesToAnAdapter) {
    auto const model = models_dir() / "smollm2-135m-instruct-q4_1.gguf";
    auto const photos = models_dir().parent_path() / "photos";
    SKIP_WITHOUT(models_dir() / "centernet.gguf");
    SKIP_WITHOUT(model);
    SKIP_WITHOUT(photos / "coffee.png");
    TempDir dir;
    fs::create_directories(dir / "photos");
    for (char const* photo : {"coffee.png", "chelsea.png"}) {
        fs::copy_file(photos / photo, dir / "photos" / photo);
    }
    auto const real = (dir / "real.jsonl").string(), toy = (dir / "toy.jsonl").string(),
               all = (dir / "all.jsonl").string(), run = (dir / "run").string();
    auto const built = echollama("dataset build " + (dir / "photos").string() + " -o " + real +
                                 " --greedy --max-tokens 12 --threads 2 --llm " + model.string());
    ASSERT_EQ(built.code, 0) << built.err;
    ASSERT_EQ(echollama("dataset toy --rows 2 -o " + toy).code, 0);
    std::ofstream(all) << read_text(real) << read_text(toy);
    auto const checked = echollama("dataset check " + all);
    EXPECT_EQ(checked.code, 0) << checked.err;
    EXPECT_NE(checked.out.find("4 rows can be used"), std::string::npos) << checked.out;
    auto rows = all;
    auto const packed = echollama("dataset convert " + all + " -o " + (dir / "all.parquet").string());
    if (packed.code == 0) {
        rows = (dir / "all.parquet").string();
        EXPECT_EQ(echollama("dataset check " + rows).out, checked.out);
    } else {
        EXPECT_NE(packed.err.find("no Parquet"), std::string::npos) << packed.err;
    }

    auto const learnt =
        train("dpo --base-model " + model.string() + " --train " + rows + " --output-dir " + run +
              " --sequence-len 1024 --max-steps 2 --micro-batch-size 1 --learning-rate 1e-4 --r 4 --threads 2");
    ASSERT_EQ(learnt.code, 0) << learnt.err;
    EXPECT_NE(learnt.out.find("2 of 2 steps"), std::string::npos) << learnt.out;
    auto const log = read_text(dir / "run" / "log.jsonl");
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2);
    EXPECT_NE(log.find("\"loss\":0.6931"), std::string::npos) << "before anything is learnt: " << log;
    ASSERT_EQ(train("report " + run).code, 0);
    EXPECT_TRUE(fs::exists(dir / "run" / "figure-5.png"));

    auto const told = echollama("describe " + (photos / "coffee.png").string() + " --llm " + model.string() +
                                " --lora " + run + "/adapter.gguf --greedy --max-tokens 20");
    EXPECT_EQ(told.code, 0) << told.err;
    EXPECT_NE(told.out.find("cup"), std::string::npos) << told.out;
    EXPECT_EQ(told.err.find("does not fit"), std::string::npos) << told.err;
}

} // namespace
} // namespace echollama::test
