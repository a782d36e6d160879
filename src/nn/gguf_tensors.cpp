#include "nn/gguf_tensors.h"

#include "base/error.h"
#include "nn/gguf_head.h"

#include <ggml-cpp.h>
#include <ggml.h>
#include <gguf.h>

#include <cstring>
#include <fstream>

namespace echollama::nn {

struct GgufTensors::State {
    std::filesystem::path path;
    mutable std::ifstream file;
    gguf_context_ptr header;
    ggml_context_ptr descriptions;
    std::vector<std::string> names;

    ggml_tensor const& tensor(std::string const& name) const {
        auto const* found = ggml_get_tensor(descriptions.get(), name.c_str());
        if (!found) {
            throw Error("The model file " + path.string() + " has no '" + name + "'; it is another model.");
        }
        return *found;
    }
    // From `offset` bytes into the tensor on.
    void read(std::string const& name, std::size_t offset, void* out, std::size_t count) const {
        file.seekg(static_cast<std::streamoff>(
            gguf_get_data_offset(header.get()) +
            gguf_get_tensor_offset(header.get(), gguf_find_tensor(header.get(), name.c_str())) + offset));
        if (!file.read(static_cast<char*>(out), static_cast<std::streamsize>(count))) {
            refuse();
        }
    }
    [[noreturn]] void refuse() const {
        throw Error("The model file " + path.string() + " cannot be read; fetch it again.");
    }
};

GgufTensors::GgufTensors(std::filesystem::path const& path) : state_(std::make_unique<State>()) {
    check_gguf(path);
    ggml_context* descriptions = nullptr;
    state_->path = path;
    state_->header.reset(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = &descriptions}));
    state_->descriptions.reset(descriptions);
    state_->file.open(path, std::ios::binary);
    if (!state_->header || !state_->file) {
        state_->refuse();
    }
    for (std::int64_t i = 0; i < gguf_get_n_tensors(state_->header.get()); ++i) {
        state_->names.emplace_back(gguf_get_tensor_name(state_->header.get(), i));
    }
}

GgufTensors::~GgufTensors() = default;
GgufTensors::GgufTensors(GgufTensors&&) noexcept = default;
GgufTensors& GgufTensors::operator=(GgufTensors&&) noexcept = default;

std::filesystem::path const& GgufTensors::path() const {
    return state_->path;
}

gguf_context const& GgufTensors::header() const {
    return *state_->header;
}

std::string GgufTensors::text(std::string const& key) const {
    auto const id = gguf_find_key(state_->header.get(), key.c_str());
    bool const there = id >= 0 && gguf_get_kv_type(state_->header.get(), id) == GGUF_TYPE_STRING;
    return there ? gguf_get_val_str(state_->header.get(), id) : "";
}

float GgufTensors::number(std::string const& key, float otherwise) const {
    auto const id = gguf_find_key(state_->header.get(), key.c_str());
    bool const there = id >= 0 && gguf_get_kv_type(state_->header.get(), id) == GGUF_TYPE_FLOAT32;
    return there ? gguf_get_val_f32(state_->header.get(), id) : otherwise;
}

std::vector<std::string> const& GgufTensors::names() const {
    return state_->names;
}

ggml_tensor const* GgufTensors::description(std::string const& name) const {
    return ggml_get_tensor(state_->descriptions.get(), name.c_str());
}

bool GgufTensors::has(std::string const& name) const {
    return description(name) != nullptr;
}

std::vector<std::int64_t> GgufTensors::shape(std::string const& name) const {
    auto const& tensor = state_->tensor(name);
    return {tensor.ne, tensor.ne + ggml_n_dims(&tensor)};
}

std::vector<float> GgufTensors::rows(std::string const& name, std::int64_t first, std::int64_t count) const {
    auto const& tensor = state_->tensor(name);
    if (first < 0 || count < 0 || first > ggml_nrows(&tensor) - count) {
        throw Error("The model file " + state_->path.string() + " has no row " + std::to_string(first + count - 1) +
                    " in '" + name + "'; it is another model.");
    }
    auto const row = ggml_row_size(tensor.type, tensor.ne[0]);
    std::vector<char> raw(static_cast<std::size_t>(count) * row);
    std::vector<float> values(static_cast<std::size_t>(count * tensor.ne[0]));
    auto const* traits = ggml_get_type_traits(tensor.type);
    if (tensor.type != GGML_TYPE_F32 && !traits->to_float) {
        state_->refuse();
    }
    state_->read(name, static_cast<std::size_t>(first) * row, raw.data(), raw.size());
    if (tensor.type == GGML_TYPE_F32) {
        std::memcpy(values.data(), raw.data(), raw.size());
    } else {
        traits->to_float(raw.data(), values.data(), count * tensor.ne[0]);
    }
    return values;
}

std::vector<std::uint8_t> GgufTensors::bytes(std::string const& name) const {
    std::vector<std::uint8_t> raw(ggml_nbytes(&state_->tensor(name)));
    state_->read(name, 0, raw.data(), raw.size());
    return raw;
}

} // namespace echollama::nn
