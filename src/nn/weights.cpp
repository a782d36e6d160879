#include "nn/weights.h"

#include "base/error.h"
#include "base/mapped_file.h"
#include "nn/ggml_log.h"
#include "nn/gguf_head.h"

#include <ggml-backend.h>
#include <ggml-cpp.h>
#include <ggml.h>
#include <gguf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace echollama::nn {
namespace {

std::string shape_text(std::int64_t const* ne) {
    std::string text;
    for (int i = 0; i < GGML_MAX_DIMS; ++i) {
        text += (i ? "x" : "") + std::to_string(ne[i]);
    }
    return text;
}

} // namespace

struct Weights::Contents {
    std::string file;
    gguf_context_ptr gguf;
    ggml_context_ptr tensors;
    std::unique_ptr<MappedFile> mapped; // of a processor's weights
    ggml_backend_buffer_ptr buffer;
    mutable std::set<ggml_tensor const*> used;

    [[noreturn]] void fail(std::string const& what) const {
        throw Error("The model file " + file + " cannot be used: " + what + ". Convert or download it again.");
    }

    std::int64_t key(std::string const& name, gguf_type type) const {
        std::int64_t id = gguf_find_key(gguf.get(), name.c_str());
        if (id < 0) {
            fail("the value '" + name + "' is missing");
        }
        if (gguf_get_kv_type(gguf.get(), id) != type) {
            fail("the value '" + name + "' has type " + gguf_type_name(gguf_get_kv_type(gguf.get(), id)) +
                 " instead of " + gguf_type_name(type));
        }
        return id;
    }

    ggml_tensor* find(std::string const& name, std::initializer_list<std::int64_t> shape) const {
        std::array<std::int64_t, GGML_MAX_DIMS> expected{1, 1, 1, 1};
        if (shape.size() > expected.size()) {
            throw std::logic_error("too many dimensions for " + name);
        }
        std::copy(shape.begin(), shape.end(), expected.begin());
        ggml_tensor* tensor = ggml_get_tensor(tensors.get(), name.c_str());
        if (!tensor) {
            fail("the tensor '" + name + "' (" + shape_text(expected.data()) + ") is missing");
        }
        if (!std::equal(expected.begin(), expected.end(), tensor->ne)) {
            fail("the tensor '" + name + "' is " + shape_text(tensor->ne) + " instead of " +
                 shape_text(expected.data()));
        }
        used.insert(tensor);
        return tensor;
    }

    // The bytes of a tensor in the mapped file.
    std::span<std::byte const> bytes_of(ggml_tensor const* tensor) const {
        auto const id = gguf_find_tensor(gguf.get(), tensor->name);
        std::uint64_t const offset = gguf_get_data_offset(gguf.get()) + gguf_get_tensor_offset(gguf.get(), id);
        std::uint64_t const size = ggml_nbytes(tensor), all = mapped->bytes().size();
        if (offset > all || size > all - offset) {
            fail("it ends before the tensor '" + std::string(tensor->name) + "' does");
        }
        return mapped->bytes().subspan(offset, size);
    }

    // Tensors of the processor stay in the file, those of another device are copied there.
    void place(Backend const& backend) {
        constexpr std::uintptr_t alignment = 32; // that ggml wants of numbers
        auto const all = mapped->bytes();
        bool aligned = reinterpret_cast<std::uintptr_t>(all.data()) % alignment == 0;
        std::vector<std::pair<ggml_tensor*, std::span<std::byte const>>> placed;
        for (auto* tensor = ggml_get_first_tensor(tensors.get()); tensor;
             tensor = ggml_get_next_tensor(tensors.get(), tensor)) {
            auto const bytes = bytes_of(tensor);
            aligned = aligned && reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment == 0;
            placed.emplace_back(tensor, bytes);
        }
        if (backend.is_cpu() && aligned) {
            auto* const memory = const_cast<std::byte*>(all.data()); // ggml only reads weights
            buffer.reset(ggml_backend_cpu_buffer_from_ptr(memory, all.size()));
            for (auto const& [tensor, bytes] : placed) {
                if (ggml_backend_tensor_alloc(buffer.get(), tensor, const_cast<std::byte*>(bytes.data())) !=
                    GGML_STATUS_SUCCESS) {
                    fail("the tensor '" + std::string(tensor->name) + "' cannot be used where it lies");
                }
            }
            return;
        }
        buffer.reset(ggml_backend_alloc_ctx_tensors(tensors.get(), backend.handle.get()));
        if (!buffer) {
            fail("there is not enough memory for its tensors");
        }
        for (auto const& [tensor, bytes] : placed) {
            ggml_backend_tensor_set(tensor, bytes.data(), 0, bytes.size());
        }
        mapped.reset();
    }

    // Elements of an array of numbers.
    template <typename T>
    std::vector<T> array(std::string const& name, gguf_type type) const {
        std::int64_t id = key(name, GGUF_TYPE_ARRAY);
        if (gguf_get_arr_type(gguf.get(), id) != type) {
            fail("the list '" + name + "' does not hold " + gguf_type_name(type));
        }
        auto const* data = static_cast<T const*>(gguf_get_arr_data(gguf.get(), id));
        return {data, data + gguf_get_arr_n(gguf.get(), id)};
    }
};

namespace {

gguf_context_ptr read_header(std::filesystem::path const& path, ggml_context** tensors) {
    route_ggml_logs();
    gguf_init_params params{/*.no_alloc =*/true, /*.ctx =*/tensors};
    return gguf_context_ptr(gguf_init_from_file(path.c_str(), params));
}

std::string header_text(gguf_context const* gguf, char const* key) {
    std::int64_t id = gguf_find_key(gguf, key);
    return id >= 0 && gguf_get_kv_type(gguf, id) == GGUF_TYPE_STRING ? gguf_get_val_str(gguf, id) : "";
}

} // namespace

Weights::Weights(std::filesystem::path const& path, std::string const& architecture, Backend const& backend)
    : contents_(std::make_unique<Contents>()) {
    auto& c = *contents_;
    c.file = path.string();
    check_gguf(path);
    ggml_context* tensors = nullptr;
    c.gguf = read_header(path, &tensors);
    c.tensors.reset(tensors);
    if (!c.gguf) {
        c.fail("it is not a complete GGUF file");
    }
    if (auto found = header_text(c.gguf.get(), "general.architecture"); found != architecture) {
        c.fail("it holds a model of kind '" + found + "', not '" + architecture + "'");
    }

    if (gguf_get_n_tensors(c.gguf.get()) == 0) {
        c.fail("it holds no tensors");
    }
    c.mapped = std::make_unique<MappedFile>(path);
    c.place(backend);
}

Weights::~Weights() = default;
Weights::Weights(Weights&&) noexcept = default;
Weights& Weights::operator=(Weights&&) noexcept = default;

ggml_tensor* Weights::tensor(std::string const& name, std::initializer_list<std::int64_t> shape) const {
    constexpr std::array allowed{GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0};
    ggml_tensor* tensor = contents_->find(name, shape);
    if (std::find(allowed.begin(), allowed.end(), tensor->type) == allowed.end()) {
        contents_->fail("the tensor '" + name + "' is stored as " + ggml_type_name(tensor->type) +
                        " instead of f32, f16, bf16 or q8_0");
    }
    return shape.size() > 1 ? tensor : floats(name, shape);
}

ggml_tensor* Weights::floats(std::string const& name, std::initializer_list<std::int64_t> shape) const {
    ggml_tensor* tensor = contents_->find(name, shape);
    if (tensor->type != GGML_TYPE_F32) {
        contents_->fail("the tensor '" + name + "' is stored as " + ggml_type_name(tensor->type) + " instead of f32");
    }
    return tensor;
}

bool Weights::has(std::string const& name) const {
    return ggml_get_tensor(contents_->tensors.get(), name.c_str()) != nullptr;
}

std::int64_t Weights::dimension(std::string const& name, int axis) const {
    ggml_tensor* tensor = ggml_get_tensor(contents_->tensors.get(), name.c_str());
    if (!tensor) {
        contents_->fail("the tensor '" + name + "' is missing");
    }
    return tensor->ne[axis]; // at least 1: check_gguf refuses empty tensors
}

void Weights::expect_all_used() const {
    auto* all = contents_->tensors.get();
    for (auto* tensor = ggml_get_first_tensor(all); tensor; tensor = ggml_get_next_tensor(all, tensor)) {
        if (!contents_->used.contains(tensor)) {
            contents_->fail("the tensor '" + std::string(tensor->name) + "' does not belong to this network");
        }
    }
}

std::uint32_t Weights::u32(std::string const& key) const {
    return gguf_get_val_u32(contents_->gguf.get(), contents_->key(key, GGUF_TYPE_UINT32));
}

float Weights::f32(std::string const& key) const {
    return gguf_get_val_f32(contents_->gguf.get(), contents_->key(key, GGUF_TYPE_FLOAT32));
}

std::string Weights::text(std::string const& key) const {
    return gguf_get_val_str(contents_->gguf.get(), contents_->key(key, GGUF_TYPE_STRING));
}

std::vector<std::int32_t> Weights::i32_array(std::string const& key) const {
    return contents_->array<std::int32_t>(key, GGUF_TYPE_INT32);
}

std::vector<float> Weights::f32_array(std::string const& key) const {
    return contents_->array<float>(key, GGUF_TYPE_FLOAT32);
}

std::vector<std::string> Weights::text_array(std::string const& key) const {
    std::int64_t id = contents_->key(key, GGUF_TYPE_ARRAY);
    if (gguf_get_arr_type(contents_->gguf.get(), id) != GGUF_TYPE_STRING) {
        contents_->fail("the list '" + key + "' does not hold text");
    }
    std::vector<std::string> values;
    for (std::size_t i = 0; i < gguf_get_arr_n(contents_->gguf.get(), id); ++i) {
        values.emplace_back(gguf_get_arr_str(contents_->gguf.get(), id, i));
    }
    return values;
}

std::string const& Weights::file() const {
    return contents_->file;
}

std::size_t Weights::bytes() const {
    return ggml_backend_buffer_get_size(contents_->buffer.get());
}

} // namespace echollama::nn
