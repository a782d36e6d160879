#include "convert/checkpoint.h"

#include "base/error.h"
#include "convert/file_bytes.h"
#include "convert/safetensors.h"
#include "convert/torch_file.h"

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
    : path_(std::move(path)), tensors_(std::move(tensors)), metadata_(std::move(metadata)) {
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
        index_[tensors_[i].name] = i;
    }
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
    auto raw = FileBytes(path_).read(wanted.offset, static_cast<std::uint64_t>(last + 1) * dtype_bytes(wanted.type),
                                     "the tensor '" + name + "'");
    auto block = to_float(raw, wanted.type);
    return wanted.strides == row_major_strides(wanted.shape) ? block : gather(block, wanted, count);
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
