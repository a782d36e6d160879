// DETR times. bench_detr MODEL.gguf [WIDTH] [HEIGHT] [THREADS] [--profile] [LOGITS.f32]
// Every line on standard input is one run on a picture made of the stream "input", answered with its milliseconds
// and those of processor time (which other programs disturb less), so that bench/detr_peer.py can take turns with other
// programs in one run; at the end the class scores of the last run go to LOGITS.f32. --profile adds a table of
// operators, each node run alone.
#include "models/detr.h"

#include "base/counter_rng.h"
#include "base/error.h"

#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using namespace echollama;

namespace {

DetrInput synthetic_picture(int width, int height) {
    DetrInput input{width, height, {}};
    auto count = std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    auto seed = fnv1a64("input");
    for (std::size_t i = 0; i < count; ++i) {
        input.values.push_back(1.6F * (2.0F * uniform(seed, i) - 1.0F));
    }
    return input;
}

double processor_ms() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

void print_profile(Detr const& net) {
    for (auto const& row : net.graph().profile()) {
        std::printf("%-40s %5d runs %9.2f ms\n", row.what.c_str(), row.count, row.ms);
    }
}

} // namespace

int main(int argc, char** argv) try {
    std::vector<std::string> args(argv + 1, argv + argc);
    bool profile = std::erase(args, "--profile") > 0;
    if (args.empty()) {
        throw UsageError("usage: bench_detr MODEL.gguf [WIDTH] [HEIGHT] [THREADS] [--profile] [LOGITS.f32] < lines");
    }
    auto number = [&](std::size_t at, int otherwise) { return args.size() > at ? std::stoi(args[at]) : otherwise; };
    auto input = synthetic_picture(number(1, 1066), number(2, 800));
    Detr net(args[0], number(3, 2));
    std::vector<DetrOutput> outputs;
    for (std::string line; std::getline(std::cin, line);) {
        double busy = processor_ms();
        auto start = std::chrono::steady_clock::now();
        outputs = net.run(std::span(&input, 1));
        auto wall = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        std::printf("%.3f %.3f\n", wall, processor_ms() - busy);
        std::fflush(stdout);
    }
    if (profile) {
        print_profile(net);
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::fprintf(stderr, "peak memory %ld MB, weights and intermediates %zu MB\n", usage.ru_maxrss / 1024,
                 net.bytes() >> 20U);
    if (args.size() > 4 && !outputs.empty()) {
        auto const& logits = outputs[0].logits;
        std::ofstream(args[4], std::ios::binary)
            .write(reinterpret_cast<char const*>(logits.data()), static_cast<std::streamsize>(logits.size() * 4));
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
