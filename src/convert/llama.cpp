#include "convert/llama.h"

#include "base/error.h"
#include "convert/hf_chat.h"
#include "formats/json_file.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

namespace echollama::convert {
namespace {

constexpr std::int64_t most_layers = 1024, most_width = 1 << 20, most_tokens = 1 << 24;

[[noreturn]] void refuse(std::filesystem::path const& config, std::string const& what) {
    throw Error("The model of " + config.string() + " " + what + "; fetch it as GGUF instead.");
}

// transformers 5 keeps everything about the rotation in rope_parameters, older files in rope_theta and rope_scaling.
void read_rope(Json const& json, std::filesystem::path const& config, LlamaShape& shape) {
    auto where = config.string();
    shape.rope_theta = number_of(json, "rope_theta", where, 10000);
    Json rope = Json::object();
    for (char const* key : {"rope_scaling", "rope_parameters"}) {
        if (auto found = json.find(key); found != json.end() && found->is_object()) {
            rope = *found;
        }
    }
    shape.rope_theta = number_of(rope, "rope_theta", where, shape.rope_theta);
    auto kind = text_of(rope, "rope_type", text_of(rope, "type", "default"));
    auto& scaling = shape.scaling;
    scaling.factor = number_of(rope, "factor", where, 1);
    if (kind == "llama3") {
        scaling.kind = LlamaRopeScaling::Kind::llama3;
        scaling.low = number_of(rope, "low_freq_factor", where, 1);
        scaling.high = number_of(rope, "high_freq_factor", where, 4);
        scaling.original = number_of(rope, "original_max_position_embeddings", where, 8192);
    } else if (kind == "linear") {
        scaling.kind = LlamaRopeScaling::Kind::linear;
    } else if (kind != "default") {
        refuse(config, "stretches positions in the way '" + kind + "', which is not supported");
    }
    bool sound = shape.rope_theta > 0 && scaling.factor >= 1 && scaling.low > 0 && scaling.high > scaling.low &&
                 scaling.original > 0;
    if (!sound) {
        refuse(config, "has impossible numbers for its positions");
    }
}

struct Part {
    char const* published;
    char const* ours;
    std::int64_t out, in; // in 0: a vector
    bool rotated = false;
};

// The matrices and vectors of one layer.
std::vector<Part> layer_parts(LlamaShape const& s) {
    auto q = s.heads * s.head;
    auto kv = s.kv_heads * s.head;
    return {
        {"input_layernorm", "attn_norm", s.width, 0},           {"self_attn.q_proj", "attn_q", q, s.width, true},
        {"self_attn.k_proj", "attn_k", kv, s.width, true},      {"self_attn.v_proj", "attn_v", kv, s.width},
        {"self_attn.o_proj", "attn_output", s.width, q},        {"post_attention_layernorm", "ffn_norm", s.width, 0},
        {"mlp.gate_proj", "ffn_gate", s.feed_forward, s.width}, {"mlp.up_proj", "ffn_up", s.feed_forward, s.width},
        {"mlp.down_proj", "ffn_down", s.width, s.feed_forward}};
}

struct LlamaConversion {
    Checkpoint const& file;
    LlamaShape const& shape;
    WeightType type;
    GgufWriter writer{"llama"};
    std::set<std::string> used = {};

    void check(std::string const& name, std::vector<std::int64_t> const& expected) {
        if (file.tensor(name).shape != expected) {
            throw Error("The tensor '" + name + "' of " + file.file() +
                        " has another shape than config.json says; the files belong to different models.");
        }
        used.insert(name);
    }

    void vector(std::string const& published, std::string const& ours, std::int64_t size, bool rotated) {
        check(published, {size});
        auto values = file.read(published);
        auto ordered = values;
        for (std::size_t i = 0; rotated && i < values.size(); ++i) {
            ordered[i] = values[static_cast<std::size_t>(published_row(static_cast<std::int64_t>(i), shape.head))];
        }
        writer.add(ours, {size}, ordered, WeightType::f32);
    }

    void matrix(std::string const& published, std::string const& ours, std::int64_t out, std::int64_t in,
                bool rotated) {
        check(published, {out, in});
        auto read = [&source = file, published](std::int64_t first, std::int64_t count) {
            return source.read_rows(published, first, count);
        };
        RowSource rows = read;
        if (rotated) {
            rows = [read, in, head = shape.head](std::int64_t first, std::int64_t count) {
                // whole heads around the block, of which rows are picked
                auto begin = first / head * head;
                auto end = (first + count + head - 1) / head * head;
                auto values = read(begin, end - begin);
                std::vector<float> ordered(static_cast<std::size_t>(count * in));
                for (std::int64_t i = 0; i < count; ++i) {
                    auto from = values.begin() + (published_row(first + i, head) - begin) * in;
                    std::copy(from, from + in, ordered.begin() + i * in);
                }
                return ordered;
            };
        }
        writer.add(ours, {in, out}, rows, type);
    }

    void add(Part const& part, std::string const& published, std::string const& ours) {
        if (part.in == 0) {
            vector(published + ".weight", ours + ".weight", part.out, false);
            return;
        }
        matrix(published + ".weight", ours + ".weight", part.out, part.in, part.rotated);
        if (file.has(published + ".bias")) {
            vector(published + ".bias", ours + ".bias", part.out, part.rotated);
        }
    }

    void tensors() {
        add({"", "", shape.vocabulary, shape.width}, "model.embed_tokens", "token_embd");
        auto divisors = rope_divisors(shape);
        if (!divisors.empty()) {
            writer.add("rope_freqs.weight", {static_cast<std::int64_t>(divisors.size())}, divisors, WeightType::f32);
        }
        for (std::int64_t i = 0; i < shape.layers; ++i) {
            for (auto const& part : layer_parts(shape)) {
                add(part, "model.layers." + std::to_string(i) + "." + part.published,
                    "blk." + std::to_string(i) + "." + part.ours);
            }
        }
        add({"", "", shape.width, 0}, "model.norm", "output_norm");
        if (!shape.tied) {
            add({"", "", shape.vocabulary, shape.width}, "lm_head", "output");
        }
        refuse_unknown();
    }

    // A tensor that is not understood would silently change what the model says.
    void refuse_unknown() const {
        for (auto const& tensor : file.tensors()) {
            bool harmless = tensor.name == "lm_head.weight" || tensor.name.ends_with("rotary_emb.inv_freq");
            if (!used.contains(tensor.name) && !harmless) {
                throw Error("The file " + file.file() + " holds '" + tensor.name +
                            "', which a LLaMA model does not have; fetch this model as GGUF instead.");
            }
        }
    }

    void values() {
        auto set = [&](char const* key, std::int64_t value) {
            writer.set("llama." + std::string(key), static_cast<std::uint32_t>(value));
        };
        writer.set("general.type", "model");
        writer.set("general.file_type", file_type_of(type));
        writer.set("general.quantization_version", std::uint32_t{2});
        set("vocab_size", shape.vocabulary);
        set("context_length", shape.context);
        set("embedding_length", shape.width);
        set("block_count", shape.layers);
        set("feed_forward_length", shape.feed_forward);
        set("attention.head_count", shape.heads);
        set("attention.head_count_kv", shape.kv_heads);
        set("attention.key_length", shape.head);
        set("attention.value_length", shape.head);
        set("rope.dimension_count", shape.head);
        writer.set("llama.attention.layer_norm_rms_epsilon", static_cast<float>(shape.norm_eps));
        writer.set("llama.rope.freq_base", static_cast<float>(shape.rope_theta));
        if (shape.scaling.kind == LlamaRopeScaling::Kind::linear) {
            writer.set("llama.rope.scaling.type", "linear");
            writer.set("llama.rope.scaling.factor", static_cast<float>(shape.scaling.factor));
        }
    }
};

} // namespace

LlamaShape read_llama_shape(std::filesystem::path const& config) {
    auto json = read_json(config);
    auto where = config.string();
    auto kind = text_of(json, "model_type", "llama");
    if (kind != "llama" && kind != "mistral") {
        refuse(config, "is of the kind '" + kind + "', not of the LLaMA family");
    }
    if (json.contains("quantization_config") && !json["quantization_config"].is_null()) {
        throw Error("The model of " + where + " is quantised already; fetch its unquantised files.");
    }
    auto activation = text_of(json, "hidden_act", "silu");
    if (activation != "silu") {
        refuse(config, "uses the activation '" + activation + "'");
    }
    if (integer_of(json, "num_local_experts", where, most_width, 0) > 1) {
        refuse(config, "is a mixture of experts");
    }
    LlamaShape s;
    s.vocabulary = integer_of(json, "vocab_size", where, most_tokens);
    s.width = integer_of(json, "hidden_size", where, most_width);
    s.layers = integer_of(json, "num_hidden_layers", where, most_layers);
    s.feed_forward = integer_of(json, "intermediate_size", where, most_width);
    s.heads = integer_of(json, "num_attention_heads", where, most_width);
    s.kv_heads = integer_of(json, "num_key_value_heads", where, most_width, s.heads);
    s.context = integer_of(json, "max_position_embeddings", where, INT32_MAX, 2048);
    s.norm_eps = number_of(json, "rms_norm_eps", where, 1e-6);
    s.tied = flag_of(json, "tie_word_embeddings", false);
    if (s.vocabulary < 1 || s.width < 1 || s.layers < 1 || s.feed_forward < 1 || s.heads < 1 || s.kv_heads < 1 ||
        s.heads % s.kv_heads != 0) {
        refuse(config, "has impossible sizes");
    }
    s.head = integer_of(json, "head_dim", where, most_width, s.width / s.heads);
    if (s.head < 2 || s.head % 2 != 0) {
        refuse(config, "has impossible sizes");
    }
    read_rope(json, config, s);
    return s;
}

// transformers, modeling_rope_utils.py, _compute_llama3_parameters.
std::vector<float> rope_divisors(LlamaShape const& shape) {
    auto const& scaling = shape.scaling;
    std::vector<float> divisors;
    if (scaling.kind != LlamaRopeScaling::Kind::llama3) {
        return divisors;
    }
    for (std::int64_t i = 0; i < shape.head / 2; ++i) {
        double frequency = std::pow(shape.rope_theta, -2.0 * static_cast<double>(i) / static_cast<double>(shape.head));
        double wavelength = 2 * std::numbers::pi / frequency;
        double divisor = 1;
        if (wavelength > scaling.original / scaling.low) {
            divisor = scaling.factor;
        } else if (wavelength >= scaling.original / scaling.high) {
            double smooth = (scaling.original / wavelength - scaling.low) / (scaling.high - scaling.low);
            divisor = 1 / ((1 - smooth) / scaling.factor + smooth);
        }
        divisors.push_back(static_cast<float>(divisor));
    }
    return divisors;
}

std::int64_t published_row(std::int64_t row, std::int64_t head) {
    auto in_head = row % head;
    return row - in_head + in_head % 2 * (head / 2) + in_head / 2;
}

bool is_llama(Checkpoint const& file) {
    return file.has("model.embed_tokens.weight") && file.has("model.layers.0.mlp.gate_proj.weight") &&
           file.has("model.layers.0.self_attn.q_proj.weight");
}

void convert_llama(Checkpoint const& file, std::filesystem::path const& output, WeightType type,
                   WriteOptions const& options) {
    auto folder = file.folder();
    if (!std::filesystem::exists(folder / "config.json")) {
        throw Error("There is no config.json beside " + file.file() +
                    "; download the whole model, not only its weights.");
    }
    auto shape = read_llama_shape(folder / "config.json");
    if (!std::filesystem::exists(folder / "tokenizer.json")) {
        throw Error("There is no tokenizer.json beside " + file.file() + "; download the whole model.");
    }
    auto tokenizer = read_hf_tokenizer(folder / "tokenizer.json", static_cast<std::size_t>(shape.vocabulary));
    LlamaConversion conversion{file, shape, type};
    conversion.values();
    add_tokenizer(conversion.writer, tokenizer);
    add_chat(conversion.writer, read_hf_chat(folder, tokenizer));
    conversion.tensors();
    conversion.writer.write(output, options);
}

} // namespace echollama::convert
