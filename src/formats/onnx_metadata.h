// What an ONNX file says about itself, without running it.
#pragma once

#include <istream>
#include <map>
#include <optional>
#include <string>

namespace echollama {

// The entries of ModelProto.metadata_props (field 14). Empty when the bytes are not a complete protocol buffer that
// begins as every ONNX file does: no ONNX file, damaged at its top level or cut short. Fields are skipped unread, so a
// file of any size costs little; more than 1000 entries or 64 KiB of one are refused.
std::optional<std::map<std::string, std::string>> onnx_metadata(std::istream& file);

} // namespace echollama
