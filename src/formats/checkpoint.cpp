#include "formats/checkpoint.h"

#include "base/error.h"
#include "formats/file_bytes.h"
#include "formats/json_file.h"
#include "formats/safetensors.h"
#include "formats/torch_file.h"

#include <ggml.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace echollama::convert {
namespace {

template <typename T>
void widen(std::vector<std::uint8_t> const& raw, std::vector<float>& out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
        out[i] = static_cast<float>(value);
    }
}

std::vector<float> to_float(std::vector<std::uint8_t> const& raw, DType type) {
    std::vector<float> out(raw.size() / dtype_bytes(type));
    switch (type) {
    case DType::f64:
        widen<double>(raw, out);
        break;
    case DType::f32:
        std::memcpy(out.data(), raw.data(), raw.size());
        break;
    case DType::f16: {
        std::vector<ggml_fp16_t> half(out.size());
        std::memcpy(half.data(), raw.data(), raw.size());
        ggml_fp16_to_fp32_row(half.data(), out.data(), static_cast<std::int64_t>(out.size()));
        break;
    }
    case DType::bf16: {
        std::vector<ggml_bf16_t> half(out.size());
        std::memcpy(half.data(), raw.data(), raw.size());
        ggml_bf16_to_fp32_row(half.data(), out.data(), static_cast<std::int64_t>(out.size()));
        break;
    }
    case DType::i64:
        widen<std::int64_t>(raw, out);
        break;
    case DType::i32:
        widen<std::int32_t>(raw, out);
        break;
    case DType::i16:
        widen<std::int16_t>(raw, out);
        break;
    case DType::i8:
        widen<std::int8_t>(raw, out);
        break;
    case DType::u8:
    case DType::boolean:
        widen<std::uint8_t>(raw, out);
        break;
    }
    return out;
}

// Elements in row-major order out of a block that may be transposed or have gaps.
std::vector<float> gather(std::vector<float> const& block, CheckpointTensor const& tensor, std::int64_t count) {
    std::vector<float> out;
    out.reserve(static_cast<std::size_t>(count));
    std::vector<std::int64_t> at(tensor.shape.size());
    std::int64_t position = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        out.push_back(block[static_cast<std::size_t>(position)]);
        for (std::size_t d = at.size(); d-- > 0;) {
            position += tensor.strides[d];
            if (++at[d] < tensor.shape[d]) {
                break;
            }
            position -= tensor.strides[d] * tensor.shape[d];
            at[d] = 0;
        }
    }
    return out;
}

std::string shape_text(std::vector<std::int64_t> const& shape) {
    std::string text;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i ? "x" : "") + std::to_string(shape[i]);
    }
    return text.empty() ? "a single number" : text;
}

// The files that hold a published model's weights, in the order of preference.
constexpr char const* weight_files[] = {"model.safetensors",         "model.safetensors.index.json",
                                        "pytorch_model.bin",         "pytorch_model.bin.index.json",
                                        "adapter_model.safetensors", "adapter_model.bin"};

Checkpoint open_folder(std::filesystem::path const& folder) {
    for (auto const* name : weight_files) {
        if (std::filesystem::is_regular_file(folder / name)) {
            return open_checkpoint(folder / name);
        }
    }
    throw Error("The folder " + folder.string() +
                " holds no weights (model.safetensors, pytorch_model.bin or the index of a split model); "
                "download the whole model.");
}

// {"weight_map": {tensor: file, …}}: the files beside the index are opened, and every tensor must be where it says.
Checkpoint open_split(std::filesystem::path const& index) {
    auto json = read_json(index);
    auto map = json.find("weight_map");
    if (map == json.end() || !map->is_object() || map->empty()) {
        throw Error("The file " + index.string() + " does not say where the weights are; download it again.");
    }
    std::map<std::string, std::size_t> files;
    std::vector<Checkpoint> parts;
    for (auto const& [tensor, value] : map->items()) {
        auto name = value.is_string() ? value.get<std::string>() : std::string();
        if (name.empty() || name != std::filesystem::path(name).filename()) {
            throw Error("The file " + index.string() + " names a part outside its folder; download it again.");
        }
        if (files.emplace(name, parts.size()).second) {
            parts.push_back(open_checkpoint(index.parent_path() / name));
        }
        if (!parts[files.at(name)].has(tensor)) {
            throw Error("The file " + (index.parent_path() / name).string() + " does not hold the tensor '" + tensor +
                        "' that the index promises; download it again.");
        }
    }
    return {index.parent_path(), parts};
}

} // namespace

std::size_t dtype_bytes(DType type) {
    switch (type) {
    case DType::f64:
    case DType::i64:
        return 8;
    case DType::f32:
    case DType::i32:
        return 4;
    case DType::f16:
    case DType::bf16:
    case DType::i16:
        return 2;
    case DType::i8:
    case DType::u8:
    case DType::boolean:
        break;
    }
    return 1;
}

std::string dtype_name(DType type) {
    constexpr char const* names[] = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"};
    return names[static_cast<std::size_t>(type)];
}

bool is_floating(DType type) {
    return type == DType::f64 || type == DType::f32 || type == DType::f16 || type == DType::bf16;
}

std::int64_t element_count(std::vector<std::int64_t> const& shape) {
    std::int64_t count = 1; // of the dimensions that are not 0, so that strides fit, too
    bool empty = false;
    for (auto n : shape) {
        if (n < 0 || (n > 0 && count > std::numeric_limits<std::int64_t>::max() / 16 / n)) {
            return -1;
        }
        count *= std::max<std::int64_t>(n, 1);
        empty = empty || n == 0;
    }
    return empty ? 0 : count;
}

std::vector<std::int64_t> row_major_strides(std::vector<std::int64_t> const& shape) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t d = shape.size(); d-- > 1;) {
        strides[d - 1] = strides[d] * std::max<std::int64_t>(shape[d], 1);
    }
    return strides;
}

Checkpoint::Checkpoint(std::filesystem::path path, std::vector<CheckpointTensor> tensors,
                       std::map<std::string, std::string> metadata)
    : path_(std::move(path)), parts_{path_}, tensors_(std::move(tensors)), metadata_(std::move(metadata)) {
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
        index_[tensors_[i].name] = i;
    }
}

Checkpoint::Checkpoint(std::filesystem::path path, std::vector<Checkpoint> const& parts) : path_(std::move(path)) {
    for (auto const& part : parts) {
        for (auto tensor : part.tensors_) {
            if (!index_.emplace(tensor.name, tensors_.size()).second) {
                throw Error("Two parts of the model " + file() + " hold the tensor '" + tensor.name +
                            "'; the folder mixes files of different downloads, fetch it again.");
            }
            tensor.part += parts_.size();
            tensors_.push_back(std::move(tensor));
        }
        parts_.insert(parts_.end(), part.parts_.begin(), part.parts_.end());
        metadata_.insert(part.metadata_.begin(), part.metadata_.end());
    }
}

std::filesystem::path Checkpoint::folder() const {
    return std::filesystem::is_directory(path_) ? path_ : path_.parent_path();
}

CheckpointTensor const& Checkpoint::tensor(std::string const& name) const {
    auto found = index_.find(name);
    if (found == index_.end()) {
        throw Error("The file " + file() + " has no tensor '" + name +
                    "'; it is another model or not complete, download it again.");
    }
    return tensors_[found->second];
}

std::vector<float> Checkpoint::read(std::string const& name) const {
    auto const& wanted = tensor(name);
    auto count = element_count(wanted.shape);
    if (count == 0) {
        return {};
    }
    std::int64_t last = 0; // position of the last element
    for (std::size_t d = 0; d < wanted.shape.size(); ++d) {
        last += (wanted.shape[d] - 1) * wanted.strides[d];
    }
    auto raw = FileBytes(parts_.at(wanted.part))
                   .read(wanted.offset, static_cast<std::uint64_t>(last + 1) * dtype_bytes(wanted.type),
                         "the tensor '" + name + "'");
    auto block = to_float(raw, wanted.type);
    return wanted.strides == row_major_strides(wanted.shape) ? block : gather(block, wanted, count);
}

std::vector<float> Checkpoint::read_rows(std::string const& name, std::int64_t first, std::int64_t count) const {
    auto const& wanted = tensor(name);
    if (wanted.shape.empty() || first < 0 || count < 0 || count > wanted.shape[0] - first) {
        throw Error("The tensor '" + name + "' of " + file() + " has fewer rows than expected; it is another model.");
    }
    auto row = element_count(wanted.shape) / std::max<std::int64_t>(wanted.shape[0], 1);
    if (wanted.strides != row_major_strides(wanted.shape)) {
        auto all = read(name);
        return {all.begin() + first * row, all.begin() + (first + count) * row};
    }
    auto width = dtype_bytes(wanted.type);
    auto raw = FileBytes(parts_.at(wanted.part))
                   .read(wanted.offset + static_cast<std::uint64_t>(first * row) * width,
                         static_cast<std::uint64_t>(count * row) * width, "the tensor '" + name + "'");
    return to_float(raw, wanted.type);
}

std::vector<float> Checkpoint::read(std::string const& name, std::vector<std::int64_t> const& shape) const {
    auto const& found = tensor(name);
    if (found.shape != shape) {
        throw Error("The tensor '" + name + "' of " + file() + " is " + shape_text(found.shape) + " instead of " +
                    shape_text(shape) + "; it is another model.");
    }
    return read(name);
}

Checkpoint open_checkpoint(std::filesystem::path const& path) {
    std::error_code none;
    if (std::filesystem::is_directory(path, none)) {
        return open_folder(path);
    }
    if (path.filename().string().ends_with(".index.json")) {
        return open_split(path);
    }
    FileBytes file(path);
    if (looks_like_torch(file)) {
        return open_torch(path);
    }
    if (looks_like_safetensors(file)) {
        return open_safetensors(path);
    }
    throw Error("The file " + path.string() +
                " is neither safetensors nor a PyTorch checkpoint; check that the download is complete.");
}

} // namespace echollama::convert
