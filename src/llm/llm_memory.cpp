#include "llm/llm_memory.h"

#include "nn/gguf_head.h"

#include <gguf.h>

#include <algorithm>
#include <string>

namespace echollama {
namespace {

constexpr std::uint64_t bytes_of_a_word = 150;

// A number, or the largest of a list, since some models have another one for each layer; 0: not said.
std::uint64_t number(nn::GgufHead const& head, std::string const& name) {
    auto const* const value = head.find(head.architecture() + "." + name);
    bool const whole = value && (value->type == GGUF_TYPE_UINT32 || (value->is_list && value->type == GGUF_TYPE_INT32));
    return whole ? value->number : 0;
}

std::uint64_t words(nn::GgufHead const& head) {
    auto const* const value = head.find("tokenizer.ggml.tokens");
    return value && value->is_list ? value->count : 0;
}

// ggml repacks matrices of these types on processors with AVX2 or NEON, where their rows come in eights; what words are
// looked up in stays as it is.
std::uint64_t repacked_bytes(nn::GgufHead const& head) {
    std::uint64_t sum = 0;
    for (auto const& tensor : head.tensors) {
        auto const type = tensor.type;
        bool const packs =
            type == GGML_TYPE_Q4_0 || type == GGML_TYPE_Q4_K || type == GGML_TYPE_Q2_K || type == GGML_TYPE_IQ4_NL;
        bool const looked_up = tensor.name.starts_with("token_embd");
        sum += packs && !looked_up && tensor.shape[1] % 8 == 0 ? tensor.bytes : 0;
    }
    return sum;
}

} // namespace

LlmMemory llm_memory(std::filesystem::path const& model, int context, int batch) {
    auto const head = nn::gguf_head_or_empty(model);
    if (words(head) == 0) {
        return {};
    }
    auto const or_else = [](std::uint64_t number, std::uint64_t otherwise) { return number > 0 ? number : otherwise; };
    auto const heads = or_else(number(head, "attention.head_count"), 1);
    auto const key_heads = or_else(number(head, "attention.head_count_kv"), heads);
    auto const width = number(head, "embedding_length") / heads;
    auto const key = or_else(number(head, "attention.key_length"), width);
    auto const value = or_else(number(head, "attention.value_length"), width);
    auto const places = static_cast<std::uint64_t>(std::max(1, context));
    auto const trained = or_else(number(head, "context_length"), places);
    LlmMemory memory;
    memory.cache = std::min(places, trained) * number(head, "block_count") * key_heads * (key + value) * 2;
    memory.work = words(head) * (static_cast<std::uint64_t>(std::max(1, batch)) * sizeof(float) + bytes_of_a_word);
    memory.repacked = repacked_bytes(head);
    return memory;
}

} // namespace echollama
