// Models of the LLaMA family as Hugging Face publishes them, and PEFT's LoRA adapters for them, to the GGUF files that
// llama.cpp loads (its own converters: conversion/llama.py, convert_lora_to_gguf.py).
#pragma once

#include "formats/checkpoint.h"
#include "formats/gguf_writer.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace echollama::convert {

struct LlamaRopeScaling {
    enum class Kind { none, linear, llama3 };
    Kind kind = Kind::none;
    double factor = 1, low = 1, high = 4; // low and high frequency factor: llama3 only
    double original = 8192;               // positions the model was first trained for: llama3 only
};

// Of config.json.
struct LlamaShape {
    std::int64_t vocabulary = 0, width = 0, layers = 0, feed_forward = 0, heads = 0, kv_heads = 0, head = 0;
    std::int64_t context = 0; // positions it was trained for
    double norm_eps = 1e-5, rope_theta = 10000;
    LlamaRopeScaling scaling;
    bool tied = false; // the embedding is the output matrix, too
};

// Throws Error when the configuration is no LLaMA's, asks for what llama.cpp's "llama" cannot do (another activation,
// experts, other kinds of rope scaling) or is quantised already.
LlamaShape read_llama_shape(std::filesystem::path const& config);

// The divisor of each rotary pair's angle, head / 2 numbers (the tensor rope_freqs.weight); empty without llama3
// scaling.
std::vector<float> rope_divisors(LlamaShape const& shape);

// Which row of Hugging Face's matrix becomes row i: their rotation turns halves of a head, llama.cpp's neighbours.
// Row h * head + 2j + s is theirs of h * head + s * head / 2 + j.
std::int64_t published_row(std::int64_t row, std::int64_t head);

bool is_llama(Checkpoint const& file);
// config.json and tokenizer.json must lie beside the weights. Large matrices are read and written in blocks.
void convert_llama(Checkpoint const& file, std::filesystem::path const& output, WeightType type,
                   WriteOptions const& options = {});

bool is_lora(Checkpoint const& file);
// adapter_config.json must lie beside the weights. `base` is the model the adapter belongs to (its folder, config.json
// or GGUF file, checked with nn/gguf_head.h before); without it, config.json beside the adapter or the folder that
// adapter_config.json names. The factor alpha / rank (alpha / sqrt(rank) with rslora) is the same as PEFT's; rows of B
// of q and k are reordered as the model's.
void convert_lora(Checkpoint const& file, std::filesystem::path const& output, WeightType type,
                  std::filesystem::path const& base = {}, WriteOptions const& options = {});

} // namespace echollama::convert
