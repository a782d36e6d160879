// The files of a voice as sherpa-onnx publishes it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace echollama::convert {

// Bytes that, appended to an ONNX file, add an entry to what it says about itself (ModelProto.metadata_props, field 14:
// StringStringEntryProto {key = 1, value = 2}).
std::string onnx_entry(std::string const& key, std::string const& value);

// Throws Error when there cannot be such a folder.
void make_folder(std::filesystem::path const& folder);

// Copies the ONNX file and appends the entries. Throws Error when it cannot be read, is no ONNX file (every one begins
// with its ir_version, field 1), would replace itself, or cannot be written.
void copy_onnx(std::filesystem::path const& from, std::string const& entries, std::filesystem::path const& to);

// The same with the large numbers in a file of their own beside the copy (formats/onnx_weights.h); an entry says how
// many bytes those are. Throws Error also when the file is damaged.
void copy_split_onnx(std::filesystem::path const& from, std::string const& entries, std::filesystem::path const& to);

// tokens.txt: lines "symbol id" in order of the ids.
std::string tokens_text(std::map<int, std::string> const& symbols);

// Throws Error when there is no room.
void write_text(std::filesystem::path const& path, std::string const& text);

} // namespace echollama::convert
