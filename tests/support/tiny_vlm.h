// Small models that llama.cpp's libmtmd reads: an mmproj as Moondream2's own script wrote it (create_gguf.py at
// c1ccd26), and a chat model of the LLaMA layout.
#pragma once

#include "convert/hf_tokenizer.h"
#include "formats/gguf_writer.h"
#include "support/moondream.h"

#include <ggml.h>
#include <gguf.h>

namespace echollama::test {

// The encoder and the narrow projection of tiny_moondream(march_2024). As in the original file: the last block twice,
// feed-forward matrices under each other's names.
inline std::filesystem::path tiny_mmproj(std::filesystem::path const& path) {
    std::map<std::string, SyntheticTensor> tensors;
    for (auto const& file : {"moondream/weights.tsv", "moondream/weights-narrow.tsv"}) {
        for (auto const& tensor : synthetic_weights(data(file))) {
            tensors[tensor.name] = tensor;
        }
    }
    convert::GgufWriter writer("clip");
    writer.set("clip.has_text_encoder", false);
    writer.set("clip.has_vision_encoder", true);
    writer.set("clip.has_llava_projector", true);
    writer.set("clip.use_gelu", true);
    writer.set("clip.projector_type", std::string("mlp"));
    writer.set("clip.vision.image_mean", std::vector<float>{0.5F, 0.5F, 0.5F});
    writer.set("clip.vision.image_std", std::vector<float>{0.5F, 0.5F, 0.5F});
    writer.set("clip.vision.attention.layer_norm_epsilon", 1e-6F);
    for (auto [key, value] : {std::pair{"image_size", 378U},
                              {"patch_size", 14U},
                              {"embedding_length", 96U},
                              {"feed_forward_length", 144U},
                              {"projection_dim", 128U},
                              {"attention.head_count", 16U},
                              {"block_count", 3U}}) {
        writer.set(std::string("clip.vision.") + key, value);
    }
    auto add = [&](std::string const& name, std::string const& source, std::vector<std::int64_t> shape = {},
                   std::size_t part = 0, std::size_t parts = 1) {
        auto const& tensor = tensors.at(source);
        auto values = tensor.values();
        auto count = values.size() / parts;
        if (shape.empty()) {
            shape.assign(tensor.shape.rbegin(), tensor.shape.rend());
            shape.back() /= static_cast<std::int64_t>(parts);
        }
        writer.add(name, shape, std::span(values).subspan(part * count, count), convert::WeightType::f32);
    };
    std::string const visual = "vision_encoder.encoder.model.visual.", projection = "vision_encoder.projection.mlp.";
    add("v.position_embd.weight", visual + "pos_embed", {96, 729});
    add("v.patch_embd.weight", visual + "patch_embed.linear.weight", {14, 14, 3, 96});
    add("v.patch_embd.bias", visual + "patch_embed.linear.bias");
    for (std::string const part : {".weight", ".bias"}) {
        add("v.post_ln" + part, visual + "norm" + part);
        add("mm.0" + part, projection + "fc1" + part);
        add("mm.2" + part, projection + "fc2" + part);
        for (int i = 0; i < 3; ++i) {
            auto const name = "v.blk." + std::to_string(i) + ".";
            auto const source = visual + "blocks." + std::to_string(std::min(i, 1)) + ".";
            for (std::size_t k = 0; k < 3; ++k) {
                add(name + "attn_" + "qkv"[k] + part, source + "attn.qkv" + part, {}, k, 3);
            }
            add(name + "attn_out" + part, source + "attn.proj" + part);
            add(name + "ln1" + part, source + "norm1" + part);
            add(name + "ln2" + part, source + "norm2" + part);
            add(name + "ffn_down" + part, source + "mlp.fc1" + part);
            add(name + "ffn_up" + part, source + "mlp.fc2" + part);
        }
    }
    writer.write(path);
    return path;
}

// The same model as the files that are published for llama.cpp: without a word on how text is split, and in the one of
// 2025 with a chat template.
inline std::filesystem::path as_published_for_llama(std::filesystem::path const& text,
                                                    std::filesystem::path const& path, bool of_2025) {
    ggml_context* tensors = nullptr;
    auto* source = gguf_init_from_file(text.c_str(), {.no_alloc = false, .ctx = &tensors});
    auto* file = gguf_init_empty();
    gguf_set_kv(file, source);
    gguf_remove_key(file, "tokenizer.ggml.pre");
    if (of_2025) {
        gguf_set_val_str(file, "tokenizer.chat_template", "{{ 'USER: ' + messages[0].content + ' ASSISTANT:' }}");
    }
    for (std::int64_t i = 0; i < gguf_get_n_tensors(source); ++i) {
        gguf_add_tensor(file, ggml_get_tensor(tensors, gguf_get_tensor_name(source, i)));
    }
    gguf_write_to_file(file, path.c_str(), false);
    gguf_free(file);
    gguf_free(source);
    ggml_free(tensors);
    return path;
}

struct TinyChat {
    std::string begin = "<|im_start|>", end = "<|im_end|>"; // the special tokens of its template
    std::string chat_template = {};                         // empty: ChatML with them
    std::string architecture = "llama";                     // "qwen2vl" and "gemma3" as well
    bool image_marks = false;                               // SmolVLM's tokens around a picture
};

// Adds tensors whose numbers come from their names.
struct NamedTensors {
    convert::GgufWriter& writer;

    void add(std::string const& name, std::vector<std::int64_t> const& shape, float scale, float offset = 0) const {
        auto count = static_cast<std::size_t>(convert::element_count(shape));
        writer.add(name, shape, values_from_name(name, count, scale, offset), convert::WeightType::f32);
    }
    void norm(std::string const& name, std::int64_t width) const { add(name, {width}, 0.1F, 1); }
};

// A language model of one layer and width 128 with Moondream's tokenizer and a chat template.
inline std::filesystem::path tiny_chat_model(std::filesystem::path const& path, TinyChat const& chat = {}) {
    auto const& arch = chat.architecture;
    convert::GgufWriter writer(arch);
    for (auto [key, value] : {std::pair{"context_length", 2048U},
                              {"embedding_length", 128U},
                              {"feed_forward_length", 256U},
                              {"block_count", 1U},
                              {"attention.head_count", 4U},
                              {"attention.head_count_kv", 2U},
                              {"attention.key_length", 32U},
                              {"attention.value_length", 32U},
                              {"rope.dimension_count", 32U}}) {
        writer.set(arch + "." + key, value);
    }
    writer.set(arch + ".attention.layer_norm_rms_epsilon", 1e-5F);
    writer.set(arch + ".rope.freq_base", 10000.0F);
    if (arch == "qwen2vl") {
        writer.set("qwen2vl.rope.dimension_sections", std::vector<std::int32_t>{4, 6, 6, 0});
    }
    auto tokenizer = convert::read_hf_tokenizer(data("moondream/tokenizer.json"), 384);
    for (std::size_t i = 0; i < 2; ++i) { // two of the unused ones become the template's marks
        tokenizer.tokens[382 + i] = i == 0 ? chat.begin : chat.end;
        tokenizer.types[382 + i] = convert::TokenType::control;
    }
    for (std::size_t i = 0; chat.image_marks && i < 3; ++i) {
        tokenizer.tokens[377 + i] = std::vector<std::string>{"<fake_token_around_image>", "<global-img>", "\n\n"}[i];
        tokenizer.types[377 + i] = convert::TokenType::control;
    }
    convert::add_tokenizer(writer, tokenizer);
    writer.set("tokenizer.ggml.bos_token_id", static_cast<std::uint32_t>(tokenizer.find("<|endoftext|>")));
    writer.set("tokenizer.ggml.eos_token_id", 383U);
    writer.set("tokenizer.ggml.add_bos_token", false);
    auto chatml = "{% for m in messages %}" + chat.begin + "{{ m.role }}\n{{ m.content }}" + chat.end +
                  "\n{% endfor %}" + chat.begin + "assistant\n";
    writer.set("tokenizer.chat_template", chat.chat_template.empty() ? chatml : chat.chat_template);
    NamedTensors const tensors{writer};
    tensors.add("token_embd.weight", {128, 384}, 0.8F);
    tensors.norm("output_norm.weight", 128);
    tensors.add("output.weight", {128, 384}, 0.2F);
    tensors.norm("blk.0.attn_norm.weight", 128);
    tensors.add("blk.0.attn_q.weight", {128, 128}, 0.3F);
    tensors.add("blk.0.attn_k.weight", {128, 64}, 0.3F);
    tensors.add("blk.0.attn_v.weight", {128, 64}, 0.3F);
    tensors.add("blk.0.attn_output.weight", {128, 128}, 0.3F);
    tensors.norm("blk.0.ffn_norm.weight", 128);
    tensors.add("blk.0.ffn_gate.weight", {128, 256}, 0.3F);
    tensors.add("blk.0.ffn_up.weight", {128, 256}, 0.3F);
    tensors.add("blk.0.ffn_down.weight", {256, 128}, 0.3F);
    if (arch == "gemma3") {
        tensors.norm("blk.0.attn_q_norm.weight", 32);
        tensors.norm("blk.0.attn_k_norm.weight", 32);
        tensors.norm("blk.0.post_attention_norm.weight", 128);
        tensors.norm("blk.0.post_ffw_norm.weight", 128);
    }
    writer.write(path);
    return path;
}

// A vision encoder of two blocks and width 64 for pictures of 56 pixels, with the projector of SmolVLM ("idefics3"),
// Gemma 3 ("gemma3") or Qwen2-VL ("qwen2vl_merger") to rows of `out` numbers.
inline std::filesystem::path tiny_eyes(std::filesystem::path const& path, std::string const& projector,
                                       std::int64_t out = 128) {
    bool const qwen = projector == "qwen2vl_merger";
    convert::GgufWriter writer("clip");
    writer.set("clip.has_vision_encoder", true);
    writer.set("clip.use_gelu", true);
    writer.set("clip.projector_type", projector);
    writer.set("clip.vision.image_mean", std::vector<float>{0.5F, 0.5F, 0.5F});
    writer.set("clip.vision.image_std", std::vector<float>{0.5F, 0.5F, 0.5F});
    writer.set("clip.vision.attention.layer_norm_epsilon", 1e-6F);
    for (auto [key, value] : {std::pair{"image_size", 56U},
                              {"patch_size", 14U},
                              {"preproc_image_size", 112U},
                              {"embedding_length", 64U},
                              {"feed_forward_length", 96U},
                              {"projection_dim", static_cast<unsigned>(out)},
                              {"projector.scale_factor", 2U},
                              {"attention.head_count", 4U},
                              {"block_count", 2U}}) {
        writer.set(std::string("clip.vision.") + key, value);
    }
    NamedTensors const tensors{writer};
    tensors.add("v.patch_embd.weight", {14, 14, 3, 64}, 0.1F);
    if (qwen) {
        tensors.add("v.patch_embd.weight.1", {14, 14, 3, 64}, 0.1F);
        tensors.add("mm.0.weight", {256, 256}, 0.1F);
        tensors.add("mm.0.bias", {256}, 0.1F);
        tensors.add("mm.2.weight", {256, out}, 0.1F);
        tensors.add("mm.2.bias", {out}, 0.1F);
    } else {
        tensors.add("v.patch_embd.bias", {64}, 0.1F);
        tensors.add("v.position_embd.weight", {64, 16}, 0.5F);
    }
    if (projector == "idefics3") {
        tensors.add("mm.model.fc.weight", {256, out}, 0.1F);
    }
    if (projector == "gemma3") {
        tensors.norm("mm.soft_emb_norm.weight", 64);
        tensors.add("mm.input_projection.weight", {out, 64}, 0.1F);
    }
    auto norm = [&](std::string const& name) {
        tensors.norm(name + ".weight", 64);
        tensors.add(name + ".bias", {64}, 0.1F);
    };
    norm("v.post_ln");
    for (std::string const block : {"v.blk.0.", "v.blk.1."}) {
        norm(block + "ln1");
        norm(block + "ln2");
        for (char const* part : {"attn_q", "attn_k", "attn_v", "attn_out"}) {
            tensors.add(block + part + ".weight", {64, 64}, 0.2F);
            tensors.add(block + part + ".bias", {64}, 0.1F);
        }
        tensors.add(block + "ffn_up.weight", {64, 96}, 0.2F);
        tensors.add(block + "ffn_up.bias", {96}, 0.1F);
        tensors.add(block + "ffn_down.weight", {96, 64}, 0.2F);
        tensors.add(block + "ffn_down.bias", {64}, 0.1F);
    }
    writer.write(path);
    return path;
}

} // namespace echollama::test
