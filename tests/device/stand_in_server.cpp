// Serves this processor as a device at 127.0.0.1: stand_in_server PORT [THREADS] [MEGABYTES]. MEGABYTES: the free
// memory that it tells; none: what is there. With GGML_RPC_DEBUG it prints each piece of memory that is taken. Ends
// when it is stopped.
#include <ggml-backend-impl.h>
#include <ggml-backend.h>
#include <ggml-rpc.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::size_t told_bytes = 0;

void tell_memory(ggml_backend_dev_t, std::size_t* free, std::size_t* total) {
    *free = *total = told_bytes;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: stand_in_server PORT [THREADS] [MEGABYTES]\n");
        return 2;
    }
    auto const address = std::string("127.0.0.1:") + argv[1];
    auto const threads = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 2);
    auto* device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
    if (argc > 3) {
        told_bytes = static_cast<std::size_t>(std::atoll(argv[3])) * 1'000'000;
        device->iface.get_memory = tell_memory;
    }
    ggml_backend_rpc_start_server(address.c_str(), nullptr, threads, 1, &device);
    return 1; // it returns only where it cannot begin
}
