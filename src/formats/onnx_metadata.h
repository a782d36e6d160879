// What an ONNX file says about itself, without running it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace echollama {

// The entries of ModelProto.metadata_props (field 14) of a whole file. Empty when the bytes are not a complete protocol
// buffer that begins as every ONNX file does: no ONNX file, damaged at its top level or cut short. Other fields are
// skipped, so a file of any size costs little; more than 1000 entries or 64 KiB of one are refused.
std::optional<std::map<std::string, std::string>> onnx_metadata(std::string_view file);

} // namespace echollama
