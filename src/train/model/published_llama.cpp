// Hugging Face's folder of a model: config.json and weights in one or several files.
#include "base/error.h"
#include "formats/checkpoint.h"
#include "train/model/llama_files.h"

#include <cstring>
#include <set>

namespace echollama::train {
namespace {

using convert::Checkpoint;
using convert::DType;

constexpr std::int64_t rows_at_once = 1024;

ggml_type type_for(DType type) {
    switch (type) {
    case DType::f16:
        return GGML_TYPE_F16;
    case DType::bf16:
        return GGML_TYPE_BF16;
    default:
        return GGML_TYPE_F32;
    }
}

// Nothing is lost: the numbers come from that very type.
void put_row_block(ggml_type type, std::vector<float> const& values, std::uint8_t* out) {
    auto const count = static_cast<std::int64_t>(values.size());
    if (type == GGML_TYPE_F32) {
        std::memcpy(out, values.data(), values.size() * sizeof(float));
    } else if (type == GGML_TYPE_F16) {
        ggml_fp32_to_fp16_row(values.data(), reinterpret_cast<ggml_fp16_t*>(out), count);
    } else {
        ggml_fp32_to_bf16_row(values.data(), reinterpret_cast<ggml_bf16_t*>(out), count);
    }
}

class Reader {
  public:
    explicit Reader(Checkpoint const& file) : file_(file) {}

    Matrix matrix(std::string const& name, MatrixShape const& shape) {
        check(name, {shape.rows, shape.columns});
        Matrix matrix{shape.rows, shape.columns, type_for(file_.tensor(name).type)};
        auto const row_bytes = ggml_row_size(matrix.type, matrix.columns);
        matrix.bytes.resize(static_cast<std::size_t>(matrix.rows) * row_bytes);
        for (std::int64_t row = 0; row < matrix.rows; row += rows_at_once) {
            auto const count = std::min(rows_at_once, matrix.rows - row);
            put_row_block(matrix.type, file_.read_rows(name, row, count),
                          matrix.bytes.data() + static_cast<std::size_t>(row) * row_bytes);
        }
        return matrix;
    }

    std::vector<float> vector(std::string const& name, std::int64_t size) {
        check(name, {size});
        return file_.read(name);
    }

    // A tensor that is not understood, such as a bias, would silently be left out of the network.
    void refuse_unknown() const {
        for (auto const& tensor : file_.tensors()) {
            bool const harmless = tensor.name == "lm_head.weight" || tensor.name.ends_with("rotary_emb.inv_freq");
            if (!used_.contains(tensor.name) && !harmless) {
                throw Error("The file " + file_.file() + " holds '" + tensor.name +
                            "', which cannot be trained with here; name a LLaMA model without it.");
            }
        }
    }

  private:
    void check(std::string const& name, std::vector<std::int64_t> const& shape) {
        if (file_.tensor(name).shape != shape) {
            throw Error("The tensor '" + name + "' of " + file_.file() +
                        " has another shape than config.json says; the files belong to different models.");
        }
        used_.insert(name);
    }

    Checkpoint const& file_;
    std::set<std::string> used_;
};

} // namespace

MatrixShape shape_of(convert::LlamaShape const& s, Projection projection) {
    auto const q = s.heads * s.head, kv = s.kv_heads * s.head;
    switch (projection) {
    case Projection::q:
        return {q, s.width};
    case Projection::k:
    case Projection::v:
        return {kv, s.width};
    case Projection::o:
        return {s.width, q};
    case Projection::gate:
    case Projection::up:
        return {s.feed_forward, s.width};
    case Projection::down:
        break;
    }
    return {s.width, s.feed_forward};
}

LlamaWeights read_published_llama(std::filesystem::path const& path) {
    auto const file = convert::open_checkpoint(path);
    auto const config = file.folder() / "config.json";
    if (!std::filesystem::exists(config)) {
        throw Error("There is no config.json beside " + file.file() +
                    "; download the whole model, not only its weights.");
    }
    LlamaWeights w;
    w.file = file.file();
    w.shape = convert::read_llama_shape(config);
    w.rope_divisors = convert::rope_divisors(w.shape);
    Reader reader(file);
    w.embedding = reader.matrix("model.embed_tokens.weight", {w.shape.vocabulary, w.shape.width});
    for (std::int64_t i = 0; i < w.shape.layers; ++i) {
        auto const prefix = "model.layers." + std::to_string(i) + ".";
        auto& layer = w.layers.emplace_back();
        layer.attention_norm = reader.vector(prefix + "input_layernorm.weight", w.shape.width);
        layer.ffn_norm = reader.vector(prefix + "post_attention_layernorm.weight", w.shape.width);
        for (auto projection : all_projections) {
            layer.projections[static_cast<std::size_t>(projection)] =
                reader.matrix(prefix + names_of(projection).published + ".weight", shape_of(w.shape, projection));
        }
    }
    w.norm = reader.vector("model.norm.weight", w.shape.width);
    if (!w.shape.tied) {
        w.output = reader.matrix("lm_head.weight", {w.shape.vocabulary, w.shape.width});
    }
    reader.refuse_unknown();
    return w;
}

} // namespace echollama::train
