// The JSON files beside published weights: config.json, tokenizer.json, adapter_config.json …
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace echollama::convert {

using Json = nlohmann::json;

inline constexpr std::uint64_t max_json_bytes = 256'000'000;

// A JSON object. Throws Error when the file is missing, larger than max_json_bytes, or holds something else.
Json read_json(std::filesystem::path const& path);
// The same, or an empty object when there is no such file.
Json read_json_if_there(std::filesystem::path const& path);

// Numbers of a configuration; `where` is the file's name for the error. A value of another type, negative, above
// `most`, or absent without a default throws Error.
std::int64_t integer_of(Json const& json, char const* key, std::string const& where, std::int64_t most);
std::int64_t integer_of(Json const& json, char const* key, std::string const& where, std::int64_t most,
                        std::int64_t fallback);
double number_of(Json const& json, char const* key, std::string const& where, double fallback);
// The text, or `fallback` when it is absent or no text.
std::string text_of(Json const& json, char const* key, std::string const& fallback = "");
bool flag_of(Json const& json, char const* key, bool fallback);

} // namespace echollama::convert
