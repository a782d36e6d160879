// Moondream2's vision encoder on one crop: bench_moondream VISION.gguf [SIZE] [SIZE] [THREADS] [--profile] [--ggml]
// [FEATURES.f32], see vision.h. moondream_peer.py makes such a file.
#include "networks/moondream_vision.h"
#include "vision.h"

using namespace echollama;

int main(int argc, char** argv) try {
    auto options = bench::parse(argc, argv, 378, 378);
    auto input = bench::picture(options, 1);
    MoondreamVision net(options.model, options.threads, options.device);
    bench::measure(options, net, [&] { return net.encode(input.values); });
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
