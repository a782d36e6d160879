// The network on a device of ggml, its own processor device unless another is named, against the kernels made for this
// processor, which are proved by the golden numbers.
#include "base/error.h"
#include "golden_training.h"
#include "support/devices.h"

#include <limits>

namespace echollama::test {
namespace {

using namespace train;

// ECHOLLAMA_TEST_DEVICE's, else this processor with ggml's operations.
std::string tried_device() {
    return device() == nn::cpu_device ? nn::plain_device : device();
}

struct Found {
    std::vector<AnswerSum> sums, reference;
    std::vector<std::vector<float>> gradients;
};

struct OnDevice : testing::Test {
    void SetUp() override {
        SKIP_WITHOUT(golden("training/pairs.jsonl"));
        write_tiny_llama(folder.path());
    }
    Found run(NetworkOptions options, std::string const& start, double slope = 0.01, BaseType type = BaseType::stored) {
        auto const weights = load_llama(folder.path(), type);
        Lora lora(golden_lora(start), weights, 0);
        set_start(lora, start);
        Workers workers(1);
        options.positions = 128;
        Network network(weights, lora, workers, options);
        Found found;
        for (std::size_t first : {0U, 3U}) { // batches of other forms
            auto const rows = golden_pairs();
            std::vector<Row const*> some;
            for (std::size_t i = first; i < first + 3; ++i) {
                some.push_back(&rows[i]);
            }
            auto const batch = batch_of(some);
            auto const append = [](auto& to, auto const& from) { to.insert(to.end(), from.begin(), from.end()); };
            append(found.reference, network.score_without_adapter(batch));
            append(found.sums, network.score(batch));
            auto const kept = network.forward(batch);
            EXPECT_EQ(kept.front().log_prob, network.forward(batch).front().log_prob);
            std::vector<double> slopes;
            for (std::size_t i = 0; i < kept.size(); ++i) {
                slopes.push_back(i % 2 == 0 ? slope : -slope / 2);
            }
            network.backward(batch, slopes);
        }
        for (auto const& parameter : lora.parameters()) {
            found.gradients.push_back(parameter.gradient);
        }
        return found;
    }
    static void expect_same(Found const& found, Found const& expected, double sums, double gradients) {
        ASSERT_EQ(found.sums.size(), expected.sums.size());
        for (std::size_t i = 0; i < expected.sums.size(); ++i) {
            EXPECT_EQ(found.sums[i].tokens, expected.sums[i].tokens);
            EXPECT_NEAR(found.sums[i].log_prob, expected.sums[i].log_prob,
                        slack() * sums * std::abs(expected.sums[i].log_prob));
            EXPECT_NEAR(found.reference[i].log_prob, expected.reference[i].log_prob,
                        slack() * sums * std::abs(expected.reference[i].log_prob));
            EXPECT_NEAR(found.sums[i].mean_logit, expected.sums[i].mean_logit, 10 * slack() * sums);
        }
        for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
            EXPECT_LT(relative_l2(found.gradients.at(i), expected.gradients[i]), slack() * gradients) << i;
        }
    }
    TempDir folder;
};

TEST_F(OnDevice, Float32IsWhatThisProcessorComputes) {
    for (std::string start : {"warm-all", "zero-qv"}) {
        for (bool checkpointing : {false, true}) {
            SCOPED_TRACE(start + (checkpointing ? " checkpointing" : ""));
            auto const expected = run({.checkpointing = checkpointing}, start);
            auto const found = run({.checkpointing = checkpointing, .device = tried_device()}, start);
            if (start == "zero-qv") { // B is zero, so A has no slope
                ASSERT_EQ(found.gradients.size(), expected.gradients.size());
                for (std::size_t i = 0; i < found.gradients.size(); i += 2) {
                    EXPECT_EQ(*std::max_element(found.gradients[i].begin(), found.gradients[i].end()), 0);
                    EXPECT_LT(relative_l2(found.gradients[i + 1], expected.gradients[i + 1]), slack() * 1e-4);
                }
            } else {
                expect_same(found, expected, 1e-5, 1e-4);
            }
        }
    }
}

// The tolerance is that of the rounding of weights and of what is multiplied with them.
TEST_F(OnDevice, HalfPrecisionIsClose) {
    auto const expected = run({}, "warm-all");
    expect_same(run({.device = tried_device(), .precision = Precision::bf16}, "warm-all"), expected, 0.02, 0.1);
    expect_same(run({.device = tried_device(), .precision = Precision::f16}, "warm-all"), expected, 0.003, 0.015);
}

// Slopes far below and far above what sixteen bits can hold.
TEST_F(OnDevice, ScaledSlopesNeitherVanishNorOverflow) {
    for (double slope : {1e-12, 1e9}) {
        SCOPED_TRACE(slope);
        expect_same(run({.device = tried_device(), .precision = Precision::f16}, "warm-all", slope),
                    run({}, "warm-all", slope), 0.003, 0.015);
    }
}

TEST_F(OnDevice, TheFourBitNumbersOfABaseAreThoseOfThisProcessor) {
    auto const expected = run({}, "warm-all", 0.01, BaseType::nf4);
    expect_same(run({.checkpointing = true, .device = tried_device()}, "warm-all", 0.01, BaseType::nf4), expected, 1e-5,
                1e-4);
}

TEST_F(OnDevice, SaysWhatItCannotDo) {
    auto const refused = [&](NetworkOptions const& options, std::string const& says, double dropout = 0) {
        auto const weights = load_llama(folder.path());
        Lora lora({.dropout = dropout}, weights, 0);
        Workers workers(1);
        try {
            Network network(weights, lora, workers, options);
            auto const rows = golden_pairs();
            network.forward(batch_of(std::vector<Row const*>{&rows[0]}));
            ADD_FAILURE() << says;
        } catch (Error const& error) {
            EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
        }
    };
    refused({.precision = Precision::bf16}, "float32");
    refused({.device = "CUDA7"}, "CUDA7");
    refused({.device = tried_device()}, "Dropout", 0.1);
    refused({.device = tried_device(), .device_memory = 1000}, "device_memory");
    refused({.device = tried_device(), .device_memory = 3U << 20U}, "micro_batch_size");
}

} // namespace
} // namespace echollama::test
