// Where a network is computed.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

struct ggml_backend;
struct ggml_backend_device;

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

// A GPU that this build can compute on and that is there.
struct GpuDevice {
    std::string name;        // as make_backend calls it
    std::string description; // "NVIDIA H100 80GB HBM3"
    std::uint64_t free_bytes = 0, total_bytes = 0;
};
// Asking a device for its memory wakes it up (CUDA makes its context, some hundred milliseconds and megabytes).
std::vector<GpuDevice> gpu_devices();

// Their names alone; wakes nothing up.
std::vector<std::string> gpu_names();

// ggml's handle of the device for libraries that have their own way to it; nullptr: this processor. Throws Error,
// naming the devices there are, when the device is unknown.
ggml_backend_device* gpu_handle(std::string const& device);

// Where the device stands among the GPUs, for libraries that count them; -1: this processor. Throws as gpu_handle().
int gpu_number(std::string const& device);

} // namespace echollama::nn
