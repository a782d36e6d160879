// A tiny LLaMA with random weights and a vocabulary, data for it, and configurations of runs over them.
#pragma once

#include "support/synthetic.h"
#include "train/run.h"

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

namespace echollama::test {

inline constexpr int tiny_vocabulary = 512;

inline SyntheticTensor random_tensor(std::string const& name, std::vector<std::int64_t> const& shape, float scale,
                                     float offset = 0) {
    auto const count = static_cast<std::size_t>(convert::element_count(shape));
    return {name, shape, [=] { return values_from_name("tiny." + name, count, scale, offset); }};
}

// A published model's folder: two layers of width 32, two heads of 16 with one key and value head, tied.
inline void write_tiny_model(std::filesystem::path const& folder, int vocabulary = tiny_vocabulary) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config.json")
        << R"({"model_type":"llama","vocab_size":)" << vocabulary
        << R"(,"hidden_size":32,"num_hidden_layers":2,"intermediate_size":64,)"
        << R"("num_attention_heads":2,"num_key_value_heads":1,"head_dim":16,"max_position_embeddings":256,)"
        << R"("rms_norm_eps":1e-5,"rope_theta":10000,"tie_word_embeddings":true,"hidden_act":"silu"})";
    for (char const* name : {"tokenizer.json", "tokenizer_config.json"}) {
        std::filesystem::copy_file(data(std::string("tokenizers/llama3/") + name), folder / name);
    }
    std::vector<SyntheticTensor> tensors = {random_tensor("model.embed_tokens.weight", {vocabulary, 32}, 0.3F),
                                            random_tensor("model.norm.weight", {32}, 0.1F, 1)};
    for (std::string layer : {"0", "1"}) {
        auto const prefix = "model.layers." + layer + ".";
        auto add = [&](std::string const& name, std::vector<std::int64_t> const& shape) {
            bool const norm = shape.size() == 1;
            tensors.push_back(random_tensor(prefix + name + ".weight", shape, norm ? 0.1F : 0.25F, norm ? 1.0F : 0.0F));
        };
        add("input_layernorm", {32});
        add("post_attention_layernorm", {32});
        add("self_attn.q_proj", {32, 32});
        add("self_attn.k_proj", {16, 32});
        add("self_attn.v_proj", {16, 32});
        add("self_attn.o_proj", {32, 32});
        add("mlp.gate_proj", {64, 32});
        add("mlp.up_proj", {64, 32});
        add("mlp.down_proj", {32, 64});
    }
    write_safetensors(folder / "model.safetensors", tensors);
}

inline std::string random_ids(std::string const& name, std::size_t count) {
    std::string text = "[";
    for (int code : codes_from_name("tiny." + name, count)) {
        text += (text.size() > 1 ? "," : "") + std::to_string(code % tiny_vocabulary);
    }
    return text + "]";
}

// Pairs of tokens without meaning.
inline void write_pairs(std::filesystem::path const& file, int count) {
    std::ofstream out(file);
    for (int i = 0; i < count; ++i) {
        auto const n = std::to_string(i);
        auto const length = static_cast<std::size_t>(3 + i % 7);
        out << R"({"prompt_ids":)" << random_ids(n + ".prompt", 4 + length) << R"(,"chosen_ids":)"
            << random_ids(n + ".chosen", length) << R"(,"rejected_ids":)" << random_ids(n + ".rejected", length + 2)
            << "}\n";
    }
}

// A folder with the model, 32 pairs, and a run's configuration.
struct TinyRun {
    TempDir folder;
    std::string settings = "[optimizer]\nlearning_rate = 0.01\nlr_scheduler = \"constant\"\n"
                           "[lora]\nr = 4\nalpha = 8\n";
    std::string evaluates = {}; // a line of [data]
    std::string run_settings = "micro_batch_size = 4\ngradient_accumulation_steps = 2\nnum_epochs = 5\n";

    TinyRun() {
        write_tiny_model(folder / "model");
        write_pairs(folder / "pairs.jsonl", 32);
    }
    std::string text(std::string const& output = "run") const {
        return "[model]\nbase_model = \"model\"\n[data]\ntrain = \"pairs.jsonl\"\n" + evaluates + settings +
               "[run]\noutput_dir = \"" + output + "\"\n" + run_settings;
    }
    train::TrainConfig config(std::string const& output = "run") const {
        return train::parse_config(text(output), "tiny.toml", folder.path());
    }
};

} // namespace echollama::test
