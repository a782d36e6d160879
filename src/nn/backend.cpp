#include "nn/backend.h"

#include "base/error.h"

#include <ggml-backend.h>
#include <ggml-cpu.h>

#include <algorithm>
#include <vector>

namespace echollama::nn {

void BackendDeleter::operator()(ggml_backend* backend) const {
    ggml_backend_free(backend);
}

bool Backend::is_cpu() const {
    return ggml_backend_is_cpu(handle.get());
}

std::string Backend::name() const {
    return ggml_backend_name(handle.get());
}

namespace {

bool is_gpu(ggml_backend_dev_t device) {
    auto type = ggml_backend_dev_type(device);
    return type == GGML_BACKEND_DEVICE_TYPE_GPU || type == GGML_BACKEND_DEVICE_TYPE_IGPU;
}

std::vector<ggml_backend_dev_t> gpus() {
    std::vector<ggml_backend_dev_t> found;
    for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i) {
        if (auto* device = ggml_backend_dev_get(i); is_gpu(device)) {
            found.push_back(device);
        }
    }
    return found;
}

ggml_backend_dev_t find_gpu(std::string const& name) {
    auto all = gpus();
    auto found = std::find_if(all.begin(), all.end(), [&](auto* device) {
        return name == auto_device || ggml_backend_dev_name(device) == name;
    });
    return found == all.end() ? nullptr : *found;
}

std::string device_names() {
    std::string names = cpu_device + std::string(", ") + auto_device;
    for (auto* device : gpus()) {
        names += std::string(", ") + ggml_backend_dev_name(device);
    }
    return names;
}

} // namespace

std::vector<std::string> processor_features() {
    std::vector<std::string> names;
    auto const add = [&](int has, char const* name) {
        if (has != 0) {
            names.emplace_back(name);
        }
    };
    add(ggml_cpu_has_sse3(), "SSE3");
    add(ggml_cpu_has_avx(), "AVX");
    add(ggml_cpu_has_avx2(), "AVX2");
    add(ggml_cpu_has_fma(), "FMA");
    add(ggml_cpu_has_f16c(), "F16C");
    add(ggml_cpu_has_avx_vnni(), "AVX-VNNI");
    add(ggml_cpu_has_avx512(), "AVX-512");
    add(ggml_cpu_has_avx512_vnni(), "AVX-512 VNNI");
    add(ggml_cpu_has_avx512_bf16(), "AVX-512 BF16");
    add(ggml_cpu_has_amx_int8(), "AMX");
    add(ggml_cpu_has_neon(), "NEON");
    add(ggml_cpu_has_dotprod(), "dot product");
    add(ggml_cpu_has_sve(), "SVE");
    return names;
}

std::vector<std::string> gpu_names() {
    std::vector<std::string> names;
    for (auto* device : gpus()) {
        names.emplace_back(ggml_backend_dev_name(device));
    }
    return names;
}

std::vector<GpuDevice> gpu_devices() {
    std::vector<GpuDevice> devices;
    for (auto* device : gpus()) {
        std::size_t free = 0, total = 0;
        ggml_backend_dev_memory(device, &free, &total);
        devices.push_back({ggml_backend_dev_name(device), ggml_backend_dev_description(device), free, total});
    }
    return devices;
}

ggml_backend_device* gpu_handle(std::string const& device) {
    auto* gpu = find_gpu(device);
    if (!gpu && device != plain_device && device != cpu_device && device != auto_device) {
        throw Error("There is no compute device '" + device + "'; choose one of: " + device_names() + ".");
    }
    return gpu;
}

int gpu_number(std::string const& device) {
    auto const all = gpus();
    auto const found = std::find(all.begin(), all.end(), gpu_handle(device));
    return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

Backend make_backend(int threads, std::string const& device) {
    Backend backend;
    backend.threads = std::max(threads, 1);
    auto* gpu = gpu_handle(device);
    bool plain = device == plain_device;
    backend.own_layers = !gpu && !plain;
    backend.handle.reset(gpu ? ggml_backend_dev_init(gpu, nullptr) : ggml_backend_cpu_init());
    if (!backend.handle) {
        throw Error("The compute device '" + device + "' cannot be opened; there may be too little memory.");
    }
    if (!gpu) {
        ggml_backend_cpu_set_n_threads(backend.handle.get(), backend.threads);
    }
    return backend;
}

} // namespace echollama::nn
