// On which devices tests of networks compute, and how exactly they must.
#pragma once

#include "nn/backend.h"

#include <cstdlib>
#include <string>
#include <vector>

namespace echollama::test {

// The device that ECHOLLAMA_TEST_DEVICE names ("CUDA0"), else this processor.
inline std::string device() {
    char const* const named = std::getenv("ECHOLLAMA_TEST_DEVICE");
    return named ? named : nn::cpu_device;
}

// The one that is named; else this processor with its own kernels and with ggml's operations, as a GPU would compute.
inline std::vector<std::string> devices() {
    return device() == nn::cpu_device ? std::vector<std::string>{nn::cpu_device, nn::plain_device}
                                      : std::vector{device()};
}

// By how much wider tolerances are: 1 on a processor, near or far (RPC); on a GPU, which sums in another order, 10, or
// what ECHOLLAMA_TEST_SLACK says (docs/gpu.md).
inline double slack() {
    if (device() == nn::cpu_device || device() == nn::plain_device || device().starts_with("RPC")) {
        return 1;
    }
    char const* const wider = std::getenv("ECHOLLAMA_TEST_SLACK");
    return wider ? std::atof(wider) : 10;
}

} // namespace echollama::test
