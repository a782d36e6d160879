// A Piper voice's network (VITS: Kim, Kong and Son 2021, arXiv 2106.06103) from its ONNX file → GGUF.
#pragma once

#include <filesystem>

namespace echollama::convert {

// Writes the file that Vits opens. False, and nothing is written, when the network is of another kind than Vits knows:
// with several speakers, or with residual blocks of the "high" quality. Throws Error when the file is no ONNX file or
// damaged, or cannot be written.
bool convert_piper_network(std::filesystem::path const& onnx, int sample_rate, std::filesystem::path const& gguf);

} // namespace echollama::convert
