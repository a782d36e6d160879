#include "convert/whisper_ct2.h"

#include "base/error.h"
#include "convert/whisper_mel.h"
#include "convert/whisper_vocabulary.h"
#include "formats/ctranslate2.h"

#include <ggml.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <span>

namespace echollama::convert {
namespace {

namespace fs = std::filesystem;
using Shape = std::vector<std::int64_t>;

// The order in which whisper.cpp reads them (whisper_model_load).
struct WhisperParameters {
    std::int32_t vocabulary = 0;
    std::int32_t audio_context = 0, audio_state = 0, audio_heads = 0, audio_layers = 0;
    std::int32_t text_context = 0, text_state = 0, text_heads = 0, text_layers = 0;
    std::int32_t mels = 0;
    std::int32_t float_type = 1; // matrices are float16
};

// Vocabularies of this size and more hold languages; one more ordinary token is in them.
constexpr std::int32_t first_multilingual_vocabulary = 51865;
constexpr std::int32_t largest_vocabulary = 51866;
constexpr std::size_t english_tokens = 50256;
constexpr std::uint32_t ggml_magic = 0x67676d6c;

// Writes beside the output and renames when all is there.
class GgmlFile {
  public:
    explicit GgmlFile(fs::path output)
        : output_(std::move(output)), part_(output_.string() + ".part" + std::to_string(getpid())),
          file_(part_, std::ios::binary) {
        check();
    }
    ~GgmlFile() {
        std::error_code ignored;
        file_.close();
        fs::remove(part_, ignored);
    }
    GgmlFile(GgmlFile const&) = delete;
    GgmlFile& operator=(GgmlFile const&) = delete;

    void bytes(void const* data, std::size_t size) {
        file_.write(static_cast<char const*>(data), static_cast<std::streamsize>(size));
        check();
    }
    template <typename T>
    void number(T value) {
        bytes(&value, sizeof value);
    }

    // `shape` slowest dimension first; the file has it fastest first.
    void tensor(std::string const& name, Shape const& shape, std::span<float const> values, ggml_type type) {
        number(static_cast<std::int32_t>(shape.size()));
        number(static_cast<std::int32_t>(name.size()));
        number(static_cast<std::int32_t>(type));
        std::for_each(shape.rbegin(), shape.rend(),
                      [this](auto dimension) { number(static_cast<std::int32_t>(dimension)); });
        bytes(name.data(), name.size());
        if (type == GGML_TYPE_F16) {
            std::vector<ggml_fp16_t> halves(values.size());
            ggml_fp32_to_fp16_row(values.data(), halves.data(), static_cast<std::int64_t>(values.size()));
            bytes(halves.data(), halves.size() * sizeof(ggml_fp16_t));
        } else {
            bytes(values.data(), values.size_bytes());
        }
    }

    void finish() {
        file_.close();
        std::error_code failed;
        fs::rename(part_, output_, failed);
        if (failed || !file_) {
            refuse();
        }
    }

  private:
    void check() {
        if (!file_) {
            refuse();
        }
    }
    [[noreturn]] void refuse() const {
        throw Error("Cannot write " + output_.string() +
                    "; check that the folder exists, may be written and has room.");
    }

    fs::path output_, part_;
    std::ofstream file_;
};

class WhisperConversion {
  public:
    WhisperConversion(Ct2File const& model, GgmlFile& out) : model_(model), out_(out) {
        if (model.specification() != "WhisperSpec") {
            fail("it is a " + model.specification());
        }
        auto const conv = shape_of("encoder/conv1/weight", 3); // [state, mels, 3]
        auto const words = shape_of("decoder/embeddings/weight", 2);
        p_.vocabulary = size(words[0]);
        p_.audio_context = size(shape_of("encoder/position_encodings/encodings", 2)[0]);
        p_.audio_state = size(conv[0]);
        p_.audio_heads = heads("encoder", p_.audio_state);
        p_.audio_layers = layers("encoder");
        p_.text_context = size(shape_of("decoder/position_encodings/encodings", 2)[0]);
        p_.text_state = size(words[1]);
        p_.text_heads = heads("decoder", p_.text_state);
        p_.text_layers = layers("decoder");
        p_.mels = size(conv[1]);
        if (p_.vocabulary < first_multilingual_vocabulary - 1 || p_.vocabulary > largest_vocabulary ||
            p_.audio_state != p_.text_state || p_.mels > 128) {
            fail("its sizes are not those of a Whisper model");
        }
    }

    void header(fs::path const& vocabulary_dir) {
        out_.number(ggml_magic);
        out_.bytes(&p_, sizeof p_);
        auto const bank = mel_filter_bank(p_.mels);
        out_.number(p_.mels);
        out_.number(std::int32_t{whisper_fft_bins});
        out_.bytes(bank.data(), bank.size() * sizeof(float));
        // Only the ordinary tokens are written; whisper.cpp knows the special ones by their numbers.
        auto const multilingual = p_.vocabulary >= first_multilingual_vocabulary;
        auto const tokens = read_whisper_tokens(vocabulary_dir, english_tokens + (multilingual ? 1 : 0));
        out_.number(static_cast<std::int32_t>(tokens.size()));
        for (auto const& token : tokens) {
            out_.number(static_cast<std::uint32_t>(token.size()));
            out_.bytes(token.data(), token.size());
        }
    }

    void encoder() {
        std::int64_t const n = p_.audio_state;
        vector("encoder.positional_embedding", "encoder/position_encodings/encodings", {p_.audio_context, n});
        matrix("encoder.conv1.weight", "encoder/conv1/weight", {n, p_.mels, 3});
        channel_bias("encoder.conv1.bias", "encoder/conv1/bias", n);
        matrix("encoder.conv2.weight", "encoder/conv2/weight", {n, n, 3});
        channel_bias("encoder.conv2.bias", "encoder/conv2/bias", n);
        norm("encoder.ln_post", "encoder/layer_norm", n);
        for (int i = 0; i < p_.audio_layers; ++i) {
            auto const to = "encoder.blocks." + std::to_string(i) + ".";
            auto const from = "encoder/layer_" + std::to_string(i) + "/";
            self_attention(to, from, n);
            feed_forward(to, from, n);
        }
    }

    void decoder() {
        std::int64_t const n = p_.text_state;
        vector("decoder.positional_embedding", "decoder/position_encodings/encodings", {p_.text_context, n});
        matrix("decoder.token_embedding.weight", "decoder/embeddings/weight", {p_.vocabulary, n});
        norm("decoder.ln", "decoder/layer_norm", n);
        for (int i = 0; i < p_.text_layers; ++i) {
            auto const to = "decoder.blocks." + std::to_string(i) + ".";
            auto const from = "decoder/layer_" + std::to_string(i) + "/";
            self_attention(to, from, n);
            cross_attention(to, from, n);
            feed_forward(to, from, n);
        }
    }

  private:
    [[noreturn]] void fail(std::string const& reason) const {
        throw Error("The model " + model_.name() + " is not a Whisper model that can be converted: " + reason + ".");
    }

    Shape const& shape_of(std::string const& name, std::size_t rank) const {
        auto const& shape = model_.variable(name).shape;
        if (shape.size() != rank) {
            fail("'" + name + "' has " + std::to_string(shape.size()) + " dimensions");
        }
        return shape;
    }

    std::int32_t size(std::int64_t dimension) const {
        if (dimension < 1 || dimension > 100000) {
            fail("a dimension is " + std::to_string(dimension));
        }
        return static_cast<std::int32_t>(dimension);
    }

    std::int32_t heads(std::string const& side, std::int32_t state) const {
        auto count = model_.integer(side + "/num_heads");
        if (count < 1 || count > state || state % count != 0) {
            fail("its " + side + " cannot have " + std::to_string(count) + " attention heads");
        }
        return static_cast<std::int32_t>(count);
    }

    std::int32_t layers(std::string const& side) const {
        std::int32_t count = 0;
        while (model_.contains(side + "/layer_" + std::to_string(count) + "/self_attention/linear_0/weight")) {
            ++count;
        }
        if (count == 0) {
            fail("its " + side + " has no layers");
        }
        return count;
    }

    void vector(std::string const& to, std::string const& from, Shape const& shape) {
        out_.tensor(to, shape, model_.floats(from, shape), GGML_TYPE_F32);
    }
    void matrix(std::string const& to, std::string const& from, Shape const& shape) {
        out_.tensor(to, shape, model_.floats(from, shape), GGML_TYPE_F16);
    }
    // whisper.cpp adds it to [channels, time]: one column.
    void channel_bias(std::string const& to, std::string const& from, std::int64_t n) {
        out_.tensor(to, {n, 1}, model_.floats(from, {n}), GGML_TYPE_F32);
    }
    void norm(std::string const& to, std::string const& from, std::int64_t n) {
        vector(to + ".weight", from + "/gamma", {n});
        vector(to + ".bias", from + "/beta", {n});
    }

    // Row blocks of one fused projection, under their names. A key bias is not written: it adds the same number to all
    // scores of one query, which softmax removes, and Whisper has none.
    void projections(std::string const& to, std::string const& from, std::vector<std::string> const& names,
                     std::int64_t n) {
        auto const rows = n * static_cast<std::int64_t>(names.size());
        auto const weights = model_.floats(from + "/weight", {rows, n});
        auto const biases = model_.floats(from + "/bias", {rows});
        auto const block = static_cast<std::size_t>(n);
        for (std::size_t i = 0; i < names.size(); ++i) {
            auto const weight = std::span(weights).subspan(i * block * block, block * block);
            out_.tensor(to + names[i] + ".weight", {n, n}, weight, GGML_TYPE_F16);
            if (names[i] != "key") {
                out_.tensor(to + names[i] + ".bias", {n}, std::span(biases).subspan(i * block, block), GGML_TYPE_F32);
            }
        }
    }

    void self_attention(std::string const& to, std::string const& from, std::int64_t n) {
        norm(to + "attn_ln", from + "self_attention/layer_norm", n);
        projections(to + "attn.", from + "self_attention/linear_0", {"query", "key", "value"}, n);
        projections(to + "attn.", from + "self_attention/linear_1", {"out"}, n);
    }
    void cross_attention(std::string const& to, std::string const& from, std::int64_t n) {
        norm(to + "cross_attn_ln", from + "attention/layer_norm", n);
        projections(to + "cross_attn.", from + "attention/linear_0", {"query"}, n);
        projections(to + "cross_attn.", from + "attention/linear_1", {"key", "value"}, n);
        projections(to + "cross_attn.", from + "attention/linear_2", {"out"}, n);
    }
    void feed_forward(std::string const& to, std::string const& from, std::int64_t n) {
        norm(to + "mlp_ln", from + "ffn/layer_norm", n);
        matrix(to + "mlp.0.weight", from + "ffn/linear_0/weight", {4 * n, n});
        vector(to + "mlp.0.bias", from + "ffn/linear_0/bias", {4 * n});
        matrix(to + "mlp.2.weight", from + "ffn/linear_1/weight", {n, 4 * n});
        vector(to + "mlp.2.bias", from + "ffn/linear_1/bias", {n});
    }

    Ct2File const& model_;
    GgmlFile& out_;
    WhisperParameters p_;
};

} // namespace

std::vector<fs::path> find_whisper_parts(fs::path const& folder_or_file) {
    std::error_code ignored;
    if (!fs::is_directory(folder_or_file, ignored)) {
        return {folder_or_file};
    }
    if (auto whole = folder_or_file / "model.bin"; fs::exists(whole, ignored)) {
        return {whole};
    }
    std::vector<fs::path> parts;
    for (int i = 1; fs::exists(folder_or_file / ("model.bin.part" + std::to_string(i)), ignored); ++i) {
        parts.push_back(folder_or_file / ("model.bin.part" + std::to_string(i)));
    }
    if (parts.empty()) {
        throw Error("There is no model.bin in " + folder_or_file.string() + "; name the folder of a Whisper model.");
    }
    return parts;
}

void convert_whisper_ctranslate2(std::vector<fs::path> const& parts, fs::path const& output) {
    Ct2File model(parts);
    GgmlFile out(output);
    WhisperConversion conversion(model, out);
    conversion.header(parts.front().parent_path());
    conversion.encoder();
    conversion.decoder();
    out.finish();
}

void convert_whisper_ctranslate2(fs::path const& folder_or_file, fs::path const& output) {
    convert_whisper_ctranslate2(find_whisper_parts(folder_or_file), output);
}

} // namespace echollama::convert
