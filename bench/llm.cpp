// Language model on this machine: bench_llm MODEL.gguf [threads [generation]]. Load time, prompt and generation speed,
// time to the first token of a first and of a follow-up question (warm prefix), memory over 100 starts and stops.
#include "llm/llm.h"

#include "base/error.h"
#include "support/memory.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace echollama;
using test::resident_kib;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double first_token_ms(Llm& llm, Prompt const& prompt) {
    auto begin = Clock::now();
    llm.generate(llm.render(prompt), {.max_tokens = 1, .temperature = 0}, [](LlmToken) { return false; }, {});
    return ms_since(begin);
}

// Tokens a second over 128 tokens, end tokens excluded so that there are as many.
double generation_speed(Llm& llm) {
    std::vector<std::size_t> ends;
    for (int t = 0; t < llm.vocabulary_size(); ++t) {
        if (llm.is_end(t)) {
            ends.push_back(static_cast<std::size_t>(t));
        }
    }
    std::optional<Clock::time_point> first;
    int count = 0;
    llm.generate(
        std::vector<LlmToken>{llm.tokenize(" a").at(0)}, {.max_tokens = 129, .temperature = 0},
        [&](LlmToken) {
            first ? void(++count) : void(first = Clock::now());
            return true;
        },
        {},
        [&](std::span<float> logits) {
            for (auto end : ends) {
                logits[end] = -1e30F;
            }
        });
    return count * 1e3 / ms_since(*first);
}

void speeds(Llm& llm) {
    std::vector<LlmToken> prompt(512, llm.tokenize(" a").at(0));
    auto begin = Clock::now();
    llm.logits(prompt);
    std::printf("prompt: %.1f tokens/s (512 tokens)\n", 512e3 / ms_since(begin));
    std::printf("generation: %.1f tokens/s (128 tokens)\n", generation_speed(llm));
}

// For bench/llm_peer.py: one warm-up, one measured run.
void run_generation(std::string const& path, int threads) {
    Llm llm(path, {.threads = threads});
    generation_speed(llm);
    std::printf("%.2f\n", generation_speed(llm));
}

void run(std::string const& path, int threads) {
    auto begin = Clock::now();
    Llm llm(path, {.threads = threads});
    std::printf("load: %.0f ms\n", ms_since(begin));
    speeds(llm);
    std::string facts;
    for (int i = 0; i < 12; ++i) {
        facts += "A chair is on the left, about two metres away. ";
    }
    Prompt prompt{"Use only these facts. " + facts, {{Turn::Role::user, "What is there?"}}};
    auto cold = first_token_ms(llm, prompt);
    prompt.turns.push_back({Turn::Role::assistant, "A chair."});
    prompt.turns.push_back({Turn::Role::user, "Where is it?"});
    auto warm = first_token_ms(llm, prompt);
    std::printf("first token: %.0f ms cold, %.0f ms follow-up (%.0f %%)\n", cold, warm, 100 * warm / cold);
    long before = 0;
    for (int i = 0; i < 100; ++i) {
        int count = 0;
        std::stop_source stop;
        llm.generate(
            llm.render(prompt), {.seed = static_cast<std::uint32_t>(i)},
            [&](LlmToken) { return ++count < 3 || (stop.request_stop(), true); }, stop.get_token());
        before = i == 9 ? resident_kib() : before;
    }
    std::printf("memory: %ld KiB after 10 starts and stops, %ld KiB after 100\n", before, resident_kib());
}

} // namespace

int main(int argc, char** argv) {
    try {
        std::string path = argc > 1 ? argv[1] : "";
        int threads = argc > 2 ? std::atoi(argv[2]) : 2;
        argc > 3 ? run_generation(path, threads) : run(path, threads);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
