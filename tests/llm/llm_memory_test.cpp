// What a model file's head says of its memory.
#include "llm/llm_memory.h"
#include "support/support.h"

#include <ggml-cpp.h>
#include <gguf.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace echollama {
namespace {

struct Shape {
    std::uint32_t layers = 2, width = 256, heads = 4, key_heads = 2, trained = 8192, words = 10;
    ggml_type type = GGML_TYPE_F16;
};

// A language model of two matrices: one for looking words up, one of a layer.
void write_model(std::filesystem::path const& file, Shape const& shape) {
    gguf_context_ptr gguf(gguf_init_empty());
    gguf_set_val_str(gguf.get(), "general.architecture", "llama");
    for (auto const& [key, value] :
         {std::pair{"block_count", shape.layers}, std::pair{"embedding_length", shape.width},
          std::pair{"attention.head_count", shape.heads}, std::pair{"attention.head_count_kv", shape.key_heads},
          std::pair{"context_length", shape.trained}}) {
        gguf_set_val_u32(gguf.get(), (std::string("llama.") + key).c_str(), value);
    }
    std::vector<char const*> words(shape.words, "w");
    gguf_set_arr_str(gguf.get(), "tokenizer.ggml.tokens", words.data(), words.size());
    ggml_context_ptr tensors(ggml_init({1 << 24, nullptr, false}));
    for (char const* name : {"token_embd.weight", "blk.0.ffn_up.weight"}) {
        auto* tensor = ggml_new_tensor_2d(tensors.get(), shape.type, shape.width, 16);
        ggml_set_name(tensor, name);
        std::fill_n(static_cast<char*>(tensor->data), ggml_nbytes(tensor), '\0');
        gguf_add_tensor(gguf.get(), tensor);
    }
    gguf_write_to_file(gguf.get(), file.c_str(), false);
}

TEST(LlmMemory, IsTheCacheTheLogitsAndWhatIsRepacked) {
    test::TempDir dir;
    write_model(dir / "m.gguf", {});
    auto const memory = llm_memory(dir / "m.gguf", 4096, 64);
    EXPECT_EQ(memory.cache, 4096U * 2 * 2 * (64 + 64) * 2); // places, layers, heads of keys, a key and a value, bytes
    EXPECT_EQ(memory.work, 10U * (64 * 4 + 150));
    EXPECT_EQ(memory.repacked, 0U);
    write_model(dir / "short.gguf", {.trained = 512});
    EXPECT_EQ(llm_memory(dir / "short.gguf", 4096, 64).cache, memory.cache / 8) << "never more than it was trained for";
    write_model(dir / "q.gguf", {.type = GGML_TYPE_Q4_K});
    EXPECT_EQ(llm_memory(dir / "q.gguf").repacked, 256U * 16 / 256 * 144) << "one of both matrices";
}

TEST(LlmMemory, WhatIsNoLanguageModelTakesNothing) {
    test::TempDir dir;
    std::ofstream(dir / "noise.gguf") << "GGUF and then nothing of use";
    EXPECT_EQ(llm_memory(dir / "noise.gguf").total(), 0U);
    EXPECT_EQ(llm_memory(dir / "absent.gguf").total(), 0U);
}

} // namespace
} // namespace echollama
