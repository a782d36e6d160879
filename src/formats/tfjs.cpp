#include "formats/tfjs.h"

#include "base/error.h"

#include <ggml.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <fstream>
#include <iterator>
#include <span>

namespace echollama::convert {
namespace {

using nlohmann::json;

// Far above any real model, low enough that a lying header cannot exhaust memory.
constexpr std::uintmax_t max_file_bytes = 1ULL << 30;

std::string read_file(std::filesystem::path const& path) {
    std::error_code failed;
    auto bytes = std::filesystem::file_size(path, failed);
    std::ifstream file(path, std::ios::binary);
    if (failed || !file) {
        throw Error("Cannot read " + path.string() + "; check that it exists and may be read.");
    }
    if (bytes > max_file_bytes) {
        throw Error(path.string() + " is too large to be a TensorFlow.js model; choose another file.");
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

std::int64_t element_count(std::vector<std::int64_t> const& shape) {
    std::int64_t count = 1;
    for (auto dimension : shape) {
        if (dimension < 0 || dimension > (1 << 28) || (count *= dimension) > (1LL << 28)) {
            throw Error("a weight has an impossible shape");
        }
    }
    return count;
}

template <typename T>
T load(char const* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

// The values of one weight; `data` is moved past them.
TfjsTensor read_weight(json const& entry, std::span<char const>& data) {
    TfjsTensor tensor{entry.at("shape").get<std::vector<std::int64_t>>(), {}};
    auto stored = entry.at("dtype").get<std::string>();
    if (entry.contains("quantization")) {
        stored = entry.at("quantization").at("dtype").get<std::string>();
    }
    std::size_t width = stored == "float16" ? 2 : stored == "float32" || stored == "int32" ? 4 : 0;
    if (width == 0) {
        throw Error("weights of type " + stored + " are not supported");
    }
    auto count = static_cast<std::size_t>(element_count(tensor.shape));
    if (count > data.size() / width) {
        throw Error("the binary file ends before its weights do");
    }
    tensor.values.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        char const* at = data.data() + i * width;
        tensor.values[i] = stored == "float16" ? ggml_fp16_to_fp32(load<ggml_fp16_t>(at))
                           : stored == "int32" ? static_cast<float>(load<std::int32_t>(at))
                                               : load<float>(at);
    }
    data = data.subspan(count * width);
    return tensor;
}

TfjsNode read_node(json const& entry) {
    TfjsNode node{entry.at("op").get<std::string>(), 1, {}};
    if (entry.contains("input")) {
        node.inputs = entry["input"].get<std::vector<std::string>>();
    }
    if (entry.contains("attr") && entry["attr"].contains("strides")) {
        auto const& strides = entry["attr"]["strides"].at("list").at("i"); // [batch, y, x, channel] as text
        node.stride = std::stoi(strides.at(1).get<std::string>());
    }
    return node;
}

} // namespace

TfjsTensor const& TfjsModel::tensor(std::string const& name) const {
    auto found = tensors.find(name);
    if (found == tensors.end()) {
        throw Error("The model " + file + " has no weight '" + name + "'; it is not the network that was expected.");
    }
    return found->second;
}

TfjsTensor const& TfjsModel::tensor(std::string const& name, std::vector<std::int64_t> const& shape) const {
    auto const& found = tensor(name);
    if (found.shape != shape) {
        throw Error("The weight '" + name + "' of " + file +
                    " has another shape than expected; it is another network.");
    }
    return found;
}

std::vector<float> kernel_rows(TfjsTensor const& kernel) {
    if (kernel.shape.size() != 4 || kernel.values.empty()) {
        throw Error("A weight is not the kernel of a convolution; the file is not the network that was expected.");
    }
    auto out = static_cast<std::size_t>(kernel.shape[3]);
    auto in = kernel.values.size() / out; // of a row
    std::vector<float> rows(kernel.values.size());
    for (std::size_t i = 0; i < in; ++i) {
        for (std::size_t o = 0; o < out; ++o) {
            rows[o * in + i] = kernel.values[i * out + o];
        }
    }
    return rows;
}

TfjsModel read_tfjs(std::filesystem::path const& json_path, std::filesystem::path const& bin_path) {
    TfjsModel model;
    model.file = json_path.string();
    std::string const text = read_file(json_path);
    std::string const binary = read_file(bin_path);
    try {
        auto const document = json::parse(text);
        std::span<char const> data(binary);
        for (auto const& group : document.at("weightsManifest")) {
            for (auto const& entry : group.at("weights")) {
                model.tensors[entry.at("name").get<std::string>()] = read_weight(entry, data);
            }
        }
        if (!data.empty()) {
            throw Error("the binary file is longer than its weights");
        }
        for (auto const& entry : document.at("modelTopology").at("node")) {
            model.nodes[entry.at("name").get<std::string>()] = read_node(entry);
        }
    } catch (std::exception const& error) {
        throw Error("The TensorFlow.js model " + model.file + " cannot be read: " + error.what() +
                    ". Download it again.");
    }
    return model;
}

} // namespace echollama::convert
