#include "convert/moondream.h"

#include "base/error.h"
#include "convert/hf_tokenizer.h"
#include "convert/vision_weights.h"

#include <cmath>
#include <map>
#include <utility>

namespace echollama::convert {
namespace {

constexpr std::int64_t patch = 14, text_head = 64, vision_head = 72;
constexpr std::int64_t original_heads = 16; // of the vision encoder, as vision_encoder.py has it

// The tensors by their names of 2024. Files compiled by PyTorch have "._orig_mod" in every name; those of late 2025 use
// the names of moondream/torch (moondream/torch/weights.py at 44146f1).
class MoondreamTensors {
  public:
    explicit MoondreamTensors(Checkpoint const& file) : file_(file) {
        for (auto const& tensor : file.tensors()) {
            auto name = tensor.name;
            for (std::string const part : {"._orig_mod", "model.vision.", "model.text.", "model.region."}) {
                if (auto at = name.find(part); at != std::string::npos) {
                    bool nested = part.starts_with("model.");
                    if (!nested || at == 0) {
                        name.replace(at, part.size(), nested ? part.substr(6) : "");
                    }
                }
            }
            names_[name] = tensor.name;
        }
    }

    bool has(std::string const& name) const { return find(name) != nullptr; }
    bool has_new_names() const { return names_.contains("vision.pos_emb"); }
    std::vector<std::int64_t> const& shape(std::string const& name) const { return file_.tensor(actual(name)).shape; }
    std::vector<float> read(std::string const& name, std::vector<std::int64_t> const& shape) const {
        return file_.read(actual(name), shape);
    }
    // The rows of a matrix [out, in], fetched when they are written.
    RowSource rows(std::string const& name, std::int64_t out, std::int64_t in) const {
        if (shape(name) != std::vector<std::int64_t>{out, in}) {
            throw Error("The tensor '" + actual(name) + "' of " + file_.file() +
                        " has an unexpected shape; it is another model.");
        }
        return [&file = file_, source = actual(name)](std::int64_t first, std::int64_t count) {
            return file.read_rows(source, first, count);
        };
    }
    // Shape [out, in] of a matrix.
    std::pair<std::int64_t, std::int64_t> matrix(std::string const& name) const {
        auto const& found = shape(name);
        if (found.size() != 2 || found[0] < 1 || found[1] < 1) {
            throw Error("The tensor '" + actual(name) + "' of " + file_.file() +
                        " is not a matrix; it is another model.");
        }
        return {found[0], found[1]};
    }
    // How many of `prefix`0`suffix`, `prefix`1`suffix`, … there are.
    int count(std::string const& prefix, std::string const& suffix) const {
        int n = 0;
        while (has(prefix + std::to_string(n) + suffix)) {
            ++n;
        }
        return n;
    }
    std::string file() const { return file_.file(); }

  private:
    // The name of 2025 for one of 2024.
    static std::string renamed(std::string name) {
        static std::pair<char const*, char const*> const parts[] = {
            {"vision_encoder.encoder.model.visual.", "vision."},
            {"vision_encoder.projection.mlp.", "vision.proj_mlp."},
            {"patch_embed.linear.", "patch_emb."},
            {"vision.norm.", "vision.post_ln."},
            {"pos_embed", "pos_emb"},
            {".norm1.", ".ln1."},
            {".norm2.", ".ln2."},
            {"text_model.transformer.embd.wte.weight", "text.wte"},
            {"text_model.transformer.h.", "text.blocks."},
            {"text_model.lm_head.ln.", "text.post_ln."},
            {"text_model.lm_head.linear.", "text.lm_head."},
            {".mixer.Wqkv.", ".attn.qkv."},
            {".mixer.out_proj.", ".attn.proj."},
        };
        for (auto [from, to] : parts) {
            if (auto at = name.find(from); at != std::string::npos) {
                name.replace(at, std::string_view(from).size(), to);
            }
        }
        return name;
    }
    std::string const* find(std::string const& name) const {
        auto found = names_.find(name);
        if (found == names_.end()) {
            found = names_.find(renamed(name));
        }
        return found == names_.end() ? nullptr : &found->second;
    }
    std::string actual(std::string const& name) const {
        auto const* found = find(name);
        return found ? *found : name; // the checkpoint says that it is missing
    }

    Checkpoint const& file_;
    std::map<std::string, std::string> names_; // without decorations → as in the file
};

std::string const visual = "vision_encoder.encoder.model.visual.", projection = "vision_encoder.projection.mlp.";

// Writes layers of one of the two files.
struct LayerWriter {
    MoondreamTensors const& tensors;
    GgufWriter& writer;
    WeightType type;

    void linear(std::string const& name, std::string const& source, std::int64_t out, std::int64_t in) const {
        writer.add(name + ".weight", {in, out}, tensors.rows(source + ".weight", out, in), type_of_rows(type, in));
        writer.add(name + ".bias", {out}, tensors.read(source + ".bias", {out}), WeightType::f32);
    }
    void norm(std::string const& name, std::string const& source, std::int64_t width) const {
        add_norm(writer, name, tensors.read(source + ".weight", {width}), tensors.read(source + ".bias", {width}));
    }
};

std::string revision_of(MoondreamTensors const& tensors, HfTokenizer const& tokenizer, bool doubled) {
    if (tensors.has_new_names() || tensors.has("region_model.coordinate_encoder.weight")) {
        return tokenizer.find("<|endoftext|>") == 0 ? "2025-06" : "2025-01";
    }
    return doubled ? "2024-05" : "2024-03";
}

void write_vision(MoondreamTensors const& tensors, HfTokenizer const& tokenizer, std::filesystem::path const& output,
                  WeightType type, WriteOptions const& options) {
    GgufWriter writer("moondream-vision");
    LayerWriter layers{tensors, writer, type};
    auto position = tensors.shape(visual + "pos_embed");
    auto tokens = position.size() == 3 ? position[1] : 0, d = position.size() == 3 ? position[2] : 0;
    auto grid = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(tokens))));
    if (grid < 1 || grid * grid != tokens || grid > 128) {
        throw Error("The positions of " + tensors.file() + " are not those of a square picture; it is another model.");
    }
    auto [inner, wanted] = tensors.matrix(projection + "fc1.weight");
    auto revision = revision_of(tensors, tokenizer, wanted == 2 * d);
    int blocks = tensors.count(visual + "blocks.", ".norm1.weight");

    writer.set("moondream.revision", revision);
    writer.set("moondream.crops", std::string(revision == "2024-03"   ? "squash"
                                              : revision == "2024-05" ? "tiles"
                                                                      : "overlap"));
    writer.set("siglip.image_size", static_cast<std::uint32_t>(grid * patch));
    writer.set("siglip.patch_size", static_cast<std::uint32_t>(patch));
    writer.set("siglip.blocks", static_cast<std::uint32_t>(blocks));
    writer.set("siglip.heads", static_cast<std::uint32_t>(d % vision_head == 0 ? d / vision_head : original_heads));
    writer.set("siglip.norm_eps", 1e-5F); // PyTorch's default, which Moondream's code leaves

    ConvWeights patches{d, 3, patch, tensors.read(visual + "patch_embed.linear.weight", {d, 3 * patch * patch}),
                        tensors.read(visual + "patch_embed.linear.bias", {d})};
    add_conv(writer, "patch", patches, type);
    writer.add("position", {d, tokens}, tensors.read(visual + "pos_embed", {1, tokens, d}), WeightType::f32);
    for (int i = 0; i < blocks; ++i) {
        std::string const source = visual + "blocks." + std::to_string(i) + ".";
        std::string const name = "block." + std::to_string(i) + ".";
        auto feed_forward = tensors.matrix(source + "mlp.fc1.weight").first;
        layers.norm(name + "norm1", source + "norm1", d);
        layers.linear(name + "qkv", source + "attn.qkv", 3 * d, d);
        layers.linear(name + "out", source + "attn.proj", d, d);
        layers.norm(name + "norm2", source + "norm2", d);
        layers.linear(name + "mlp.fc1", source + "mlp.fc1", feed_forward, d);
        layers.linear(name + "mlp.fc2", source + "mlp.fc2", d, feed_forward);
    }
    layers.norm("norm", visual + "norm", d);
    layers.linear("projection.fc1", projection + "fc1", inner, wanted);
    layers.linear("projection.fc2", projection + "fc2", tensors.matrix(projection + "fc2.weight").first, inner);
    writer.write(output, options);
}

// llama.cpp's phi2: parallel attention and feed-forward after one norm, q, k and v in one matrix, rotation of the first
// half of each head (github.com/vikhyat/moondream: torch/text.py, torch/rope.py).
void write_text(MoondreamTensors const& tensors, HfTokenizer const& tokenizer, std::filesystem::path const& output,
                WeightType type, WriteOptions const& options) {
    GgufWriter writer("phi2");
    LayerWriter layers{tensors, writer, type};
    std::string const embeddings = "text_model.transformer.embd.wte.weight", stem = "text_model.transformer.h.";
    auto [vocabulary, d] = tensors.matrix(embeddings);
    auto feed_forward = tensors.matrix(stem + "0.mlp.fc1.weight").first;
    int blocks = tensors.count(stem, ".ln.weight");
    if (d % text_head != 0) {
        throw Error("The text model of " + tensors.file() + " has an unknown width; it is another model.");
    }
    auto number = [&](char const* key, std::int64_t value) {
        writer.set(std::string("phi2.") + key, static_cast<std::uint32_t>(value));
    };
    writer.set("general.name", std::string("moondream2"));
    number("context_length", 2048);
    number("embedding_length", d);
    number("feed_forward_length", feed_forward);
    number("block_count", blocks);
    number("attention.head_count", d / text_head);
    number("attention.head_count_kv", d / text_head);
    number("rope.dimension_count", text_head / 2);
    writer.set("phi2.attention.layer_norm_epsilon", 1e-5F);
    writer.set("phi2.rope.freq_base", 10000.0F);

    add_tokenizer(writer, tokenizer);
    auto end = static_cast<std::uint32_t>(tokenizer.find("<|endoftext|>")); // also stands at the beginning
    writer.set("tokenizer.ggml.bos_token_id", end);
    writer.set("tokenizer.ggml.eos_token_id", end);
    writer.set("tokenizer.ggml.unknown_token_id", end);
    writer.set("tokenizer.ggml.add_bos_token", false);

    writer.add("token_embd.weight", {d, vocabulary}, tensors.rows(embeddings, vocabulary, d), type);
    for (int i = 0; i < blocks; ++i) {
        std::string const source = stem + std::to_string(i) + ".";
        std::string const name = "blk." + std::to_string(i) + ".";
        layers.norm(name + "attn_norm", source + "ln", d);
        layers.linear(name + "attn_qkv", source + "mixer.Wqkv", 3 * d, d);
        layers.linear(name + "attn_output", source + "mixer.out_proj", d, d);
        layers.linear(name + "ffn_up", source + "mlp.fc1", feed_forward, d);
        layers.linear(name + "ffn_down", source + "mlp.fc2", d, feed_forward);
    }
    layers.norm("output_norm", "text_model.lm_head.ln", d);
    layers.linear("output", "text_model.lm_head.linear", vocabulary, d);
    writer.write(output, options);
}

} // namespace

bool is_moondream(Checkpoint const& file) {
    MoondreamTensors tensors(file);
    return tensors.has(visual + "pos_embed") && tensors.has("text_model.lm_head.ln.weight");
}

std::filesystem::path moondream_vision_path(std::filesystem::path const& text) {
    auto path = text;
    return path.replace_filename(text.stem().string() + "-vision" + text.extension().string());
}

void convert_moondream(Checkpoint const& file, std::filesystem::path const& output, WeightType type,
                       WriteOptions const& options) {
    MoondreamTensors tensors(file);
    auto vocabulary = tensors.matrix("text_model.transformer.embd.wte.weight").first;
    auto path = file.folder() / "tokenizer.json";
    if (!std::filesystem::exists(path)) {
        throw Error("Moondream2 needs its tokenizer.json beside " + file.file() + "; download it from the same place.");
    }
    auto tokenizer = read_hf_tokenizer(path, static_cast<std::size_t>(vocabulary));
    if (tokenizer.find("<|endoftext|>") < 0) {
        throw Error("The tokenizer " + path.string() + " is not Moondream2's: it has no <|endoftext|>.");
    }
    constexpr double vision = 0.24; // its share of the numbers
    auto part = [&](double begin, double end) {
        WriteOptions own{{}, options.stop};
        if (options.progress) {
            own.progress = [&, begin, end](double done) { options.progress(begin + done * (end - begin)); };
        }
        return own;
    };
    write_vision(tensors, tokenizer, moondream_vision_path(output), type, part(0, vision));
    write_text(tensors, tokenizer, output, type, part(vision, 1));
}

} // namespace echollama::convert
