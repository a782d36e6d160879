// The large numbers of an ONNX network in a file of their own beside it, as the format allows ("external data"). ONNX
// Runtime maps them where they lie; those inside of a network it copies twice.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace echollama {

// What that file is called, and what says its size in bytes among the entries of the network (formats/onnx_metadata.h).
constexpr char const *onnx_weights_file = "model.weights", *onnx_weights_entry = "weights_bytes";

struct SplitOnnx {
    std::string network;       // with references to onnx_weights_file
    std::uint64_t weights = 0; // bytes that were written there; 0: the network has no large numbers
};

// `weights`: where they are written to, from its beginning on. Empty when the network is not a complete protocol
// buffer.
std::optional<SplitOnnx> split_onnx(std::string_view network, std::ostream& weights);

} // namespace echollama
