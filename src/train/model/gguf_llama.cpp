// A GGUF of llama.cpp's architecture "llama".
#include "base/error.h"
#include "nn/gguf_tensors.h"
#include "train/model/llama_files.h"

#include <ggml.h>
#include <gguf.h>

#include <set>

namespace echollama::train {
namespace {

constexpr std::int64_t most_layers = 1024, most_width = 1 << 20;
constexpr std::int64_t widest_block = 256; // products read so many columns at once, so no block may cross their edges

class Reader {
  public:
    explicit Reader(std::filesystem::path const& path) : file_(path) {
        if (text("general.architecture") != "llama") {
            refuse("is not of the LLaMA family");
        }
    }

    [[noreturn]] void refuse(std::string const& why) const {
        throw Error("The model " + file_.path().string() + " " + why + "; name a GGUF file of a LLaMA model.");
    }

    std::string text(char const* key) const { return file_.text(key); }
    // Between 1 and `most`.
    std::int64_t whole(char const* key, std::int64_t most, std::int64_t otherwise = 0) const {
        auto const* header = &file_.header();
        auto const id = gguf_find_key(header, key);
        bool const there = id >= 0 && gguf_get_kv_type(header, id) == GGUF_TYPE_UINT32;
        std::int64_t const value = there ? gguf_get_val_u32(header, id) : otherwise;
        if (value < 1 || value > most) {
            refuse(std::string("says nothing usable for ") + key);
        }
        return value;
    }
    double number(char const* key, float otherwise) const {
        auto const value = static_cast<double>(file_.number(key, otherwise));
        if (!(value > 0)) {
            refuse(std::string("says nothing usable for ") + key);
        }
        return value;
    }

    bool has(std::string const& name) const { return file_.has(name); }
    std::int64_t rows_of(std::string const& name) const { return has(name) ? tensor(name)->ne[1] : 0; }

    Matrix matrix(std::string const& name, MatrixShape const& shape, std::int64_t head = 0) {
        auto const* found = tensor(name);
        if (found->ne[0] != shape.columns || found->ne[1] != shape.rows || found->ne[2] != 1 || found->ne[3] != 1) {
            refuse("has a tensor '" + name + "' of another shape than it says");
        }
        if (found->type != GGML_TYPE_F32 && ggml_get_type_traits(found->type)->to_float == nullptr) {
            refuse("has a tensor '" + name + "' of a type that cannot be read here");
        }
        if (widest_block % ggml_blck_size(found->type) != 0) {
            refuse("has a tensor '" + name + "' in blocks that are too long");
        }
        Matrix matrix{shape.rows, shape.columns, found->type};
        matrix.bytes = file_.bytes(name);
        matrix.head = head;
        used_.insert(name);
        return matrix;
    }

    std::vector<float> vector(std::string const& name, std::int64_t size) {
        auto const* found = tensor(name);
        if (found->type != GGML_TYPE_F32 || ggml_nelements(found) != size) {
            refuse("has a tensor '" + name + "' of another shape than it says");
        }
        used_.insert(name);
        return file_.rows(name, 0, ggml_nrows(found));
    }

    // A tensor that is not understood, such as a bias, would silently be left out of the network.
    void refuse_unknown() const {
        for (auto const& name : file_.names()) {
            if (!used_.contains(name)) {
                refuse("holds '" + name + "', which cannot be trained with here");
            }
        }
    }

  private:
    ggml_tensor const* tensor(std::string const& name) const {
        auto const* found = file_.description(name);
        if (!found) {
            refuse("has no tensor '" + name + "'");
        }
        return found;
    }

    nn::GgufTensors file_;
    std::set<std::string> used_;
};

convert::LlamaShape read_shape(Reader const& file) {
    convert::LlamaShape s;
    s.width = file.whole("llama.embedding_length", most_width);
    s.layers = file.whole("llama.block_count", most_layers);
    s.feed_forward = file.whole("llama.feed_forward_length", most_width);
    s.heads = file.whole("llama.attention.head_count", most_width);
    s.kv_heads = file.whole("llama.attention.head_count_kv", most_width, s.heads);
    s.head = file.whole("llama.attention.key_length", most_width, s.width / s.heads);
    s.context = file.whole("llama.context_length", INT32_MAX, 2048);
    s.norm_eps = file.number("llama.attention.layer_norm_rms_epsilon", 0);
    s.rope_theta = file.number("llama.rope.freq_base", 10000);
    s.vocabulary = file.rows_of("token_embd.weight");
    s.tied = !file.has("output.weight");
    auto const scaling = file.text("llama.rope.scaling.type");
    if (scaling == "linear") {
        s.scaling.kind = convert::LlamaRopeScaling::Kind::linear;
        s.scaling.factor = file.number("llama.rope.scaling.factor", 1);
    } else if (!scaling.empty() && scaling != "none") {
        file.refuse("stretches positions in the way '" + scaling + "', which is not supported");
    }
    if (s.heads % s.kv_heads != 0 || s.head % 2 != 0 || s.vocabulary < 1 ||
        s.head != file.whole("llama.rope.dimension_count", most_width, s.head)) {
        file.refuse("has impossible sizes");
    }
    return s;
}

} // namespace

LlamaWeights read_gguf_llama(std::filesystem::path const& path) {
    Reader file(path);
    LlamaWeights w;
    w.file = path.string();
    w.shape = read_shape(file);
    auto const& s = w.shape;
    if (file.has("rope_freqs.weight")) {
        w.rope_divisors = file.vector("rope_freqs.weight", s.head / 2);
    }
    w.embedding = file.matrix("token_embd.weight", {s.vocabulary, s.width});
    for (std::int64_t i = 0; i < s.layers; ++i) {
        auto const prefix = "blk." + std::to_string(i) + ".";
        auto& layer = w.layers.emplace_back();
        layer.attention_norm = file.vector(prefix + "attn_norm.weight", s.width);
        layer.ffn_norm = file.vector(prefix + "ffn_norm.weight", s.width);
        for (auto projection : all_projections) {
            bool const rotated = projection == Projection::q || projection == Projection::k;
            layer.projections[static_cast<std::size_t>(projection)] = file.matrix(
                prefix + names_of(projection).gguf + ".weight", shape_of(s, projection), rotated ? s.head : 0);
        }
    }
    w.norm = file.vector("output_norm.weight", s.width);
    if (!s.tied) {
        w.output = file.matrix("output.weight", {s.vocabulary, s.width});
    }
    file.refuse_unknown();
    return w;
}

} // namespace echollama::train
