// GGUF files of models that are trained.
#include "fuzz.h"
#include "train/model/llama_files.h"

namespace echollama::fuzz {
namespace {

// One layer of width 32, two heads of 16; the matrices in `type`.
void write_tiny(std::filesystem::path const& path, convert::WeightType type, bool tied) {
    convert::GgufWriter writer("llama");
    auto set = [&](char const* key, std::uint32_t value) { writer.set(std::string("llama.") + key, value); };
    set("context_length", 64);
    set("embedding_length", 32);
    set("block_count", 1);
    set("feed_forward_length", 64);
    set("attention.head_count", 2);
    set("attention.head_count_kv", 1);
    writer.set("llama.attention.layer_norm_rms_epsilon", 1e-5F);
    writer.set("llama.rope.freq_base", 10000.0F);
    auto add = [&](std::string const& name, std::int64_t columns, std::int64_t rows) {
        std::vector<float> const values(static_cast<std::size_t>(columns * std::max<std::int64_t>(rows, 1)), 0.5F);
        std::vector<std::int64_t> shape = {columns};
        if (rows > 0) {
            shape.push_back(rows);
        }
        writer.add(name + ".weight", shape, values, rows > 0 ? type : convert::WeightType::f32);
    };
    add("token_embd", 32, 5);
    add("rope_freqs", 8, 0);
    add("blk.0.attn_norm", 32, 0);
    add("blk.0.ffn_norm", 32, 0);
    add("blk.0.attn_q", 32, 32);
    add("blk.0.attn_k", 32, 16);
    add("blk.0.attn_v", 32, 16);
    add("blk.0.attn_output", 32, 32);
    add("blk.0.ffn_gate", 32, 64);
    add("blk.0.ffn_up", 32, 64);
    add("blk.0.ffn_down", 64, 32);
    add("output_norm", 32, 0);
    if (!tied) {
        add("output", 32, 5);
    }
    writer.write(path);
}

} // namespace

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    for (auto type : {convert::WeightType::f32, convert::WeightType::q8_0}) {
        all.push_back(
            written("tiny.gguf", [&](auto const& path) { write_tiny(path, type, type == convert::WeightType::f32); }));
    }
    return all;
}

void run(Input input) {
    MemoryFile const file(input);
    train::read_gguf_llama(file.path());
}

} // namespace echollama::fuzz
