#include "base/processor.h"

#include "base/error.h"

#include <algorithm>
#include <cstdlib>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#ifndef ECHOLLAMA_LEVEL
#define ECHOLLAMA_LEVEL "native"
#endif

namespace echollama {
namespace {

#if defined(__x86_64__)
// Neither GCC's nor clang's own test knows this one everywhere.
bool has_avx_vnni() {
    constexpr unsigned leaf = 7, subleaf = 1, bit = 1U << 4;
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(leaf, subleaf, &a, &b, &c, &d) != 0 && (a & bit) != 0;
}

// With bytes and BF16, and the system keeps its registers.
bool has_amx() {
    constexpr unsigned leaf = 7, amx = 1U << 22 | 1U << 24 | 1U << 25, saved = 3U << 17, has_xgetbv = 1U << 27;
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(leaf, 0, &a, &b, &c, &d) == 0 || (d & amx) != amx || __get_cpuid(1, &a, &b, &c, &d) == 0 ||
        (c & has_xgetbv) == 0) {
        return false;
    }
    asm("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return (a & saved) == saved;
}
#endif

} // namespace

std::vector<std::string> processor_levels() {
    std::vector<std::string> levels;
    auto const add = [&](bool has, char const* level) {
        if (has) {
            levels.emplace_back(level);
        }
    };
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool const v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
    bool const avx2 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                      __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    bool const avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl");
    add(v2, "x86-64-v2");
    add(avx2, "avx2");
    add(avx2 && has_avx_vnni(), "avx-vnni");
    add(avx512, "avx512");
    bool const bf16 = avx512 && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni") &&
                      __builtin_cpu_supports("avx512bf16");
    add(bf16, "avx512-bf16");
    add(bf16 && has_amx(), "amx");
#elif defined(__aarch64__)
    add(true, "armv8");
#if defined(__linux__)
    constexpr unsigned long dot_product = 1UL << 20; // HWCAP_ASIMDDP
    add((getauxval(AT_HWCAP) & dot_product) != 0, "armv8-dot");
#endif
#endif
    return levels;
}

std::string_view program_level() {
    return ECHOLLAMA_LEVEL;
}

void check_processor() {
    std::string const level(program_level());
    if (char const* const wanted = std::getenv("ECHOLLAMA_CPU"); wanted && *wanted && wanted != level) {
        throw Error("ECHOLLAMA_CPU asks for '" + std::string(wanted) + "', but this program was built for '" + level +
                    "' alone; a package holds one for every level.");
    }
    auto const levels = processor_levels();
    if (level != "native" && std::find(levels.begin(), levels.end(), level) == levels.end()) {
        throw Error("This program was built for processors with '" + level + "', which this one lacks" +
                    (levels.empty() ? "" : "; its best level is '" + levels.back() + "'") +
                    ". Start the one that belongs to it, or build it here from its sources.");
    }
}

} // namespace echollama
