// Times of a Piper voice's network. bench_vits MODEL.gguf THREADS [AUDIO.f32]
// Every line on standard input is a row of symbols, answered with the milliseconds until the first quarter of a second
// of sound is made and until all of it is, so that bench/piper_peer.py can take turns with ONNX Runtime in one run;
// at the end the sound of the last one, made without noise, is written to AUDIO.f32.
#include "networks/vits.h"

#include "base/error.h"
#include "run_bench.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

namespace echollama::bench {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void run(int argc, char** argv) {
    constexpr std::int64_t first_frames = 24;
    if (argc < 3) {
        throw UsageError("usage: bench_vits MODEL.gguf THREADS [AUDIO.f32] < rows of symbols");
    }
    Vits vits(argv[1], std::stoi(argv[2]));
    std::vector<float> all;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream row(line);
        std::vector<std::int64_t> const symbols{std::istream_iterator<std::int64_t>(row), {}};
        auto const start = Clock::now();
        auto const speech = vits.prepare(symbols, {0, 0, 1}, {});
        all = vits.samples(speech, 0, first_frames);
        auto const first = since(start);
        auto const rest = vits.samples(speech, first_frames, speech.frames);
        all.insert(all.end(), rest.begin(), rest.end());
        std::cout << first << " " << since(start) << std::endl;
    }
    if (argc > 3) {
        std::ofstream(argv[3], std::ios::binary)
            .write(reinterpret_cast<char const*>(all.data()), static_cast<std::streamsize>(all.size() * sizeof(float)));
    }
}

} // namespace
} // namespace echollama::bench

int main(int argc, char** argv) {
    return echollama::bench::run_bench(echollama::bench::run, argc, argv);
}
