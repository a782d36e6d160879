#include "train/export.h"

#include "base/atomic_file.h"
#include "convert/llama.h"
#include "formats/safetensors_writer.h"

#include <nlohmann/json.hpp>

namespace echollama::train {
namespace {

// The keys that PEFT 0.21 needs, and those that change what an adapter means.
nlohmann::ordered_json adapter_config(Lora const& lora, std::filesystem::path const& base) {
    auto targets = nlohmann::ordered_json::array();
    for (auto projection : all_projections) {
        if (lora.adapts(projection)) {
            targets.push_back(names_of(projection).short_name);
        }
    }
    nlohmann::ordered_json config;
    config["peft_type"] = "LORA";
    config["task_type"] = "CAUSAL_LM";
    config["base_model_name_or_path"] = base.string();
    config["r"] = lora.options().rank;
    config["lora_alpha"] = lora.options().alpha;
    config["lora_dropout"] = lora.options().dropout;
    config["use_rslora"] = lora.options().root_of_rank;
    config["target_modules"] = targets;
    config["bias"] = "none";
    config["fan_in_fan_out"] = false;
    config["inference_mode"] = true;
    config["init_lora_weights"] = true;
    config["modules_to_save"] = nullptr;
    return config;
}

} // namespace

void write_peft_adapter(Lora const& lora, std::filesystem::path const& base, std::filesystem::path const& folder) {
    std::filesystem::create_directories(folder);
    std::vector<convert::SafetensorsOutput> tensors;
    for (auto const& parameter : lora.parameters()) {
        tensors.push_back(convert::float_tensor(parameter.name, parameter.shape, parameter.values));
    }
    convert::write_safetensors(folder / "adapter_model.safetensors", tensors, {{"format", "pt"}}, "the adapter");
    write_file_atomically(folder / "adapter_config.json", adapter_config(lora, base).dump(2) + "\n", "the adapter");
}

void write_gguf_adapter(std::filesystem::path const& folder, std::filesystem::path const& base,
                        std::filesystem::path const& file) {
    auto const adapter = convert::open_checkpoint(folder / "adapter_model.safetensors");
    bool const described = base.extension() == ".gguf" || std::filesystem::is_directory(base);
    convert::convert_lora(adapter, file, convert::WeightType::f32, described ? base : base.parent_path());
}

} // namespace echollama::train
