// What lies around a language model's tokenizer in its published folder: begin and end tokens, the chat template.
#pragma once

#include "convert/hf_tokenizer.h"
#include "formats/gguf_writer.h"

#include <filesystem>
#include <map>
#include <string>

namespace echollama::convert {

struct HfChat {
    bool add_bos = false, add_eos = false;       // the tokenizer puts them around a text
    std::map<std::string, std::int32_t> special; // "bos", "eos", "eot", "eom", "padding", "unknown" → id
    std::string chat_template;                   // Jinja; empty: none
};

// From tokenizer_config.json, tokenizer.json's post-processor, generation_config.json, config.json (all ways to end)
// and chat_template.jinja; each may be absent. Throws Error when one is damaged.
HfChat read_hf_chat(std::filesystem::path const& folder, HfTokenizer const& tokenizer);

// tokenizer.ggml.*_token_id, add_bos_token, add_eos_token and tokenizer.chat_template.
void add_chat(GgufWriter& writer, HfChat const& chat);

} // namespace echollama::convert
