// Trained adapters as files that others load.
#pragma once

#include "train/model/lora.h"

#include <filesystem>

namespace echollama::train {

// adapter_config.json and adapter_model.safetensors as PEFT writes them (peft, utils/save_and_load.py). `base` is what
// the configuration says the model was. Throws Error.
void write_peft_adapter(Lora const& lora, std::filesystem::path const& base, std::filesystem::path const& folder);

// From such a folder the GGUF adapter that 'echollama --lora' and llama.cpp load. Throws Error.
void write_gguf_adapter(std::filesystem::path const& folder, std::filesystem::path const& base,
                        std::filesystem::path const& file);

} // namespace echollama::train
