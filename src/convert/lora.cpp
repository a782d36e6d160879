// PEFT's LoRA adapters: y = W x + factor B (A x).
#include "base/error.h"
#include "convert/llama.h"
#include "formats/json_file.h"

#include <ggml-cpp.h>
#include <gguf.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace echollama::convert {
namespace {

constexpr std::int64_t most_rank = 1 << 16;

// What the adapter needs to know of its model.
struct Base {
    std::int64_t head = 0;
};

std::int64_t integer_value(gguf_context const* file, char const* key) {
    auto id = gguf_find_key(file, key);
    return id >= 0 && gguf_get_kv_type(file, id) == GGUF_TYPE_UINT32 ? gguf_get_val_u32(file, id) : 0;
}

Base base_of_gguf(std::filesystem::path const& path) {
    gguf_context_ptr file(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr}));
    if (!file) {
        throw Error("The base model " + path.string() + " is not a GGUF file or is damaged; name the right file.");
    }
    auto architecture = gguf_find_key(file.get(), "general.architecture");
    bool llama = architecture >= 0 && gguf_get_kv_type(file.get(), architecture) == GGUF_TYPE_STRING &&
                 std::string(gguf_get_val_str(file.get(), architecture)) == "llama";
    auto heads = integer_value(file.get(), "llama.attention.head_count");
    auto head = integer_value(file.get(), "llama.attention.key_length");
    if (head == 0 && heads > 0) {
        head = integer_value(file.get(), "llama.embedding_length") / heads;
    }
    if (!llama || head < 2 || head % 2 != 0) {
        throw Error("The base model " + path.string() + " is not of the LLaMA family; name the adapter's own model.");
    }
    return {head};
}

Base read_base(std::filesystem::path const& named, std::filesystem::path const& folder, Json const& adapter) {
    std::filesystem::path written = text_of(adapter, "base_model_name_or_path");
    std::vector<std::filesystem::path> places;
    if (!named.empty()) {
        places = {named, named / "config.json"};
    } else {
        places.push_back(folder / "config.json");
        if (!written.empty()) {
            places.push_back(written / "config.json");
        }
    }
    for (auto const& place : places) {
        if (std::filesystem::is_regular_file(place)) {
            return place.extension() == ".gguf" ? base_of_gguf(place) : Base{read_llama_shape(place).head};
        }
    }
    throw Error("The adapter does not say what its model looks like" +
                (written.empty() ? std::string() : " (it belongs to " + written.string() + ")") +
                "; name the model's folder or GGUF file with --base.");
}

// "base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight", also "….lora_A.default.weight"
struct Name {
    std::string module; // "model.layers.3.self_attn.q_proj"
    char part = 0;      // 'A' or 'B'; 0: something else
};

Name parse_name(std::string name) {
    constexpr std::string_view prefix = "base_model.model.";
    if (name.starts_with(prefix)) {
        name.erase(0, prefix.size());
    }
    auto at = name.find(".lora_");
    if (at == std::string::npos || !name.ends_with(".weight") || at + 7 > name.size()) {
        return {name, 0};
    }
    auto part = name[at + 6];
    return {name.substr(0, at), part == 'A' || part == 'B' ? part : '\0'};
}

constexpr std::pair<char const*, char const*> modules[] = {
    {"self_attn.q_proj", "attn_q"},      {"self_attn.k_proj", "attn_k"}, {"self_attn.v_proj", "attn_v"},
    {"self_attn.o_proj", "attn_output"}, {"mlp.gate_proj", "ffn_gate"},  {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"}};

// "model.layers.3.self_attn.q_proj" → "blk.3.attn_q"; empty when it is none of these.
std::string our_name(std::string const& module) {
    constexpr std::string_view prefix = "model.layers.";
    auto dot = module.find('.', prefix.size());
    if (module == "lm_head") {
        return "output";
    }
    if (!module.starts_with(prefix) || dot == std::string::npos || dot == prefix.size() ||
        module.find_first_not_of("0123456789", prefix.size()) != dot) {
        return "";
    }
    for (auto const& [published, ours] : modules) {
        if (module.substr(dot + 1) == published) {
            return "blk." + module.substr(prefix.size(), dot - prefix.size()) + "." + ours;
        }
    }
    return "";
}

// PEFT's rank_pattern and alpha_pattern: the key is the module's name or the end of it.
double of_module(Json const& adapter, char const* pattern, std::string const& module, double usual) {
    auto found = adapter.find(pattern);
    if (found != adapter.end() && found->is_object()) {
        for (auto const& [key, value] : found->items()) {
            if (value.is_number() && (module == key || module.ends_with("." + key))) {
                return value.get<double>();
            }
        }
    }
    return usual;
}

Json read_adapter_config(std::filesystem::path const& folder) {
    auto path = folder / "adapter_config.json";
    if (!std::filesystem::is_regular_file(path)) {
        throw Error("There is no adapter_config.json beside the adapter in " + folder.string() +
                    "; download the whole adapter.");
    }
    auto json = read_json(path);
    auto bias = text_of(json, "bias", "none");
    if (text_of(json, "peft_type", "LORA") != "LORA" || flag_of(json, "use_dora", false) ||
        flag_of(json, "fan_in_fan_out", false) || bias != "none") {
        throw Error("The adapter of " + path.string() +
                    " is not a plain LoRA (no DoRA, no biases); merge it into its model and convert that.");
    }
    return json;
}

std::map<std::string, std::map<char, std::string>> pairs_of(Checkpoint const& file) {
    std::map<std::string, std::map<char, std::string>> pairs;
    for (auto const& tensor : file.tensors()) {
        auto name = parse_name(tensor.name);
        if (name.part == 0 || our_name(name.module).empty()) {
            throw Error("The adapter " + file.file() + " changes '" + name.module +
                        "', which cannot be applied at run time; merge it into its model and convert that.");
        }
        pairs[name.module][name.part] = tensor.name;
    }
    return pairs;
}

} // namespace

bool is_lora(Checkpoint const& file) {
    return std::any_of(file.tensors().begin(), file.tensors().end(),
                       [](auto const& tensor) { return parse_name(tensor.name).part == 'A'; });
}

void convert_lora(Checkpoint const& file, std::filesystem::path const& output, WeightType type,
                  std::filesystem::path const& base, WriteOptions const& options) {
    auto folder = file.path().parent_path();
    auto adapter = read_adapter_config(folder);
    auto where = (folder / "adapter_config.json").string();
    auto head = read_base(base, folder, adapter).head;
    double alpha = number_of(adapter, "lora_alpha", where, 8);
    GgufWriter writer("llama");
    writer.set("general.type", "adapter");
    writer.set("general.file_type", file_type_of(type));
    writer.set("adapter.type", "lora");
    writer.set("adapter.lora.alpha", static_cast<float>(alpha));
    for (auto const& [module, parts] : pairs_of(file)) {
        if (parts.size() != 2) {
            throw Error("The adapter " + file.file() + " has only half of '" + module + "'; download it again.");
        }
        auto const& a = file.tensor(parts.at('A')).shape;
        auto const& b = file.tensor(parts.at('B')).shape;
        bool rotated = module.ends_with("q_proj") || module.ends_with("k_proj");
        if (a.size() != 2 || b.size() != 2 || a[0] != b[1] || a[0] < 1 || a[0] > most_rank ||
            (rotated && b[0] % head != 0)) {
            throw Error("The adapter " + file.file() + " has matrices for '" + module +
                        "' that do not fit together or do not fit the model; name the adapter's own model.");
        }
        // llama.cpp multiplies by alpha / rank with one alpha for all; what PEFT wants beyond that goes into B.
        auto rank = static_cast<double>(a[0]);
        auto wanted = of_module(adapter, "alpha_pattern", module, alpha) /
                      (flag_of(adapter, "use_rslora", false) ? std::sqrt(rank) : rank);
        auto factor = alpha == 0 ? 0 : wanted / (alpha / rank);
        auto values = file.read(parts.at('B'));
        std::vector<float> ordered(values.size());
        for (std::int64_t row = 0; row < b[0]; ++row) {
            auto from = (rotated ? published_row(row, head) : row) * b[1];
            for (std::int64_t i = 0; i < b[1]; ++i) {
                auto value = static_cast<double>(values[static_cast<std::size_t>(from + i)]) * factor;
                ordered[static_cast<std::size_t>(row * b[1] + i)] = static_cast<float>(value);
            }
        }
        auto name = our_name(module) + ".weight";
        writer.add(name + ".lora_a", {a[1], a[0]}, file.read(parts.at('A')), type);
        writer.add(name + ".lora_b", {b[1], b[0]}, ordered, type);
    }
    writer.write(output, options);
}

} // namespace echollama::convert
