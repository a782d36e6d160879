// PEFT's LoRA adapters: y = W x + factor B (A x).
#include "base/error.h"
#include "base/log.h"
#include "convert/llama.h"
#include "convert/lora_config.h"
#include "formats/file_bytes.h"
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

Base read_base(std::filesystem::path const& named, std::filesystem::path const& folder, LoraConfig const& adapter) {
    std::filesystem::path const written = adapter.base_model;
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

LoraConfig read_adapter_config(std::filesystem::path const& path) {
    if (!std::filesystem::is_regular_file(path)) {
        throw Error("There is no adapter_config.json beside the adapter in " + path.parent_path().string() +
                    "; download the whole adapter.");
    }
    FileBytes file(path);
    if (file.size() > max_json_bytes) {
        file.fail("it is too large for a description of an adapter");
    }
    auto const bytes = file.read(0, file.size(), "its text");
    return parse_lora_config({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, path.string());
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

// What multiplies B (A x) for each module: alpha / rank, or alpha / sqrt(rank), with the patterns' numbers.
class Factors {
  public:
    Factors(LoraConfig const& config, std::string name)
        : config_(config), name_(std::move(name)), rank_used_(config.rank_pattern.size()),
          alpha_used_(config.alpha_pattern.size()) {}

    // `rank`: of the module's own matrices. Throws where the configuration says another one.
    double of(std::string const& module, std::int64_t rank) {
        auto const told = number_for(config_.rank_pattern, module, config_.rank, rank_used_);
        auto const real = static_cast<double>(rank);
        if (told > 0 && told != real) {
            throw Error("The adapter's configuration " + name_ + " says another rank for '" + module +
                        "' than its matrices have; download the whole adapter again.");
        }
        return number_for(config_.alpha_pattern, module, config_.alpha, alpha_used_) /
               (config_.root_of_rank ? std::sqrt(real) : real);
    }

    // What the configuration says and nothing has used.
    void warn_of_unused() const {
        warn_of(config_.rank_pattern, rank_used_);
        warn_of(config_.alpha_pattern, alpha_used_);
        for (auto const& key : config_.unused) {
            log::warning("The adapter's configuration " + name_ + " sets " + key +
                         ", which is not known here and was not used.");
        }
    }

  private:
    void warn_of(std::vector<LoraPattern> const& patterns, std::vector<bool> const& used) const {
        for (std::size_t i = 0; i < patterns.size(); ++i) {
            if (!used[i]) {
                log::warning("The pattern '" + patterns[i].text + "' of the adapter's configuration " + name_ +
                             " fits none of its matrices and was not used.");
            }
        }
    }

    LoraConfig const& config_;
    std::string name_;
    std::vector<bool> rank_used_, alpha_used_;
};

} // namespace

bool is_lora(Checkpoint const& file) {
    return std::any_of(file.tensors().begin(), file.tensors().end(),
                       [](auto const& tensor) { return parse_name(tensor.name).part == 'A'; });
}

void convert_lora(Checkpoint const& file, std::filesystem::path const& output, WeightType type,
                  std::filesystem::path const& base, WriteOptions const& options) {
    auto folder = file.path().parent_path();
    auto const where = folder / "adapter_config.json";
    auto const adapter = read_adapter_config(where);
    auto const head = read_base(base, folder, adapter).head;
    Factors factors(adapter, where.string());
    double const alpha = adapter.alpha;
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
        // llama.cpp multiplies by alpha / rank with one alpha for all, and by 1 where that is 0; what PEFT wants beyond
        // that goes into B.
        auto const applied = alpha == 0 ? 1 : alpha / static_cast<double>(a[0]);
        auto const factor = factors.of(module, a[0]) / applied;
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
    factors.warn_of_unused();
    writer.write(output, options);
}

} // namespace echollama::convert
