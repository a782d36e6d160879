// GGUF model files: what the check lets through, ggml's own reader must open, and find the same number of things in it.
#include "formats/gguf_writer.h"
#include "fuzz.h"
#include "llm/llm_memory.h"
#include "nn/gguf_head.h"

#include <gguf.h>

#include <cstdlib>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    auto const language = [](auto const& path) {
        convert::GgufWriter writer("llama");
        for (char const* key : {"block_count", "embedding_length", "attention.head_count", "context_length"}) {
            writer.set(std::string("llama.") + key, std::uint32_t{32});
        }
        writer.set("llama.attention.head_count_kv", std::vector<std::int32_t>{8, 4});
        writer.set("tokenizer.ggml.tokens", std::vector<std::string>{"a", "b"});
        writer.add("matrix", {32, 2}, std::vector<float>(64, 1), convert::WeightType::q8_0);
        writer.write(path);
    };
    return {written("language.gguf", language), written("toy.gguf", [](auto const& path) {
                convert::GgufWriter writer("toy");
                writer.set("toy.count", std::uint32_t{7});
                writer.set("toy.scale", 0.5F);
                writer.set("toy.flag", true);
                writer.set("toy.list", std::vector<std::int32_t>{3, 1, 2});
                writer.set("toy.names", std::vector<std::string>{"cat", "dog"});
                std::vector<float> const values(64, 1);
                writer.add("matrix", {32, 2}, values, convert::WeightType::q8_0);
                writer.add("half", {16, 4}, values, convert::WeightType::f16);
                writer.add("bias", {64}, values, convert::WeightType::f32);
                writer.write(path);
            })};
}

void run(Input input) {
    MemoryFile const file(input);
    llm_memory(file.path());
    auto const head = nn::read_gguf_head(file.path());
    gguf_init_params const no_values{true, nullptr};
    auto* const opened = gguf_init_from_file(file.path().c_str(), no_values);
    if (!opened || gguf_get_n_kv(opened) != static_cast<std::int64_t>(head.values.size()) ||
        gguf_get_n_tensors(opened) != static_cast<std::int64_t>(head.tensors.size())) {
        std::abort();
    }
    gguf_free(opened);
}

} // namespace echollama::fuzz
