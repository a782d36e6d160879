// Models at the size of real ones with weights made from their names, for measuring where none can be fetched: their
// times are those of the real ones, what they say is nonsense.
#pragma once

#include "convert/detr.h"
#include "convert/midas.h"
#include "convert/published.h"
#include "convert/snac.h"
#include "support/ct2_writer.h"
#include "support/golden_snac.h"
#include "support/llama_words.h"
#include "support/moondream.h"
#include "support/synthetic.h"

#include <ggml-cpp.h>
#include <ggml.h>
#include <gguf.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace echollama::bench {

namespace fs = std::filesystem;

struct LlamaShape {
    std::int64_t width = 0, layers = 0, heads = 0, key_heads = 0, feed = 0, words = 0;
};
inline constexpr LlamaShape llama_1b{2048, 16, 32, 8, 8192, 128256}; // Llama-3.2-1B
inline constexpr LlamaShape orpheus_3b{3072, 28, 24, 8, 8192, 156940};
inline constexpr LlamaShape tiny_llama{256, 2, 4, 2, 256, 128256}, tiny_orpheus{256, 2, 4, 2, 256, 156940};

// Some rows of numbers from the tensor's name, quantised as llama.cpp does, again and again.
inline void fill_rows(ggml_tensor* tensor) {
    auto const rows = std::min<std::int64_t>(ggml_nrows(tensor), 64), row = tensor->ne[0];
    auto const numbers = test::values_from_name(tensor->name, static_cast<std::size_t>(rows * row), 0.03F);
    std::vector<char> some(static_cast<std::size_t>(rows) * ggml_row_size(tensor->type, row));
    ggml_quantize_chunk(tensor->type, numbers.data(), some.data(), 0, rows, row, nullptr);
    auto* const data = static_cast<char*>(tensor->data);
    for (std::size_t at = 0, all = ggml_nbytes(tensor); at < all; at += some.size()) {
        std::memcpy(data + at, some.data(), std::min(some.size(), all - at));
    }
}

// A LLaMA in that type, words and output alike.
inline void write_llama(fs::path const& file, LlamaShape const& s, ggml_type type) {
    gguf_context_ptr gguf(gguf_init_empty());
    gguf_set_val_str(gguf.get(), "general.architecture", "llama");
    auto const head = s.width / s.heads;
    for (auto const& [key, value] : {std::pair{"context_length", std::int64_t{8192}},
                                     {"embedding_length", s.width},
                                     {"block_count", s.layers},
                                     {"feed_forward_length", s.feed},
                                     {"attention.head_count", s.heads},
                                     {"attention.head_count_kv", s.key_heads},
                                     {"rope.dimension_count", head},
                                     {"vocab_size", s.words}}) {
        gguf_set_val_u32(gguf.get(), (std::string("llama.") + key).c_str(), static_cast<std::uint32_t>(value));
    }
    gguf_set_val_f32(gguf.get(), "llama.attention.layer_norm_rms_epsilon", 1e-5F);
    test::LlamaWords const words(s.words);
    std::vector<char const*> texts;
    for (auto const& word : words.texts) {
        texts.push_back(word.c_str());
    }
    char const* merge = "u n";
    gguf_set_val_str(gguf.get(), "tokenizer.ggml.model", "gpt2");
    gguf_set_val_str(gguf.get(), "tokenizer.ggml.pre", "llama-bpe");
    gguf_set_arr_str(gguf.get(), "tokenizer.ggml.tokens", texts.data(), texts.size());
    gguf_set_arr_data(gguf.get(), "tokenizer.ggml.token_type", GGUF_TYPE_INT32, words.types.data(), words.types.size());
    gguf_set_arr_str(gguf.get(), "tokenizer.ggml.merges", &merge, 1);
    gguf_set_val_u32(gguf.get(), "tokenizer.ggml.bos_token_id", test::LlamaWords::begin);
    gguf_set_val_u32(gguf.get(), "tokenizer.ggml.eos_token_id", test::LlamaWords::end);

    struct Entry {
        std::string name;
        std::int64_t in, out; // out 0: a norm
    };
    std::vector<Entry> entries{{"token_embd.weight", s.width, s.words}, {"output_norm.weight", s.width, 0}};
    for (std::int64_t i = 0; i < s.layers; ++i) {
        auto const block = "blk." + std::to_string(i) + ".";
        auto const narrow = s.key_heads * head;
        for (auto const& [name, in, out] : {Entry{"attn_norm", s.width, 0},
                                            {"ffn_norm", s.width, 0},
                                            {"attn_q", s.width, s.width},
                                            {"attn_k", s.width, narrow},
                                            {"attn_v", s.width, narrow},
                                            {"attn_output", s.width, s.width},
                                            {"ffn_gate", s.width, s.feed},
                                            {"ffn_up", s.width, s.feed},
                                            {"ffn_down", s.feed, s.width}}) {
            entries.push_back({block + name + ".weight", in, out});
        }
    }
    std::size_t bytes = 0;
    for (auto const& e : entries) {
        bytes += ggml_tensor_overhead() + 64 +
                 (e.out == 0 ? static_cast<std::size_t>(e.in) * sizeof(float)
                             : static_cast<std::size_t>(e.out) * ggml_row_size(type, e.in));
    }
    ggml_context_ptr tensors(ggml_init({bytes, nullptr, false}));
    for (auto const& e : entries) {
        auto* const tensor = e.out == 0 ? ggml_new_tensor_1d(tensors.get(), GGML_TYPE_F32, e.in)
                                        : ggml_new_tensor_2d(tensors.get(), type, e.in, e.out);
        ggml_set_name(tensor, e.name.c_str());
        if (e.out == 0) {
            std::fill_n(static_cast<float*>(tensor->data), e.in, 1.0F);
        } else {
            fill_rows(tensor);
        }
        gguf_add_tensor(gguf.get(), tensor);
    }
    gguf_write_to_file(gguf.get(), file.c_str(), false);
}

// "detr", "dpt-hybrid", "midas-small" or "snac", from the golden weights of that name, as they are converted.
inline void write_network(fs::path const& file, std::string const& name, convert::WeightType type) {
    if (name == "snac") {
        return convert::convert_snac(test::golden_snac(), file, type);
    }
    auto published = file;
    published.replace_extension(".safetensors");
    test::write_safetensors(published, test::synthetic_weights(test::golden(name + "/weights.tsv")));
    auto const checkpoint = convert::open_checkpoint(published);
    (name == "detr"          ? convert::convert_detr
     : name == "midas-small" ? convert::convert_midas_small
                             : convert::convert_dpt_hybrid)(checkpoint, file, type);
    fs::remove(published);
}

// Moondream2 of 2025 at its real size: the text model; the vision encoder beside it.
inline void write_moondream(fs::path const& text, std::string const& type) {
    auto const folder = text.parent_path();
    std::vector<test::SyntheticTensor> tensors;
    for (auto const& row : test::read_table(test::data("moondream/real-shapes.tsv"))) {
        auto const name = row.at("name");
        auto const shape = test::parse_shape(row.at("shape"));
        bool const norm = (name.find("norm") != std::string::npos || name.find("ln.") != std::string::npos) &&
                          name.ends_with("weight");
        std::size_t count = 1;
        for (auto const size : shape) {
            count *= static_cast<std::size_t>(size);
        }
        tensors.push_back(
            {name, shape, [=] { return test::values_from_name(name, count, 0.02F, norm ? 1.0F : 0.0F); }});
    }
    tensors.push_back( // only the weights of 2025 have it
        {"region_model.coordinate_encoder.weight", {4, 4}, [] { return std::vector<float>(16, 0.0F); }});
    test::write_safetensors(folder / "model.safetensors", tensors);
    fs::copy_file(test::data("moondream/tokenizer.json"), folder / "tokenizer.json",
                  fs::copy_options::overwrite_existing);
    convert::convert_published(folder / "model.safetensors", text, convert::parse_weight_type(type));
    fs::remove(folder / "model.safetensors");
}

// Whisper for English in whisper.cpp's format: numbers in a row and layers on each side (tiny: 384 and 4).
class WhisperWriter {
  public:
    WhisperWriter(std::int32_t width, std::int32_t layers) : n_(width) {
        constexpr std::int32_t words = 51864, sound = 1500, text = 448, mels = 80, bins = 201, f16 = 1;
        for (std::int32_t const number :
             {0x67676d6c, words, sound, n_, n_ / 64, layers, text, n_, n_ / 64, layers, mels, f16, mels, bins}) {
            test::put(bytes_, number);
        }
        for (int i = 0; i < mels * bins; ++i) {
            test::put(bytes_, i % bins / 3 == i / bins ? 0.1F : 0.0F);
        }
        test::put(bytes_, std::int32_t{50257});
        for (int i = 0; i < 50257; ++i) {
            // whisper.cpp looks the first three up
            auto const word = i < 3 ? std::array<std::string, 3>{" ", " -", " '"}[static_cast<std::size_t>(i)]
                                    : " w" + std::to_string(i);
            test::put(bytes_, static_cast<std::int32_t>(word.size()));
            bytes_ += word;
        }
        small("encoder.positional_embedding", {n_, sound});
        large("encoder.conv1.weight", {3, mels, n_});
        small("encoder.conv1.bias", {1, n_});
        large("encoder.conv2.weight", {3, n_, n_});
        small("encoder.conv2.bias", {1, n_});
        norm("encoder.ln_post");
        small("decoder.positional_embedding", {n_, text});
        large("decoder.token_embedding.weight", {n_, words});
        norm("decoder.ln");
        for (std::int32_t i = 0; i < layers; ++i) {
            for (std::string const side : {"encoder", "decoder"}) {
                auto const block = side + ".blocks." + std::to_string(i) + ".";
                attention(block + "attn");
                if (side == "decoder") {
                    attention(block + "cross_attn");
                }
                norm(block + "mlp_ln");
                linear(block + "mlp.0", n_, 4 * n_);
                linear(block + "mlp.2", 4 * n_, n_);
            }
        }
    }
    void write(fs::path const& file) const { std::ofstream(file, std::ios::binary) << bytes_; }

  private:
    void tensor(std::string const& name, std::vector<std::int32_t> const& shape, bool half, float offset) {
        test::put(bytes_, static_cast<std::int32_t>(shape.size()));
        test::put(bytes_, static_cast<std::int32_t>(name.size()));
        test::put(bytes_, static_cast<std::int32_t>(half ? GGML_TYPE_F16 : GGML_TYPE_F32));
        std::size_t count = 1;
        for (auto const size : shape) {
            test::put(bytes_, size);
            count *= static_cast<std::size_t>(size);
        }
        bytes_ += name;
        for (float const value : test::values_from_name(name, count, 0.03F, offset)) {
            half ? test::put(bytes_, ggml_fp32_to_fp16(value)) : test::put(bytes_, value);
        }
    }
    void large(std::string const& name, std::vector<std::int32_t> const& shape) { tensor(name, shape, true, 0); }
    void small(std::string const& name, std::vector<std::int32_t> const& shape) { tensor(name, shape, false, 0); }
    void norm(std::string const& name) {
        tensor(name + ".weight", {n_}, false, 1);
        tensor(name + ".bias", {n_}, false, 0);
    }
    void linear(std::string const& name, std::int32_t in, std::int32_t out) {
        large(name + ".weight", {in, out});
        small(name + ".bias", {out});
    }
    void attention(std::string const& name) {
        norm(name + "_ln");
        linear(name + ".query", n_, n_);
        large(name + ".key.weight", {n_, n_});
        linear(name + ".value", n_, n_);
        linear(name + ".out", n_, n_);
    }

    std::int32_t n_;
    std::string bytes_;
};

} // namespace echollama::bench
