// MiDaS times, DPT-Hybrid and MiDaS v2.1 small: bench_midas MODEL.gguf [WIDTH] [HEIGHT] [THREADS] [--profile] [--ggml]
// [DEPTH.f32], see vision.h.
#include "networks/midas.h"

#include "vision.h"

using namespace echollama;

int main(int argc, char** argv) try {
    auto options = bench::parse(argc, argv, 384, 384);
    auto input = bench::picture(options, 1);
    Midas net(options.model, options.threads, options.device);
    bench::measure(options, net, [&] { return net.run(std::span(&input, 1)).at(0); });
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
