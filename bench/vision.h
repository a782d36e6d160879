// What the benchmarks of the vision networks share: every line on standard input is one run, answered with its
// milliseconds and those of processor time (which other programs disturb less), so that scripts can take turns with
// other programs in one run.
#pragma once

#include "base/counter_rng.h"
#include "base/error.h"
#include "networks/picture_input.h"
#include "nn/graph.h"

#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace echollama::bench {

struct Options {
    std::string model;
    int width = 0, height = 0, threads = 2;
    bool profile = false;
    std::string device = nn::cpu_device;
    std::string numbers; // file for the numbers of the last run; may be empty
};

// MODEL.gguf [WIDTH] [HEIGHT] [THREADS] [--profile] [--ggml] [NUMBERS.f32]
inline Options parse(int argc, char** argv, int width, int height) {
    std::vector<std::string> args(argv + 1, argv + argc);
    Options options;
    options.profile = std::erase(args, "--profile") > 0;
    options.device = std::erase(args, "--ggml") > 0 ? nn::plain_device : nn::cpu_device;
    if (args.empty()) {
        throw UsageError("usage: MODEL.gguf [WIDTH] [HEIGHT] [THREADS] [--profile] [--ggml] [NUMBERS.f32] < lines");
    }
    auto number = [&](std::size_t at, int otherwise) { return args.size() > at ? std::stoi(args[at]) : otherwise; };
    options.model = args[0];
    options.width = number(1, width);
    options.height = number(2, height);
    options.threads = number(3, options.threads);
    options.numbers = args.size() > 4 ? args[4] : "";
    return options;
}

// Made of the stream "input".
inline PictureInput picture(Options const& options, float scale) {
    PictureInput input{options.width, options.height, {}};
    auto count = std::size_t{3} * static_cast<std::size_t>(input.width) * static_cast<std::size_t>(input.height);
    auto seed = fnv1a64("input");
    for (std::size_t i = 0; i < count; ++i) {
        input.values.push_back(scale * (2.0F * uniform(seed, i) - 1.0F));
    }
    return input;
}

inline double processor_ms() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

// `run` gives the numbers by which programs are compared.
template <typename Net, typename Run>
void measure(Options const& options, Net const& net, Run run) {
    std::vector<float> numbers;
    for (std::string line; std::getline(std::cin, line);) {
        double busy = processor_ms();
        auto start = std::chrono::steady_clock::now();
        numbers = run();
        auto wall = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        std::printf("%.3f %.3f\n", wall, processor_ms() - busy);
        std::fflush(stdout);
    }
    if (options.profile) {
        for (auto const& row : net.graph().profile()) { // each node run alone
            std::printf("%-40s %5d runs %9.2f ms\n", row.what.c_str(), row.count, row.ms);
        }
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::fprintf(stderr, "peak memory %ld MB, weights and intermediates %zu MB\n", usage.ru_maxrss / 1024,
                 net.bytes() >> 20U);
    if (!options.numbers.empty()) {
        std::ofstream(options.numbers, std::ios::binary)
            .write(reinterpret_cast<char const*>(numbers.data()), static_cast<std::streamsize>(numbers.size() * 4));
    }
}

} // namespace echollama::bench
