// What a benchmark's program does beside measuring: faults become one sentence and an exit code.
#pragma once

#include <cstdio>
#include <exception>

namespace echollama::bench {

// The program's exit code.
inline int run_bench(void (*run)(int argc, char** argv), int argc, char** argv) {
    try {
        run(argc, argv);
        return 0;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

} // namespace echollama::bench
