#include "llm/llm_memory.h"

#include "base/error.h"
#include "nn/gguf_check.h"

#include <ggml-cpp.h>
#include <gguf.h>

#include <algorithm>
#include <string>

namespace echollama {
namespace {

constexpr std::uint64_t bytes_of_a_word = 150;

struct Head {
    gguf_context_ptr gguf;
    ggml_context_ptr tensors;
    std::string architecture;

    // A number, or the largest of a list, since some models have another one for each layer; 0: not said.
    std::uint64_t number(std::string const& name) const {
        auto const id = gguf_find_key(gguf.get(), (architecture + "." + name).c_str());
        if (id < 0) {
            return 0;
        }
        if (gguf_get_kv_type(gguf.get(), id) == GGUF_TYPE_UINT32) {
            return gguf_get_val_u32(gguf.get(), id);
        }
        bool const list = gguf_get_kv_type(gguf.get(), id) == GGUF_TYPE_ARRAY &&
                          (gguf_get_arr_type(gguf.get(), id) == GGUF_TYPE_UINT32 ||
                           gguf_get_arr_type(gguf.get(), id) == GGUF_TYPE_INT32);
        if (!list || gguf_get_arr_n(gguf.get(), id) == 0) {
            return 0;
        }
        auto const* const numbers = static_cast<std::uint32_t const*>(gguf_get_arr_data(gguf.get(), id));
        return *std::max_element(numbers, numbers + gguf_get_arr_n(gguf.get(), id));
    }
    std::uint64_t words() const {
        auto const id = gguf_find_key(gguf.get(), "tokenizer.ggml.tokens");
        return id >= 0 && gguf_get_kv_type(gguf.get(), id) == GGUF_TYPE_ARRAY ? gguf_get_arr_n(gguf.get(), id) : 0;
    }
};

Head read_head(std::filesystem::path const& model) {
    Head head;
    ggml_context* tensors = nullptr;
    head.gguf.reset(gguf_init_from_file(model.c_str(), {/*.no_alloc =*/true, /*.ctx =*/&tensors}));
    head.tensors.reset(tensors);
    if (head.gguf) {
        auto const id = gguf_find_key(head.gguf.get(), "general.architecture");
        bool const text = id >= 0 && gguf_get_kv_type(head.gguf.get(), id) == GGUF_TYPE_STRING;
        head.architecture = text ? gguf_get_val_str(head.gguf.get(), id) : "";
    }
    return head;
}

// ggml repacks matrices of these types on processors with AVX2 or NEON, where their rows come in eights; what words are
// looked up in stays as it is.
std::uint64_t repacked_bytes(Head const& head) {
    std::uint64_t sum = 0;
    for (auto* tensor = ggml_get_first_tensor(head.tensors.get()); tensor;
         tensor = ggml_get_next_tensor(head.tensors.get(), tensor)) {
        auto const type = tensor->type;
        bool const packs =
            type == GGML_TYPE_Q4_0 || type == GGML_TYPE_Q4_K || type == GGML_TYPE_Q2_K || type == GGML_TYPE_IQ4_NL;
        bool const looked_up = std::string_view(tensor->name).starts_with("token_embd");
        sum += packs && !looked_up && tensor->ne[1] % 8 == 0 ? ggml_nbytes(tensor) : 0;
    }
    return sum;
}

} // namespace

LlmMemory llm_memory(std::filesystem::path const& model, int context, int batch) {
    try {
        nn::check_gguf(model);
    } catch (Error const&) {
        return {};
    }
    auto const head = read_head(model);
    if (!head.gguf || head.words() == 0) {
        return {};
    }
    auto const or_else = [](std::uint64_t number, std::uint64_t otherwise) { return number > 0 ? number : otherwise; };
    auto const heads = or_else(head.number("attention.head_count"), 1);
    auto const key_heads = or_else(head.number("attention.head_count_kv"), heads);
    auto const width = head.number("embedding_length") / heads;
    auto const key = or_else(head.number("attention.key_length"), width);
    auto const value = or_else(head.number("attention.value_length"), width);
    auto const places = static_cast<std::uint64_t>(std::max(1, context));
    auto const trained = or_else(head.number("context_length"), places);
    LlmMemory memory;
    memory.cache = std::min(places, trained) * head.number("block_count") * key_heads * (key + value) * 2;
    memory.work = head.words() * (static_cast<std::uint64_t>(std::max(1, batch)) * sizeof(float) + bytes_of_a_word);
    memory.repacked = repacked_bytes(head);
    return memory;
}

} // namespace echollama
