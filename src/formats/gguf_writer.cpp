#include "formats/gguf_writer.h"

#include "base/error.h"

#include <ggml-cpp.h>
#include <ggml.h>
#include <gguf.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <stdexcept>

namespace echollama::convert {

struct GgufWriter::State {
    struct Tensor {
        ggml_context_ptr context; // holds the description only
        ggml_tensor* description = nullptr;
        std::vector<std::uint8_t> held; // the finished bytes, unless there is a source
        RowSource source;
    };

    gguf_context_ptr gguf{gguf_init_empty()};
    std::vector<Tensor> tensors;

    Tensor& describe(std::string const& name, std::vector<std::int64_t> const& shape, WeightType type);
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

std::uint32_t file_type_of(WeightType type) {
    switch (type) {
    case WeightType::f16:
        return 1;
    case WeightType::bf16:
        return 32;
    case WeightType::q8_0:
        return 7;
    case WeightType::f32:
        break;
    }
    return 0;
}

GgufWriter::GgufWriter(std::string const& architecture) : state_(std::make_unique<State>()) {
    set("general.architecture", architecture);
}

GgufWriter::~GgufWriter() = default;

void GgufWriter::set_all(gguf_context const& header) {
    gguf_set_kv(state_->gguf.get(), &header);
}
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
    std::vector<char const*> pointers(values.size());
    std::transform(values.begin(), values.end(), pointers.begin(), [](auto const& value) { return value.c_str(); });
    gguf_set_arr_str(state_->gguf.get(), key.c_str(), pointers.data(), pointers.size());
}

GgufWriter::State::Tensor& GgufWriter::State::describe(std::string const& name, std::vector<std::int64_t> const& shape,
                                                       WeightType type) {
    if (shape.size() > GGML_MAX_DIMS || name.size() >= GGML_MAX_NAME) {
        throw std::logic_error("GgufWriter: wrong shape or name for " + name);
    }
    auto& tensor = tensors.emplace_back();
    tensor.context.reset(ggml_init({ggml_tensor_overhead(), nullptr, true}));
    tensor.description = ggml_new_tensor(tensor.context.get(), ggml_type_of(type, shape.empty() ? 1 : shape[0]),
                                         static_cast<int>(shape.size()), shape.data());
    ggml_set_name(tensor.description, name.c_str());
    gguf_add_tensor(gguf.get(), tensor.description);
    return tensor;
}

void GgufWriter::add(std::string const& name, std::vector<std::int64_t> const& shape, std::span<float const> values,
                     WeightType type) {
    std::int64_t count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    if (count != static_cast<std::int64_t>(values.size())) {
        throw std::logic_error("GgufWriter: wrong number of values for " + name);
    }
    // Held as they will be written, so that a model that is collected whole takes no more memory than its file.
    auto& tensor = state_->describe(name, shape, type);
    auto kind = tensor.description->type;
    auto row = tensor.description->ne[0];
    std::vector<std::uint8_t> bytes(ggml_nbytes(tensor.description));
    ggml_quantize_chunk(kind, values.data(), bytes.data(), 0, ggml_nrows(tensor.description), row, nullptr);
    tensor.held = std::move(bytes);
}

void GgufWriter::add(std::string const& name, std::vector<std::int64_t> const& shape, RowSource source,
                     WeightType type) {
    state_->describe(name, shape, type).source = std::move(source);
}

namespace {

// The file under its temporary name: removed unless it was kept.
class FreshFile {
  public:
    explicit FreshFile(std::filesystem::path const& path) : path_(path), fresh_(path) { fresh_ += ".part"; }
    ~FreshFile() {
        std::error_code ignored;
        std::filesystem::remove(fresh_, ignored);
    }
    FreshFile(FreshFile const&) = delete;
    FreshFile& operator=(FreshFile const&) = delete;

    std::filesystem::path const& name() const { return fresh_; }
    [[noreturn]] void refuse() const {
        throw Error("Cannot write " + path_.string() + "; check that the folder exists, may be written and has room.");
    }
    void keep() const {
        std::error_code failed;
        std::filesystem::rename(fresh_, path_, failed);
        if (failed) {
            throw Error("Cannot write " + path_.string() + " (" + failed.message() + ").");
        }
    }

  private:
    std::filesystem::path path_, fresh_;
};

// A block of rows: a few megabytes of numbers.
constexpr std::int64_t block_numbers = 1 << 20;

} // namespace

void GgufWriter::write(std::filesystem::path const& path, WriteOptions const& options) {
    FreshFile file(path);
    if (!gguf_write_to_file(state_->gguf.get(), file.name().c_str(), /*only_meta=*/true)) {
        file.refuse();
    }
    std::ofstream out(file.name(), std::ios::binary | std::ios::app);
    double total = 0;
    double written = 0;
    for (auto const& tensor : state_->tensors) {
        total += static_cast<double>(ggml_nbytes(tensor.description));
    }
    auto put = [&](std::uint8_t const* bytes, std::size_t count) {
        if (!out.write(reinterpret_cast<char const*>(bytes), static_cast<std::streamsize>(count))) {
            file.refuse();
        }
        written += static_cast<double>(count);
        if (options.progress) {
            options.progress(written / total);
        }
        if (options.stop.stop_requested()) {
            throw Cancelled();
        }
    };
    for (auto const& tensor : state_->tensors) {
        auto const* description = tensor.description;
        if (!tensor.source) {
            put(tensor.held.data(), tensor.held.size());
        }
        auto rows = tensor.source ? ggml_nrows(description) : 0;
        auto row = description->ne[0];
        auto block = std::max<std::int64_t>(1, block_numbers / std::max<std::int64_t>(row, 1));
        std::vector<std::uint8_t> bytes;
        for (std::int64_t first = 0; first < rows; first += block) {
            auto count = std::min(block, rows - first);
            auto values = tensor.source(first, count);
            if (static_cast<std::int64_t>(values.size()) != count * row) {
                throw std::logic_error(std::string("GgufWriter: wrong number of values for ") + description->name);
            }
            bytes.resize(static_cast<std::size_t>(count) * ggml_row_size(description->type, row));
            ggml_quantize_chunk(description->type, values.data(), bytes.data(), 0, count, row, nullptr);
            put(bytes.data(), bytes.size());
        }
        auto size = ggml_nbytes(description);
        std::vector<std::uint8_t> padding(GGML_PAD(size, gguf_get_alignment(state_->gguf.get())) - size);
        put(padding.data(), padding.size());
    }
    out.close();
    if (!out) {
        file.refuse();
    }
    file.keep();
}

} // namespace echollama::convert
