// Whisper's tokens as bytes, from the files that lie beside a CTranslate2 model.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::convert {

// GPT-2 writes each byte of a token as one printable character ("Ġ" for a space); this takes it back. Throws Error
// when a character stands for no byte.
std::string token_bytes(std::string_view printable);

// The texts of the first `count` tokens, in the order of their numbers. Reads vocabulary.txt, vocabulary.json or
// tokenizer.json, whichever is there first. Throws Error naming the file when it is missing, malformed or too short.
std::vector<std::string> read_whisper_tokens(std::filesystem::path const& dir, std::size_t count);

// One file of the form that `form` names: vocabulary.txt, vocabulary.json or tokenizer.json.
std::vector<std::string> read_whisper_tokens_file(std::filesystem::path const& file, std::string_view form,
                                                  std::size_t count);

} // namespace echollama::convert
