// SNAC decode times. bench_snac MODEL [FRAMES] [THREADS] [noise] [AUDIO.f32]
// MODEL: .gguf, or a .safetensors checkpoint that is converted to a temporary file. Every line on standard input is one
// decode, answered with its milliseconds, so that bench/snac_peer.py can take turns with ONNX Runtime in one run; at
// the end the sound of the last decode is written to AUDIO.f32.
#include "convert/snac.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "networks/snac.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

using namespace echollama;

int main(int argc, char** argv) try {
    if (argc < 2) {
        throw UsageError("usage: bench_snac MODEL [FRAMES] [THREADS] [noise|quiet] [AUDIO.f32] < lines");
    }
    std::filesystem::path model = argv[1];
    int const frames = argc > 2 ? std::stoi(argv[2]) : 117;
    int const threads = argc > 3 ? std::stoi(argv[3]) : 2;
    bool const noisy = argc > 4 && std::string(argv[4]) == "noise";
    auto const converted = std::filesystem::temp_directory_path() / "bench-snac.gguf";
    bool const convert_first = model.extension() == ".safetensors";
    if (convert_first) {
        convert::convert_snac(model, converted, convert::WeightType::f32);
        model = converted;
    }
    Snac snac(model, threads);
    if (convert_first) {
        std::filesystem::remove(converted);
    }
    SnacCodes codes; // as golden/snac: code j of level i is the top 12 bits of element j of the stream "codes.i"
    for (std::size_t i = 0; i < 3; ++i) {
        for (int j = 0; j < frames << i; ++j) {
            codes.levels[i].push_back(static_cast<std::int32_t>(
                splitmix64(fnv1a64("codes." + std::to_string(i)), static_cast<std::uint64_t>(j)) >> 52));
        }
    }
    SnacNoise noise = SnacNoise::off();
    noise.on = noisy;
    std::vector<float> audio;
    for (std::string line; std::getline(std::cin, line);) {
        auto start = std::chrono::steady_clock::now();
        audio = snac.decode(codes, noise);
        std::printf("%.3f\n",
                    std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        std::fflush(stdout);
    }
    if (argc > 5) {
        std::ofstream(argv[5], std::ios::binary)
            .write(reinterpret_cast<char const*>(audio.data()), static_cast<std::streamsize>(audio.size() * 4));
    }
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
