// Where a network is computed.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

struct ggml_backend;

namespace echollama::nn {

struct BackendDeleter {
    void operator()(ggml_backend* backend) const;
};
using BackendHandle = std::unique_ptr<ggml_backend, BackendDeleter>;

enum class Device {
    cpu,
    best, // a GPU when ggml was built with one and it is there, else the CPU
};

// Each network owns one backend, so that several can run side by side. Not thread-safe.
struct Backend {
    BackendHandle handle;
    int threads = 1;

    bool is_cpu() const;
    std::string name() const;
};

// Throws Error when the device cannot be opened. `threads` is for the CPU, at least 1.
Backend make_backend(int threads, Device device = Device::cpu);

} // namespace echollama::nn
