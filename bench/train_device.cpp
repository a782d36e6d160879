// Steps of training at the size of the paper's models, with made-up weights, on a device:
// bench_train_device llama-1b|orpheus-3b|tiny|tiny-voice DEVICE [f32|bf16|f16] [STEPS] [THREADS]
// llama-1b: DPO as configs/echollama-dpo.toml (pairs of a prompt of 600 and answers of 250 tokens; two a micro-batch,
// 16 a step), projected to 1,999 pairs, the reference's pass over them counted. orpheus-3b: answers of 900 tokens with
// NF4, rank 64 and 8-bit AdamW as configs/orpheus-elise.toml, projected to 360 steps of 4. Both within 16 GB of the
// device. tiny, tiny-voice: small models, for trying this out. Lines that begin with "figure" are read by
// scripts/gpu-check.
#include "train/model/llama_files.h"
#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>

using namespace echollama;
using namespace echollama::train;
using Clock = std::chrono::steady_clock;

namespace {

struct Plan {
    convert::LlamaShape shape;
    Task task = Task::preferences;
    BaseType type = BaseType::stored;
    std::int64_t prompt = 600, answer = 250, micro_batch = 2, accumulation = 8;
    std::int64_t whole_run = 125; // steps of the paper's
    char const* mark = "<6";      // minutes that it may take
    LoraOptions lora = {};
    OptimiserKind optimiser = OptimiserKind::adamw;
};

convert::LlamaShape shape_like(std::int64_t layers, std::int64_t width, std::int64_t feed_forward, std::int64_t heads,
                               std::int64_t head, std::int64_t vocabulary) {
    convert::LlamaShape s;
    s.layers = layers;
    s.width = width;
    s.feed_forward = feed_forward;
    s.heads = heads;
    s.kv_heads = 8;
    s.head = head;
    s.vocabulary = vocabulary;
    s.norm_eps = 1e-5;
    s.rope_theta = 500000;
    s.tied = true;
    return s;
}

Plan plan_of(std::string const& name) {
    Plan plan;
    bool const tiny = name.starts_with("tiny");
    if (name == "orpheus-3b" || name == "tiny-voice") {
        plan.shape = tiny ? shape_like(2, 256, 512, 8, 32, 512) : shape_like(28, 3072, 8192, 24, 128, 156940);
        plan.task = Task::answers;
        plan.type = BaseType::nf4;
        plan.prompt = 30;
        plan.answer = tiny ? 40 : 900;
        plan.micro_batch = 1;
        plan.accumulation = 4;
        plan.whole_run = 360;
        plan.mark = "<10";
        plan.lora = {.rank = 64, .alpha = 64};
        plan.optimiser = OptimiserKind::adamw_8bit;
    } else if (name == "llama-1b") {
        plan.shape = shape_like(16, 2048, 8192, 32, 64, 128256);
    } else if (name == "tiny") {
        plan.shape = shape_like(2, 256, 512, 8, 32, 512);
        plan.prompt = 40;
        plan.answer = 20;
    } else {
        throw std::runtime_error("choose llama-1b, orpheus-3b, tiny or tiny-voice");
    }
    return plan;
}

// A million numbers, over and over, in bf16 or as NF4: what they are does not change the time.
Matrix made_up(MatrixShape const& shape, BaseType type) {
    constexpr std::size_t pool = 1U << 20U;
    auto const count = static_cast<std::size_t>(shape.rows * shape.columns);
    auto const scale = std::sqrt(1 / static_cast<double>(shape.columns));
    std::vector<float> numbers(type == BaseType::nf4 ? count : pool);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        auto const code = (i % pool * 2654435761U >> 7U) % 2001;
        numbers[i] = static_cast<float>((static_cast<double>(code) / 1000 - 1) * scale);
    }
    Matrix matrix{shape.rows, shape.columns, GGML_TYPE_BF16};
    if (type == BaseType::nf4) {
        matrix.nf4 = quantise_nf4(numbers);
        return matrix;
    }
    std::vector<ggml_bf16_t> bytes(pool);
    ggml_fp32_to_bf16_row(numbers.data(), bytes.data(), static_cast<std::int64_t>(pool));
    matrix.bytes.resize(count * 2);
    for (std::size_t at = 0; at < count; at += pool) {
        std::memcpy(matrix.bytes.data() + at * 2, bytes.data(), std::min(pool, count - at) * 2);
    }
    return matrix;
}

LlamaWeights weights_of(Plan const& plan) {
    LlamaWeights w;
    auto const& s = w.shape = plan.shape;
    std::vector<float> const ones(static_cast<std::size_t>(s.width), 1.0F);
    std::map<Projection, Matrix> each;
    for (auto projection : all_projections) {
        each.emplace(projection, made_up(shape_of(s, projection), plan.type));
    }
    w.file = "made-up weights";
    w.embedding = made_up({s.vocabulary, s.width}, BaseType::stored);
    w.norm = ones;
    for (std::int64_t i = 0; i < s.layers; ++i) {
        auto& layer = w.layers.emplace_back();
        layer.attention_norm = layer.ffn_norm = ones;
        for (auto const& [projection, matrix] : each) {
            layer.projections[static_cast<std::size_t>(projection)] = matrix;
        }
    }
    return w;
}

Tokens tokens_of(std::int64_t first, std::int64_t count, std::int64_t vocabulary) {
    Tokens tokens;
    for (std::int64_t i = 0; i < count; ++i) {
        tokens.push_back(static_cast<std::int32_t>((first + i * 7919) % vocabulary));
    }
    return tokens;
}

std::vector<Row> rows_of(Plan const& plan, std::int64_t count) {
    std::vector<Row> rows;
    for (std::int64_t i = 0; i < count; ++i) {
        auto const some = [&](std::int64_t seed, std::int64_t length) {
            return tokens_of(i * 31 + seed, length, plan.shape.vocabulary);
        };
        rows.push_back({i + 1, some(1, plan.prompt), some(2, plan.answer),
                        plan.task == Task::preferences ? some(3, plan.answer) : Tokens()});
    }
    return rows;
}

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void run(Plan const& plan, NetworkOptions options, std::int64_t steps, int threads) {
    auto begin = Clock::now();
    auto const weights = weights_of(plan);
    Lora lora(plan.lora, weights, 0);
    Workers workers(threads);
    options.positions = plan.prompt + plan.answer;
    options.checkpointing = true;
    options.device_memory = 16'000'000'000;
    Network network(weights, lora, workers, options);
    std::printf("model ready after %.1f s\n", seconds_since(begin));
    std::fflush(stdout);
    TrainConfig config;
    config.rate = 1e-4;
    config.optimiser.kind = plan.optimiser;
    config.run.micro_batch = plan.micro_batch;
    config.run.accumulation = plan.accumulation;
    config.run.steps = steps;
    TrainingData data{rows_of(plan, plan.micro_batch * plan.accumulation), {}};
    double reference = 0; // seconds a row
    if (plan.task == Task::preferences) {
        begin = Clock::now();
        for (auto const& row : data.rows) {
            Row const* one = &row;
            auto const sums = network.score_without_adapter(batch_of({&one, 1}));
            data.reference.push_back({sums[0].log_prob, sums[1].log_prob});
        }
        reference = seconds_since(begin) / static_cast<double>(data.rows.size());
    }
    auto const rows = static_cast<std::int64_t>(data.rows.size());
    Trainer trainer(config, plan.task, lora, network, std::move(data));
    std::vector<double> times;
    std::int64_t tokens = 0;
    for (std::int64_t step = 0; step < steps; ++step) {
        begin = Clock::now();
        auto const report = trainer.step({});
        times.push_back(seconds_since(begin));
        tokens = report.tokens;
        std::printf("step %lld: loss %.4f, %.2f s\n", static_cast<long long>(step + 1), report.loss, times.back());
        std::fflush(stdout);
    }
    std::sort(times.begin(), times.end());
    double const median = times[times.size() / 2];
    double const whole = static_cast<double>(plan.whole_run) * (median + reference * static_cast<double>(rows));
    std::printf("figure\tstep of training\t%.4g\ts\t\n", median);
    std::printf("figure\tspeed of training\t%.4g\ttokens/s\t\n", static_cast<double>(tokens) / median);
    std::printf("figure\tthe paper's run, projected\t%.4g\tminutes\t%s\n", whole / 60, plan.mark);
}

} // namespace

int main(int argc, char** argv) try {
    auto const word = [&](int i, char const* otherwise) { return std::string(argc > i ? argv[i] : otherwise); };
    auto const precision = word(3, "bf16");
    NetworkOptions options;
    options.device = word(2, nn::auto_device);
    options.precision = precision == "f16" ? Precision::f16 : precision == "bf16" ? Precision::bf16 : Precision::f32;
    run(plan_of(word(1, "")), options, std::stoll(word(4, "20")), std::stoi(word(5, "8")));
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
