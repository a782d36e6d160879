// The tests of networks and their kernels, compiled for one level of processors (cmake/ProcessorLevel.cmake): skipped,
// by exit code 77, where the processor is of a lower one.
#include "base/processor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

int main(int argc, char** argv) {
    auto const levels = echollama::processor_levels();
    if (std::find(levels.begin(), levels.end(), ECHOLLAMA_TESTED_LEVEL) == levels.end()) {
        std::printf("this processor has no %s\n", ECHOLLAMA_TESTED_LEVEL);
        return 77;
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
