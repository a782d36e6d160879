// Small ONNX files, written by hand (onnx.proto3: numbers of fields beside).
#pragma once

#include "formats/protobuf.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echollama::test {

using protobuf::bytes_field, protobuf::number_field;

enum OnnxType { onnx_float = 1, onnx_int32 = 6, onnx_int64 = 7, onnx_double = 11 };

// A name, an element type and sizes; a size of 0 is any.
inline std::string onnx_value(std::string const& name, OnnxType type, std::vector<std::uint64_t> const& shape) {
    std::string sizes;
    for (auto size : shape) {
        sizes += bytes_field(1, size ? number_field(1, size) : bytes_field(2, "any")); // TensorShapeProto.dim
    }
    auto tensor = number_field(1, type) + bytes_field(2, sizes);          // elem_type, shape
    return bytes_field(1, name) + bytes_field(2, bytes_field(1, tensor)); // name, type.tensor_type
}

inline std::string onnx_node(std::string const& operation, std::vector<std::string> const& inputs,
                             std::string const& output, std::string const& attributes = "") {
    std::string node;
    for (auto const& input : inputs) {
        node += bytes_field(1, input);
    }
    return node + bytes_field(2, output) + bytes_field(4, operation) + attributes;
}

inline std::string onnx_int_attribute(std::string const& name, std::uint64_t value) {
    return bytes_field(5, bytes_field(1, name) + number_field(3, value) + number_field(20, 2)); // AttributeProto.INT
}

inline std::string onnx_metadata_entry(std::string const& key, std::string const& value) {
    return bytes_field(14, bytes_field(1, key) + bytes_field(2, value));
}

inline std::string onnx_model(std::vector<std::string> const& nodes, std::vector<std::string> const& inputs,
                              std::vector<std::string> const& outputs, std::string const& metadata = "") {
    std::string graph;
    for (auto const& node : nodes) {
        graph += bytes_field(1, node);
    }
    graph += bytes_field(2, "graph");
    for (auto const& input : inputs) {
        graph += bytes_field(11, input);
    }
    for (auto const& output : outputs) {
        graph += bytes_field(12, output);
    }
    auto const opset = bytes_field(8, bytes_field(1, "") + number_field(2, 13));
    return number_field(1, 8) + bytes_field(7, graph) + opset + metadata; // ir_version 8
}

} // namespace echollama::test
