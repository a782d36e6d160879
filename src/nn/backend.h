// Where a network is computed.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

struct ggml_backend;

namespace echollama::nn {

struct BackendDeleter {
    void operator()(ggml_backend* backend) const;
};
using BackendHandle = std::unique_ptr<ggml_backend, BackendDeleter>;

// Names of devices for make_backend beside ggml's own ("CUDA0", "Vulkan0", "Metal"):
inline constexpr char const* cpu_device = "cpu";        // this processor with the kernels made for it
inline constexpr char const* plain_device = "cpu-ggml"; // this processor with ggml's operations, as a GPU runs them
inline constexpr char const* auto_device = "auto"; // the first GPU that ggml was built for and that is there, else cpu

// Each network owns one backend, so that several can run side by side. Not thread-safe.
struct Backend {
    BackendHandle handle;
    int threads = 1;
    bool own_layers = false; // networks compute with nn::CpuLayers

    bool is_cpu() const;
    std::string name() const;
};

// Throws Error, naming the devices there are, when the device is unknown or cannot be opened. `threads` is for the CPU,
// at least 1.
Backend make_backend(int threads, std::string const& device = cpu_device);

// The instructions of this processor that the kernels of this build use: "AVX2", "AVX-512" …; empty: plain ones.
std::vector<std::string> processor_features();

// The GPUs that this build can compute on and that are there, as make_backend calls them.
std::vector<std::string> gpu_devices();

} // namespace echollama::nn
