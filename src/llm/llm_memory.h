// How much memory a language model takes beside its file, told from the file's head alone.
#pragma once

#include <cstdint>
#include <filesystem>

namespace echollama {

struct LlmMemory {
    std::uint64_t cache = 0;    // of keys and values, for every place of the context
    std::uint64_t work = 0;     // of computing: logits for a batch, tokens' texts
    std::uint64_t repacked = 0; // a second copy of weights in an order that the processor multiplies faster
    std::uint64_t total() const { return cache + work + repacked; }
};

// As Llm loads it with that context and batch (LlmOptions); llama.cpp keeps the cache in 16 bits. All zero where the
// file is no language model that can be read.
//     cache = places · layers · (key + value of a place, of all their heads) · 2 bytes
//     work  = batch · words · 4 bytes + words · 150 bytes, the second measured with SmolLM2 and Qwen2.5
LlmMemory llm_memory(std::filesystem::path const& model, int context = 4096, int batch = 64);

} // namespace echollama
