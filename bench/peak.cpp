// What this processor computes at most, from registers alone: bench_peak [SECONDS] prints, for each kind of product
// that networks are made of, billions of operations a second (a multiplication and an addition are two) of one core and
// of all cores together. A layer that takes as long as its products take at this speed cannot become faster by better
// code, only by fewer products. One line for each kind that the processor has.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

#if defined(__x86_64__)

// Eight rounds of INSTRUCTIONS over twelve sums, \i, that do not wait for each other: more than any processor begins
// before the first has ended. The assembler names registers itself, so the compiler adds nothing. Registers 12 to 15
// are zero, too: what is multiplied does not change the time, unless it is denormal.
#define TWELVE "0,1,2,3,4,5,6,7,8,9,10,11"
#define LOOP(INSTRUCTIONS)                                                                                             \
    [](long rounds) {                                                                                                  \
        asm volatile(".irp i," TWELVE ",12,13,14,15\n pxor %%xmm\\i, %%xmm\\i\n .endr\n"                               \
                     "1:\n .rept 8\n .irp i," TWELVE "\n" INSTRUCTIONS "\n.endr\n.endr\n dec %0\n jnz 1b\n"            \
                     : "+r"(rounds)                                                                                    \
                     :                                                                                                 \
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",        \
                       "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "cc");                                             \
    }
constexpr int sums = 8 * 12; // of one round of the loop

struct Kind {
    char const* what;
    bool there;
    int operations; // of the instructions for one sum
    void (*run)(long rounds);
};

std::vector<Kind> kinds() {
    bool const fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool const avx512 = __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    bool const vnni = avx512 && __builtin_cpu_supports("avx512vnni");
    return {
        {"x86-64-v2: f32, mulps and addps", true, 8,
         LOOP("movaps %%xmm13, %%xmm12\n mulps %%xmm14, %%xmm12\n addps %%xmm12, %%xmm\\i")},
        {"avx2: f32, vfmadd231ps", fma, 16, LOOP("vfmadd231ps %%ymm14, %%ymm13, %%ymm\\i")},
        {"avx2: 16 bits, vpmaddwd and vpaddd", fma, 32,
         LOOP("vpmaddwd %%ymm14, %%ymm13, %%ymm12\n vpaddd %%ymm12, %%ymm\\i, %%ymm\\i")},
        {"avx2: bytes, vpmaddubsw, vpmaddwd and vpaddd", fma, 64,
         LOOP("vpmaddubsw %%ymm14, %%ymm13, %%ymm12\n vpmaddwd %%ymm12, %%ymm15, %%ymm12\n"
              "vpaddd %%ymm12, %%ymm\\i, %%ymm\\i")},
        {"as avx-vnni: bytes, vpdpbusd of 256 bits", vnni, 64, LOOP("vpdpbusd %%ymm14, %%ymm13, %%ymm\\i")},
        {"avx512: f32, vfmadd231ps", avx512, 32, LOOP("vfmadd231ps %%zmm14, %%zmm13, %%zmm\\i")},
        {"avx512-bf16: vdpbf16ps", avx512 && __builtin_cpu_supports("avx512bf16"), 64,
         LOOP("vdpbf16ps %%zmm14, %%zmm13, %%zmm\\i")},
        {"avx512-bf16: bytes, vpdpbusd", vnni, 128, LOOP("vpdpbusd %%zmm14, %%zmm13, %%zmm\\i")},
    };
}

// Billions of operations a second over at least `seconds`, the best of five.
double speed(Kind const& kind, double seconds) {
    constexpr long rounds = 200'000;
    double best = 0;
    for (int i = 0; i < 5; ++i) {
        auto const start = std::chrono::steady_clock::now();
        double took = 0, done = 0;
        while (took < seconds / 5) {
            kind.run(rounds);
            done += static_cast<double>(rounds) * sums * kind.operations;
            took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        }
        best = std::max(best, done / took * 1e-9);
    }
    return best;
}

double speed_of_all(Kind const& kind, double seconds, std::size_t cores) {
    std::vector<double> each(cores);
    std::vector<std::thread> threads;
    for (auto& one : each) {
        threads.emplace_back([&] { one = speed(kind, seconds); });
    }
    double sum = 0;
    for (std::size_t i = 0; i < cores; ++i) {
        threads[i].join();
        sum += each[i];
    }
    return sum;
}

#endif

} // namespace

int main([[maybe_unused]] int argc, [[maybe_unused]] char** argv) {
#if defined(__x86_64__)
    double const seconds = argc > 1 ? std::max(0.05, std::atof(argv[1])) : 0.5;
    auto const cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    std::printf("%-46s %10s %4zu cores\n", "billions of operations a second", "one core", cores);
    for (auto const& kind : kinds()) {
        if (kind.there) {
            std::printf("%-46s %10.0f %10.0f\n", kind.what, speed(kind, seconds), speed_of_all(kind, seconds, cores));
        }
    }
    return 0;
#else
    std::fprintf(stderr, "This benchmark knows x86-64 only.\n");
    return 1;
#endif
}
