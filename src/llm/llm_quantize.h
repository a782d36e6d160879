// Smaller copies of a language model by llama.cpp's own quantiser.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

struct QuantizeOptions {
    int threads = 2;
    std::function<void(double done)> progress = {}; // share of the tensors, 0..1, rising
    std::stop_token stop = {};                      // heard between tensors; ends with Cancelled
};

// "q4_k_m", "q5_k_m", "q6_k", "q8_0" … as llama.cpp names them, in lower case; those that need no calibration data.
std::vector<std::string> quantized_types();

// Writes `output` beside its name and renames it. Throws UsageError for an unknown type, Error when the source is no
// language model or quantised already, or the disk refuses; then, and after a stop, nothing is left behind.
void quantize_llm(std::filesystem::path const& source, std::filesystem::path const& output, std::string const& type,
                  QuantizeOptions const& options = {});

} // namespace echollama
