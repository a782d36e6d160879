// Steps of preference training. bench_train [STEPS] [THREADS] [plain|checkpointing] [cached|reference] [PAIRS a step]
// The model, the starting adapter and the pairs are those of TRL's script in the golden data (dpo_peer.py): 24.7
// million float32 weights, LoRA of rank 8 on all seven projections, prompts and answers of 256 tokens. "reference": the
// untrained model is asked in every step, as TRL does unless it is told to do so once. Tokens are counted as TRL's: a
// prompt with each of its answers.
#include "support/golden.h"
#include "train/model/llama_files.h"
#include "train/trainer.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace echollama;
using namespace echollama::train;

namespace {

constexpr std::int64_t prompt_length = 256, answer_length = 256;

double rounded(double value) { // to four digits, as Python's "%.4g"
    char text[32];
    std::snprintf(text, sizeof(text), "%.4g", value);
    return std::strtod(text, nullptr);
}

std::vector<float> numbers(std::string const& name, std::int64_t count, double scale, double offset = 0) {
    return test::golden_tensor(name, static_cast<std::size_t>(count), static_cast<float>(scale),
                               static_cast<float>(offset));
}

LlamaWeights peer_weights() {
    LlamaWeights w;
    w.file = "dpo_peer.py's model";
    auto& s = w.shape;
    s.vocabulary = 4096;
    s.width = 512;
    s.layers = 8;
    s.feed_forward = 1408;
    s.heads = 8;
    s.kv_heads = 2;
    s.head = 64;
    s.norm_eps = 1e-5;
    s.rope_theta = 500000;
    s.tied = true;
    w.embedding =
        matrix_of_floats(s.vocabulary, s.width, numbers("model.embed_tokens.weight", s.vocabulary * s.width, 0.02));
    w.norm = numbers("model.norm.weight", s.width, 0.1, 1);
    MatrixShape const shapes[] = {{512, 512},  {128, 512},  {128, 512}, {512, 512},
                                  {1408, 512}, {1408, 512}, {512, 1408}};
    for (int i = 0; i < s.layers; ++i) {
        auto const prefix = "model.layers." + std::to_string(i) + ".";
        auto& layer = w.layers.emplace_back();
        layer.attention_norm = numbers(prefix + "input_layernorm.weight", s.width, 0.1, 1);
        layer.ffn_norm = numbers(prefix + "post_attention_layernorm.weight", s.width, 0.1, 1);
        for (std::size_t p = 0; p < projection_count; ++p) {
            auto const [rows, columns] = shapes[p];
            auto const name = prefix + projection_names[p].published + ".weight";
            double const scale = rounded(std::sqrt(3.0 / static_cast<double>(columns))) * 0.8;
            layer.projections[p] = matrix_of_floats(rows, columns, numbers(name, rows * columns, scale));
        }
    }
    return w;
}

void set_adapter(Lora& lora) {
    for (auto& parameter : lora.parameters()) {
        if (parameter.name.find("lora_A") != std::string::npos) {
            auto const scale = rounded(1 / std::sqrt(static_cast<double>(parameter.shape[1])));
            parameter.values = numbers(parameter.name, parameter.shape[0] * parameter.shape[1], scale);
        }
    }
}

Tokens ids(std::string const& name, std::int64_t count) {
    Tokens tokens;
    for (std::int64_t i = 0; i < count; ++i) {
        auto const code = splitmix64(fnv1a64(name), static_cast<std::uint64_t>(i)) >> 52U;
        tokens.push_back(static_cast<std::int32_t>(2 + code % 4094));
    }
    return tokens;
}

std::vector<Row> peer_rows(std::int64_t count) {
    std::vector<Row> rows;
    for (std::int64_t i = 0; i < count; ++i) {
        auto const name = "peer." + std::to_string(i) + ".";
        Row row{i + 1, ids(name + "prompt", prompt_length - 1), ids(name + "chosen", answer_length - 1),
                ids(name + "rejected", answer_length - 1)};
        row.prompt.insert(row.prompt.begin(), 0);
        row.chosen.push_back(1);
        row.rejected.push_back(1);
        rows.push_back(std::move(row));
    }
    return rows;
}

double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const seconds = [](timeval t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

std::vector<ReferenceScore> references(Network& network, std::vector<Row> const& rows) {
    std::vector<ReferenceScore> scores;
    for (auto const& row : rows) {
        Row const* one = &row;
        auto const sums = network.score_without_adapter(batch_of({&one, 1}));
        scores.push_back({sums[0].log_prob, sums[1].log_prob});
    }
    return scores;
}

} // namespace

int main(int argc, char** argv) try {
    auto word = [&](int i, std::string const& otherwise) { return argc > i ? std::string(argv[i]) : otherwise; };
    std::int64_t const steps = std::stoll(word(1, "5")), pairs = std::stoll(word(5, "2"));
    bool const asks = word(4, "cached") == "reference";
    auto const weights = peer_weights();
    Lora lora({}, weights, 0);
    set_adapter(lora);
    Workers workers(std::stoi(word(2, "2")));
    Network network(weights, lora, workers, {.positions = 1024, .checkpointing = word(3, "plain") == "checkpointing"});
    TrainConfig config;
    config.rate = 1e-4;
    config.schedule.kind = ScheduleKind::constant;
    config.data.shuffles = false;
    config.run.micro_batch = pairs;
    config.run.steps = steps;
    TrainingData data{peer_rows(steps * pairs), {}};
    double const before = processor_seconds();
    data.reference = references(network, data.rows);
    std::printf("reference: %.2f processor seconds for %lld pairs\n", processor_seconds() - before,
                static_cast<long long>(steps * pairs));
    Trainer trainer(config, Task::preferences, lora, network, data);
    std::vector<double> wall, processor;
    for (std::int64_t step = 0; step < steps; ++step) {
        auto const begin = std::chrono::steady_clock::now();
        double const busy = processor_seconds();
        if (asks) {
            std::vector<Row> const rows(data.rows.begin() + step * pairs, data.rows.begin() + (step + 1) * pairs);
            references(network, rows);
        }
        auto const report = trainer.step({});
        wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        processor.push_back(processor_seconds() - busy);
        std::printf("step %lld: loss %.10f, %.2f s, %.2f processor seconds\n", static_cast<long long>(step + 1),
                    report.loss, wall.back(), processor.back());
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const tokens = static_cast<double>(pairs * 2 * (prompt_length + answer_length));
    std::printf("median: %.1f tokens a second, %.2f s, %.2f processor seconds a step; peak memory %ld MiB\n",
                tokens / median(wall), median(wall), median(processor), usage.ru_maxrss / 1024);
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
