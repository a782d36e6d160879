#include "formats/onnx_file.h"

#include "base/error.h"
#include "base/input_file.h"
#include "formats/protobuf.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace echollama::convert {
namespace {

// onnx.proto3
enum Model : std::uint64_t { ir_version = 1, model_graph = 7 };
enum Graph : std::uint64_t { graph_node = 1, graph_initializer = 5, graph_input = 11 };
enum Node : std::uint64_t { node_input = 1, node_output = 2, node_operation = 4, node_attribute = 5 };
enum Attribute : std::uint64_t { attribute_name = 1, attribute_number = 3, attribute_numbers = 8 };
enum Tensor : std::uint64_t { tensor_sizes = 1, tensor_type = 2, tensor_name = 8, tensor_bytes = 9 };
constexpr std::uint64_t value_name = 1; // ValueInfoProto

// The file breaks off or is none; caught in read_onnx().
struct Broken {};

template <typename Visit>
void each_field(std::string_view message, Visit visit) {
    while (!message.empty()) {
        auto const field = protobuf::take_field(message);
        if (!field) {
            throw Broken();
        }
        visit(*field);
    }
}

// A repeated number, alone or packed.
void add_numbers(protobuf::Field const& field, std::vector<std::int64_t>& numbers) {
    if (field.value) {
        numbers.push_back(static_cast<std::int64_t>(*field.value));
    }
    for (auto packed = field.bytes; !packed.empty();) {
        auto const number = protobuf::take_number(packed);
        if (!number) {
            throw Broken();
        }
        numbers.push_back(static_cast<std::int64_t>(*number));
    }
}

OnnxNode read_node(std::string_view message) {
    OnnxNode node;
    each_field(message, [&](protobuf::Field const& field) {
        if (field.number == node_input) {
            node.inputs.emplace_back(field.bytes);
        } else if (field.number == node_output) {
            node.outputs.emplace_back(field.bytes);
        } else if (field.number == node_operation) {
            node.operation = field.bytes;
        } else if (field.number == node_attribute) {
            std::string name;
            std::vector<std::int64_t> numbers;
            each_field(field.bytes, [&](protobuf::Field const& part) {
                if (part.number == attribute_name) {
                    name = part.bytes;
                } else if (part.number == attribute_number || part.number == attribute_numbers) {
                    add_numbers(part, numbers);
                }
            });
            node.numbers[name] = std::move(numbers);
        }
    });
    return node;
}

// TensorProto.DataType
std::optional<DType> type_of(std::uint64_t number) {
    switch (number) {
    case 1:
        return DType::f32;
    case 7:
        return DType::i64;
    case 10:
        return DType::f16;
    default:
        return std::nullopt;
    }
}

// Empty where the numbers are not there as they are, or not all of them.
std::optional<CheckpointTensor> read_tensor(std::string_view message, char const* file) {
    CheckpointTensor tensor;
    std::optional<DType> type;
    std::string_view bytes;
    each_field(message, [&](protobuf::Field const& field) {
        if (field.number == tensor_sizes) {
            add_numbers(field, tensor.shape);
        } else if (field.number == tensor_type) {
            type = type_of(field.value.value_or(0));
        } else if (field.number == tensor_name) {
            tensor.name = field.bytes;
        } else if (field.number == tensor_bytes) {
            bytes = field.bytes;
        }
    });
    tensor.strides.resize(tensor.shape.size());
    std::uint64_t count = 1;
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
        tensor.strides[i] = static_cast<std::int64_t>(count);
        if (tensor.shape[i] < 0 || static_cast<std::uint64_t>(tensor.shape[i]) > bytes.size()) {
            return std::nullopt;
        }
        count *= static_cast<std::uint64_t>(tensor.shape[i]);
        if (count > bytes.size()) {
            return std::nullopt;
        }
    }
    if (!type || count * dtype_bytes(*type) != bytes.size()) {
        return std::nullopt;
    }
    tensor.type = *type;
    tensor.offset = bytes.empty() ? 0 : static_cast<std::uint64_t>(bytes.data() - file);
    return tensor;
}

} // namespace

OnnxNode const* OnnxFile::reader_of(std::string const& operation, std::string const& input) const {
    auto const found = std::find_if(nodes.begin(), nodes.end(), [&](OnnxNode const& node) {
        return node.operation == operation &&
               std::find(node.inputs.begin(), node.inputs.end(), input) != node.inputs.end();
    });
    return found == nodes.end() ? nullptr : &*found;
}

OnnxFile read_onnx(std::filesystem::path const& path) {
    constexpr std::uintmax_t largest = (std::uintmax_t{1} << 31) - 1; // that a protocol buffer can be
    auto const bytes = read_input(path, {"ONNX file", largest});
    std::string_view const file(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    if (file.empty() || file.front() != static_cast<char>(ir_version << 3)) {
        throw Error(path.string() + " is not an ONNX file; choose an .onnx file.");
    }
    std::vector<CheckpointTensor> tensors;
    OnnxFile onnx{Checkpoint(path, std::vector<CheckpointTensor>{}), {}, {}};
    auto const in_graph = [&](protobuf::Field const& field) {
        if (field.number == graph_node) {
            onnx.nodes.push_back(read_node(field.bytes));
        } else if (field.number == graph_initializer) {
            if (auto tensor = read_tensor(field.bytes, file.data())) {
                tensors.push_back(std::move(*tensor));
            }
        } else if (field.number == graph_input) {
            each_field(field.bytes, [&](protobuf::Field const& part) {
                if (part.number == value_name) {
                    onnx.inputs.emplace_back(part.bytes);
                }
            });
        }
    };
    try {
        each_field(file, [&](protobuf::Field const& field) {
            if (field.number == model_graph) {
                each_field(field.bytes, in_graph);
            }
        });
    } catch (Broken const&) {
        throw Error(path.string() + " is damaged or cut short; download it again.");
    }
    onnx.weights = Checkpoint(path, std::move(tensors));
    return onnx;
}

} // namespace echollama::convert
