// What an ONNX file holds: its numbers as a checkpoint, and which operations use them.
#pragma once

#include "formats/checkpoint.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace echollama::convert {

struct OnnxNode {
    std::string operation;
    std::vector<std::string> inputs, outputs;
    std::map<std::string, std::vector<std::int64_t>> numbers; // attributes that are whole numbers
};

struct OnnxFile {
    Checkpoint weights; // the initializers whose numbers lie in the file as they are
    std::vector<std::string> inputs;
    std::vector<OnnxNode> nodes;

    // The first node of that operation that reads `input`; nullptr: none.
    OnnxNode const* reader_of(std::string const& operation, std::string const& input) const;
};

// Throws Error when the file cannot be read, is no ONNX file, damaged or cut short.
OnnxFile read_onnx(std::filesystem::path const& path);

} // namespace echollama::convert
