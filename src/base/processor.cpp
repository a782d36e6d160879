#include "base/processor.h"

#include "base/error.h"

namespace echollama {

void check_processor() {
#if defined(ECHOLLAMA_NEEDS_AVX2)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        throw Error("This program needs a processor with AVX2, which this one lacks; build it here from its sources.");
    }
#endif
}

} // namespace echollama
