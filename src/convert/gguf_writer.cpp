#include "convert/gguf_writer.h"

#include "base/error.h"

#include <ggml-cpp.h>
#include <ggml.h>
#include <gguf.h>

#include <numeric>

namespace echollama::convert {

struct GgufWriter::State {
    gguf_context_ptr gguf{gguf_init_empty()};
    std::vector<ggml_context_ptr> contexts;      // one per tensor: descriptions only
    std::vector<std::vector<std::uint8_t>> data; // what the descriptions point to, until written
};

namespace {

ggml_type ggml_type_of(WeightType type, std::int64_t row) {
    switch (type) {
    case WeightType::f16:
        return GGML_TYPE_F16;
    case WeightType::bf16:
        return GGML_TYPE_BF16;
    case WeightType::q8_0:
        return row % 32 == 0 ? GGML_TYPE_Q8_0 : GGML_TYPE_F16;
    case WeightType::f32:
        break;
    }
    return GGML_TYPE_F32;
}

} // namespace

WeightType parse_weight_type(std::string const& name) {
    if (name == "f32") {
        return WeightType::f32;
    }
    if (name == "f16") {
        return WeightType::f16;
    }
    if (name == "bf16") {
        return WeightType::bf16;
    }
    if (name == "q8_0") {
        return WeightType::q8_0;
    }
    throw UsageError("'" + name + "' is not a weight type; use f32, f16, bf16 or q8_0.");
}

GgufWriter::GgufWriter(std::string const& architecture) : state_(std::make_unique<State>()) {
    set("general.architecture", architecture);
}

GgufWriter::~GgufWriter() = default;

void GgufWriter::set(std::string const& key, std::uint32_t value) {
    gguf_set_val_u32(state_->gguf.get(), key.c_str(), value);
}
void GgufWriter::set(std::string const& key, float value) {
    gguf_set_val_f32(state_->gguf.get(), key.c_str(), value);
}
void GgufWriter::set(std::string const& key, bool value) {
    gguf_set_val_bool(state_->gguf.get(), key.c_str(), value);
}
void GgufWriter::set(std::string const& key, std::string const& value) {
    gguf_set_val_str(state_->gguf.get(), key.c_str(), value.c_str());
}
void GgufWriter::set(std::string const& key, std::vector<std::int32_t> const& values) {
    gguf_set_arr_data(state_->gguf.get(), key.c_str(), GGUF_TYPE_INT32, values.data(), values.size());
}
void GgufWriter::set(std::string const& key, std::vector<float> const& values) {
    gguf_set_arr_data(state_->gguf.get(), key.c_str(), GGUF_TYPE_FLOAT32, values.data(), values.size());
}
void GgufWriter::set(std::string const& key, std::vector<std::string> const& values) {
    std::vector<char const*> pointers;
    for (auto const& value : values) {
        pointers.push_back(value.c_str());
    }
    gguf_set_arr_str(state_->gguf.get(), key.c_str(), pointers.data(), pointers.size());
}

void GgufWriter::add(std::string const& name, std::vector<std::int64_t> const& shape, std::span<float const> values,
                     WeightType type) {
    std::int64_t count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    if (count != static_cast<std::int64_t>(values.size()) || shape.size() > GGML_MAX_DIMS ||
        name.size() >= GGML_MAX_NAME) {
        throw std::logic_error("GgufWriter: wrong shape or name for " + name);
    }
    ggml_type kind = ggml_type_of(type, shape.empty() ? 1 : shape[0]);
    auto& context = state_->contexts.emplace_back(ggml_init({ggml_tensor_overhead(), nullptr, true}));
    ggml_tensor* tensor = ggml_new_tensor(context.get(), kind, static_cast<int>(shape.size()), shape.data());
    ggml_set_name(tensor, name.c_str());
    auto& bytes = state_->data.emplace_back(ggml_nbytes(tensor));
    ggml_quantize_chunk(kind, values.data(), bytes.data(), 0, ggml_nrows(tensor), tensor->ne[0], nullptr);
    tensor->data = bytes.data();
    gguf_add_tensor(state_->gguf.get(), tensor);
}

void GgufWriter::write(std::filesystem::path const& path) {
    auto fresh = path;
    fresh += ".part";
    std::error_code failed;
    if (!gguf_write_to_file(state_->gguf.get(), fresh.c_str(), false)) {
        std::filesystem::remove(fresh, failed);
        throw Error("Cannot write " + path.string() + "; check that the folder exists, may be written and has room.");
    }
    std::filesystem::rename(fresh, path, failed);
    if (failed) {
        throw Error("Cannot write " + path.string() + " (" + failed.message() + ").");
    }
}

} // namespace echollama::convert
