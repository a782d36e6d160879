// Merged weights against PEFT's (shared/golden/llama/merged.safetensors), and what cannot be merged.
#include "golden_training.h"
#include "tiny_run.h"
#include "train/merge.h"

namespace echollama::test {
namespace {

namespace fs = std::filesystem;
using namespace train;

TEST(Merge, WeightsAreExact) {
    SKIP_WITHOUT(golden("llama/merged.safetensors"));
    TempDir dir;
    fs::create_directories(dir / "base");
    write_tiny_llama(dir / "base");
    merge_adapter(dir / "base", golden("llama"), dir / "merged");
    convert::Safetensors const expected(golden("llama/merged.safetensors"));
    auto const merged = convert::open_checkpoint(dir / "merged");
    int compared = 0;
    for (auto const& [name, entry] : expected.tensors()) {
        if (name.starts_with("weight.")) {
            auto const all = merged.read(name.substr(7)), samples = expected.floats(name);
            for (std::size_t i = 0; i < samples.size(); ++i) {
                ASSERT_EQ(all.at(i * 17), samples[i]) << name << " " << i;
            }
            ++compared;
        }
    }
    EXPECT_GT(compared, 0);
    EXPECT_TRUE(fs::exists(dir / "merged" / "config.json"));
}

// A trained adapter, merged, is the same network without one.
TEST(Merge, IsWhatWasTrained) {
    TinyRun tiny;
    auto const result = run_training(Task::preferences, tiny.config(), {});
    merge_adapter(tiny.folder / "model", result.adapter, tiny.folder / "merged");
    std::vector<std::int32_t> const prompt = {507, 3, 200}, answer = {100, 7, 300};
    std::span<std::int32_t const> const answers[] = {answer};
    Workers workers(1);
    auto score = [&](fs::path const& model, bool adapted) {
        auto const weights = load_llama(model);
        Lora lora(tiny.config().lora, weights, 0);
        if (adapted) {
            lora.read(result.adapter / "adapter_model.safetensors");
        }
        Network network(weights, lora, workers, {.positions = 64});
        Batch batch;
        add_answers(batch, prompt, answers);
        return network.score(batch)[0].log_prob;
    };
    EXPECT_NEAR(score(tiny.folder / "merged", false), score(tiny.folder / "model", true), 1e-4);
    EXPECT_GT(std::abs(score(tiny.folder / "model", false) - score(tiny.folder / "model", true)), 1e-2);
}

TEST(Merge, RefusesWhatDoesNotFit) {
    SKIP_WITHOUT(golden("llama/adapter_model.safetensors"));
    TinyRun tiny;
    auto refused = [&](fs::path const& adapter, fs::path const& output) {
        return refusal([&] { merge_adapter(tiny.folder / "model", adapter, output); });
    };
    EXPECT_NE(refused(golden("llama"), tiny.folder / "merged").find("does not fit"), std::string::npos);
    EXPECT_NE(refused(tiny.folder / "model", tiny.folder / "merged"), "");
    auto const result = run_training(Task::preferences, tiny.config(), {});
    EXPECT_NE(refused(result.adapter, tiny.folder / "model").find("folder of its own"), std::string::npos);
}

} // namespace
} // namespace echollama::test
