// DETR times: bench_detr MODEL.gguf [WIDTH] [HEIGHT] [THREADS] [--profile] [--ggml] [NUMBERS.f32], see vision.h.
// The numbers are the class scores before the softmax, then the boxes.
#include "networks/detr.h"

#include "vision.h"

using namespace echollama;

int main(int argc, char** argv) try {
    auto options = bench::parse(argc, argv, 1066, 800);
    auto input = bench::picture(options, 1.6F);
    Detr net(options.model, options.threads, options.device);
    bench::measure(options, net, [&] {
        auto output = net.run(std::span(&input, 1)).at(0);
        output.logits.insert(output.logits.end(), output.boxes.begin(), output.boxes.end());
        return output.logits;
    });
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
