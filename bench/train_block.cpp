// One block of a LLaMA forwards and backwards, with LoRA of rank 8 on all seven projections and float32 weights:
// bench_train_block [ROWS] [THREADS] [WIDTH FEED_FORWARD HEADS KV_HEADS]; LLaMA-3.2-1B's block unless it is said. Timed
// with one and with three blocks: half the difference is one block in the middle, without embedding and output.
// bench/train_block_peer.py does the same with PyTorch.
#include "base/counter_rng.h"
#include "train/model/llama_files.h"
#include "train/model/network.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>

using namespace echollama;
using namespace echollama::train;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::int64_t vocabulary = 64;

std::vector<float> numbers(std::uint64_t name, std::int64_t count, double scale) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const unit = static_cast<double>(splitmix64(name, i) >> 11U) * 0x1p-53;
        values[i] = static_cast<float>((2 * unit - 1) * scale);
    }
    return values;
}

LlamaWeights weights_of(convert::LlamaShape const& shape) {
    LlamaWeights w;
    w.file = "made-up weights";
    w.shape = shape;
    std::vector<float> const ones(static_cast<std::size_t>(shape.width), 1.0F);
    w.embedding = matrix_of_floats(vocabulary, shape.width, numbers(1, vocabulary * shape.width, 1));
    w.norm = ones;
    for (std::int64_t i = 0; i < shape.layers; ++i) {
        auto& layer = w.layers.emplace_back();
        layer.attention_norm = layer.ffn_norm = ones;
        for (std::size_t p = 0; p < projection_count; ++p) {
            auto const [rows, columns] = shape_of(shape, all_projections[p]);
            layer.projections[p] = matrix_of_floats(rows, columns,
                                                    numbers(static_cast<std::uint64_t>(i) * 10 + p, rows * columns,
                                                            1 / std::sqrt(static_cast<double>(columns))));
        }
    }
    return w;
}

struct Times {
    double forward = 0, both = 0; // seconds, medians
};

Times measure(convert::LlamaShape const& shape, std::int64_t rows, int threads) {
    auto const weights = weights_of(shape);
    Lora lora({}, weights, 0);
    for (auto& parameter : lora.parameters()) { // as after some steps: neither half is zero
        parameter.values = numbers(7, static_cast<std::int64_t>(parameter.values.size()), 0.01);
    }
    Workers workers(threads);
    Network network(weights, lora, workers, {.positions = rows + 1});
    std::vector<std::int32_t> prompt, answer;
    for (std::int64_t i = 0; i <= rows; ++i) {
        (i < rows / 2 ? prompt : answer).push_back(static_cast<std::int32_t>(i % vocabulary));
    }
    Batch batch;
    std::span<std::int32_t const> const answers[] = {answer};
    add_answers(batch, prompt, answers);
    std::vector<double> forward, both;
    double const slopes[] = {1e-3};
    for (int i = 0; i < 6; ++i) {
        auto const begin = Clock::now();
        network.forward(batch);
        auto const middle = Clock::now();
        network.backward(batch, slopes);
        forward.push_back(std::chrono::duration<double>(middle - begin).count());
        both.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    std::sort(forward.begin() + 1, forward.end()); // the first is left out
    std::sort(both.begin() + 1, both.end());
    return {forward[3], both[3]};
}

} // namespace

int main(int argc, char** argv) try {
    auto const number = [&](int i, std::int64_t otherwise) { return argc > i ? std::atoll(argv[i]) : otherwise; };
    auto const rows = number(1, 1024);
    auto const threads = static_cast<int>(number(2, 2));
    convert::LlamaShape shape;
    shape.vocabulary = vocabulary;
    shape.width = number(3, 2048);
    shape.feed_forward = number(4, 8192);
    shape.heads = number(5, 32);
    shape.kv_heads = number(6, 8);
    shape.head = shape.width / shape.heads;
    shape.norm_eps = 1e-5;
    shape.rope_theta = 500000;
    shape.tied = true;
    shape.layers = 1;
    auto const one = measure(shape, rows, threads);
    shape.layers = 3;
    auto const three = measure(shape, rows, threads);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("one block: forwards %.0f ms, both ways %.0f ms, %.0f tokens a second; peak memory %ld MiB\n",
                (three.forward - one.forward) * 500, (three.both - one.both) * 500,
                static_cast<double>(rows) * 2 / (three.both - one.both), usage.ru_maxrss / 1024);
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
