// Hugging Face's tokenizer.json (a byte-level BPE vocabulary) → what llama.cpp reads from a GGUF.
#pragma once

#include "formats/gguf_writer.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::convert {

// llama.cpp's numbers for tokenizer.ggml.token_type.
enum class TokenType : std::int32_t { normal = 1, control = 3, user_defined = 4, unused = 5 };

struct HfTokenizer {
    std::vector<std::string> tokens; // by id; ordinary ones in GPT-2's spelling of bytes, added ones as they are
    std::vector<TokenType> types;
    std::vector<std::string> merges; // "left right", best first
    std::string pre; // llama.cpp's name for how text is split: gpt-2, llama-bpe, smaug-bpe, smollm or qwen2
    std::map<std::string, std::int32_t> added; // special and other added tokens

    // The id of an added or ordinary token; -1: there is none.
    std::int32_t find(std::string const& token) const;
};

// `json` is the file's text. Ids without a token, up to `vocabulary` of them (0: as many as there are), become unused
// tokens, as models pad their tables. Throws Error naming `file` when it is not such a tokenizer, when ids are out of
// range or doubled, or when there are more than `vocabulary` tokens.
HfTokenizer parse_hf_tokenizer(std::string_view json, std::string const& file, std::size_t vocabulary = 0);

// Reads the file. Throws Error.
HfTokenizer read_hf_tokenizer(std::filesystem::path const& path, std::size_t vocabulary = 0);

// Writes tokenizer.ggml.model, pre, tokens, token_type and merges. Begin, end and chat template are the caller's.
void add_tokenizer(GgufWriter& writer, HfTokenizer const& tokenizer);

} // namespace echollama::convert
