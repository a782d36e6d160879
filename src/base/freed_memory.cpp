#include "base/freed_memory.h"

#include <cstdlib> // says which library it belongs to

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace echollama {

void return_large_memory() {
#if defined(__GLIBC__)
    constexpr int large = 4 << 20, kept = 16 << 20; // what a network's layers give back and take again stays
    mallopt(M_MMAP_THRESHOLD, large);
    mallopt(M_TRIM_THRESHOLD, kept);
#endif
}

} // namespace echollama
