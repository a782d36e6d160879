// What becomes of memory that was given back.
#pragma once

namespace echollama {

// From now on large pieces go back to the system at once. glibc otherwise takes the largest piece that was ever given
// back, up to 32 MB, for what is worth keeping. For where models come and go: work that takes the same memory again and
// again becomes slower by a tenth.
void return_large_memory();

} // namespace echollama
