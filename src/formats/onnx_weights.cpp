#include "formats/onnx_weights.h"

#include "formats/protobuf.h"

namespace echollama {
namespace {

using protobuf::bytes_field;
using protobuf::number_field;

// onnx.proto3
constexpr std::uint64_t model_graph = 7, graph_initializer = 5;
constexpr std::uint64_t tensor_raw_data = 9, tensor_external_data = 13, tensor_data_location = 14;
constexpr std::uint64_t external = 1; // TensorProto.DataLocation

constexpr std::size_t least_bytes = 1024; // what shapes and other small things are computed with stays inside
constexpr std::uint64_t alignment = 64;

struct Weights {
    std::ostream& out;
    std::uint64_t bytes = 0;

    // Where they begin.
    std::uint64_t add(std::string_view numbers) {
        auto const padding = (alignment - bytes % alignment) % alignment;
        out << std::string(padding, '\0') << numbers;
        auto const begin = bytes + padding;
        bytes = begin + numbers.size();
        return begin;
    }
};

// StringStringEntryProto
std::string entry(std::string_view key, std::string_view value) {
    return bytes_field(tensor_external_data, bytes_field(1, key) + bytes_field(2, value));
}

std::optional<std::string> without_numbers(std::string_view tensor, Weights& weights) {
    std::string kept;
    std::string_view numbers;
    bool elsewhere = false;
    for (auto rest = tensor; !rest.empty();) {
        auto const field = protobuf::take_field(rest);
        if (!field) {
            return std::nullopt;
        }
        elsewhere = elsewhere || field->number == tensor_data_location;
        if (field->number == tensor_raw_data) {
            numbers = field->bytes;
        } else {
            kept += field->whole;
        }
    }
    if (elsewhere || numbers.size() < least_bytes) {
        return std::string(tensor);
    }
    auto const begin = weights.add(numbers);
    return kept + entry("location", onnx_weights_file) + entry("offset", std::to_string(begin)) +
           entry("length", std::to_string(numbers.size())) + number_field(tensor_data_location, external);
}

// A message whose fields of one number become what `change` makes of them.
template <typename Change>
std::optional<std::string> with_changed(std::string_view message, std::uint64_t number, Change change) {
    std::string changed;
    while (!message.empty()) {
        auto const field = protobuf::take_field(message);
        if (!field) {
            return std::nullopt;
        }
        if (field->number != number) {
            changed += field->whole;
            continue;
        }
        auto const inner = change(field->bytes);
        if (!inner) {
            return std::nullopt;
        }
        changed += bytes_field(number, *inner);
    }
    return changed;
}

} // namespace

std::optional<SplitOnnx> split_onnx(std::string_view network, std::ostream& weights) {
    Weights out{weights};
    auto const tensor = [&](std::string_view bytes) { return without_numbers(bytes, out); };
    auto const graph = [&](std::string_view bytes) { return with_changed(bytes, graph_initializer, tensor); };
    auto changed = with_changed(network, model_graph, graph);
    if (!changed) {
        return std::nullopt;
    }
    return SplitOnnx{out.bytes > 0 ? std::move(*changed) : std::string(network), out.bytes};
}

} // namespace echollama
