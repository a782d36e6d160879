// A device for machines without a GPU: ggml's remote device, served by a process on this machine (stand_in_server.cpp).
// To the program it is a GPU like any other, with memory of its own that nothing here can look into. A program that is
// linked with this file has it where ECHOLLAMA_STAND_IN names the address of the server; its name is RPC0.
#include <ggml-backend.h>
#include <ggml-rpc.h>

#include <cstdio>
#include <cstdlib>

namespace {

struct StandIn {
    StandIn() {
        char const* const address = std::getenv("ECHOLLAMA_STAND_IN");
        if (!address) {
            return;
        }
        // The server forgets a graph that it was to compute once more when another model gives memory back (ggml-rpc,
        // free_buffer), and then drops the connection: no graph is computed once more.
        setenv("LLAMA_GRAPH_REUSE_DISABLE", "1", 1);
        if (auto* const device = ggml_backend_rpc_add_server(address)) {
            ggml_backend_register(device);
            return;
        }
        std::fprintf(stderr, "There is no stand-in device at %s.\n", address);
        std::exit(1);
    }
};

StandIn const stand_in; // before main: libraries look for devices once

} // namespace
