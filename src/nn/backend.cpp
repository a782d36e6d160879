#include "nn/backend.h"

#include "base/error.h"

#include <ggml-backend.h>
#include <ggml-cpu.h>

#include <algorithm>

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

Backend make_backend(int threads, Device device) {
    Backend backend;
    backend.threads = std::max(threads, 1);
    if (device == Device::best) {
        if (auto* gpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_GPU)) {
            backend.handle.reset(ggml_backend_dev_init(gpu, nullptr));
        }
    }
    if (!backend.handle) {
        backend.handle.reset(ggml_backend_cpu_init());
    }
    if (!backend.handle) {
        throw Error("The compute device cannot be opened; there may be too little memory.");
    }
    if (backend.is_cpu()) {
        ggml_backend_cpu_set_n_threads(backend.handle.get(), backend.threads);
    }
    return backend;
}

} // namespace echollama::nn
