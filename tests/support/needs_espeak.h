// For tests that make speech or phonemes with espeak-ng: skips them where the program is built without it.
#pragma once

#include "voice/espeak.h"

#define SKIP_WITHOUT_ESPEAK()                                                                                          \
    do {                                                                                                               \
        if (!echollama::espeak::is_built_in()) {                                                                       \
            GTEST_SKIP() << "needs espeak-ng, which this build leaves out (ECHOLLAMA_ESPEAK=OFF)";                     \
        }                                                                                                              \
    } while (0)
