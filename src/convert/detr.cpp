#include "convert/detr.h"

#include "base/error.h"
#include "convert/vision_weights.h"
#include "formats/json_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace echollama::convert {
namespace {

constexpr std::int64_t d = 256, feed_forward = 2048, queries = 100, most_classes = 4096;
constexpr int layers = 6;
constexpr char const *no_name = "N/A", *no_object = "no object";
constexpr std::array<int, 4> stage_blocks{3, 4, 6, 3};

// The classes by their COCO category ids, with gaps as "N/A" (facebook/detr-resnet-50, id2label). The last class is "no
// object".
std::vector<std::string> const& coco_names() {
    static std::vector<std::string> const names{
        "N/A",        "person",        "bicycle",       "car",          "motorcycle",     "airplane",
        "bus",        "train",         "truck",         "boat",         "traffic light",  "fire hydrant",
        "N/A",        "stop sign",     "parking meter", "bench",        "bird",           "cat",
        "dog",        "horse",         "sheep",         "cow",          "elephant",       "bear",
        "zebra",      "giraffe",       "N/A",           "backpack",     "umbrella",       "N/A",
        "N/A",        "handbag",       "tie",           "suitcase",     "frisbee",        "skis",
        "snowboard",  "sports ball",   "kite",          "baseball bat", "baseball glove", "skateboard",
        "surfboard",  "tennis racket", "bottle",        "N/A",          "wine glass",     "cup",
        "fork",       "knife",         "spoon",         "bowl",         "banana",         "apple",
        "sandwich",   "orange",        "broccoli",      "carrot",       "hot dog",        "pizza",
        "donut",      "cake",          "chair",         "couch",        "potted plant",   "bed",
        "N/A",        "dining table",  "N/A",           "N/A",          "toilet",         "N/A",
        "tv",         "laptop",        "mouse",         "remote",       "keyboard",       "cell phone",
        "microwave",  "oven",          "toaster",       "sink",         "refrigerator",   "N/A",
        "book",       "clock",         "vase",          "scissors",     "teddy bear",     "hair drier",
        "toothbrush", "no object"};
    return names;
}

std::int64_t class_count(Checkpoint const& file) {
    bool const published = file.has("class_labels_classifier.weight");
    auto const& shape = file.tensor(published ? "class_labels_classifier.weight" : "class_embed.weight").shape;
    if (shape.size() != 2 || shape[0] < 2 || shape[0] > most_classes) {
        throw Error("The file " + file.file() + " does not have between 2 and " + std::to_string(most_classes) +
                    " classes; it is another network.");
    }
    return shape[0];
}

// Names by their numbers, "no object" behind them; none where they are not there or are those of another network.
std::optional<std::vector<std::string>> own_names(Json const& config, std::size_t classes) {
    auto const named = config.find("id2label");
    if (named == config.end() || !named->is_object() || named->empty()) {
        return std::nullopt;
    }
    std::vector<std::string> names(classes, no_name);
    std::size_t largest = 0;
    for (auto const& [key, name] : named->items()) {
        std::size_t number = 0;
        auto const end = key.data() + key.size();
        auto const [stopped, fault] = std::from_chars(key.data(), end, number);
        if (fault != std::errc() || stopped != end || number + 1 >= classes || !name.is_string()) {
            return std::nullopt;
        }
        largest = std::max(largest, number);
        auto const text = name.get<std::string>();
        names[number] = text.empty() ? no_name : text;
    }
    names.back() = no_object;
    return largest + 2 == classes ? std::optional(names) : std::nullopt;
}

void replace(std::string& text, std::string const& from, std::string const& to) {
    if (auto at = text.find(from); at != std::string::npos) {
        text.replace(at, from.size(), to);
    }
}

// Hugging Face's name → the original one (transformers' convert_detr_original_pytorch_checkpoint_to_pytorch, reversed).
std::string original_name(std::string name) {
    bool encoder = name.starts_with("model.encoder.");
    replace(name, "model.backbone.conv_encoder.model.", "backbone.0.body.");
    replace(name, "model.encoder.", "transformer.encoder.");
    replace(name, "model.decoder.", "transformer.decoder.");
    replace(name, "model.input_projection", "input_proj");
    replace(name, "model.query_position_embeddings", "query_embed");
    replace(name, "class_labels_classifier", "class_embed");
    replace(name, "bbox_predictor", "bbox_embed");
    replace(name, "decoder.layernorm", "decoder.norm");
    replace(name, "encoder_attn_layer_norm", "norm2");
    replace(name, "self_attn_layer_norm", "norm1");
    replace(name, "final_layer_norm", encoder ? "norm2" : "norm3");
    replace(name, "encoder_attn", "multihead_attn");
    replace(name, ".fc1", ".linear1");
    replace(name, ".fc2", ".linear2");
    return name;
}

// One of the three parts that the original keeps in in_proj_weight and in_proj_bias; -1: none.
int packed_part(std::string const& name) {
    for (int i = 0; i < 3; ++i) {
        if (name.find(std::string(1, "qkv"[i]) + "_proj.") != std::string::npos) {
            return i;
        }
    }
    return -1;
}

std::vector<float> read_packed(Checkpoint const& file, std::string name, int part, std::vector<std::int64_t> shape) {
    replace(name, std::string(1, "qkv"[part]) + "_proj.", "in_proj_");
    auto count = static_cast<std::ptrdiff_t>(element_count(shape));
    shape[0] *= 3;
    auto all = file.read(original_name(name), shape);
    return {all.begin() + part * count, all.begin() + (part + 1) * count};
}

ReadTensor reader(Checkpoint const& file) {
    if (file.has("class_labels_classifier.weight")) {
        return
            [&file](std::string const& name, std::vector<std::int64_t> const& shape) { return file.read(name, shape); };
    }
    return [&file](std::string const& name, std::vector<std::int64_t> const& shape) {
        int part = packed_part(name);
        return part < 0 ? file.read(original_name(name), shape) : read_packed(file, name, part, shape);
    };
}

struct DetrConversion {
    GgufWriter writer{"detr"};
    ReadTensor read;
    WeightType wanted;
    std::vector<std::string> labels;

    // In F16 files only the transformer's feed-forward layers are F16: every other layer's rounding moves boxes by more
    // than a pixel (docs/performance.md, "Reduced precision").
    WeightType type_of(std::string const& name) const {
        bool large = name.find(".fc") != std::string::npos;
        return wanted == WeightType::f16 && !large ? WeightType::f32 : wanted;
    }

    void conv_bn(std::string const& name, std::string const& conv, std::string const& norm, std::int64_t out,
                 std::int64_t in, std::int64_t kernel) {
        std::string const root = "model.backbone.conv_encoder.model.";
        ConvWeights weights{out, in, kernel, read(root + conv + ".weight", {out, in, kernel, kernel}), {}};
        auto part = [&](char const* what) { return read(root + norm + "." + what, {out}); };
        fold_batch_norm(weights, part("weight"), part("bias"), part("running_mean"), part("running_var"), 1e-5);
        add_conv(writer, name, weights, type_of(name));
    }

    void backbone() {
        conv_bn("resnet.stem", "conv1", "bn1", 64, 3, 7);
        std::int64_t in = 64;
        for (std::size_t s = 0; s < stage_blocks.size(); ++s) {
            std::int64_t mid = 64 << s, out = 4 * mid;
            for (int b = 0; b < stage_blocks[s]; ++b) {
                std::string const source = "layer" + std::to_string(s + 1) + "." + std::to_string(b) + ".";
                std::string const name = "resnet." + std::to_string(s) + "." + std::to_string(b) + ".";
                conv_bn(name + "conv1", source + "conv1", source + "bn1", mid, in, 1);
                conv_bn(name + "conv2", source + "conv2", source + "bn2", mid, mid, 3);
                conv_bn(name + "conv3", source + "conv3", source + "bn3", out, mid, 1);
                if (b == 0) {
                    conv_bn(name + "shortcut", source + "downsample.0", source + "downsample.1", out, in, 1);
                }
                in = out;
            }
        }
    }

    void linear(std::string const& name, std::string const& source, std::int64_t out, std::int64_t in) {
        add_linear(writer, name, out, in, read(source + ".weight", {out, in}), read(source + ".bias", {out}),
                   type_of(name));
    }
    void norm(std::string const& name, std::string const& source) {
        add_norm(writer, name, read(source + ".weight", {d}), read(source + ".bias", {d}));
    }
    void attention(std::string const& name, std::string const& source) {
        for (char part : {'q', 'k', 'v'}) {
            linear(name + "." + part, source + "." + part + "_proj", d, d);
        }
        linear(name + ".out", source + ".out_proj", d, d);
    }

    void transformer() {
        for (int i = 0; i < layers; ++i) {
            std::string const source = "model.encoder.layers." + std::to_string(i) + ".";
            std::string const name = "encoder." + std::to_string(i) + ".";
            attention(name + "self", source + "self_attn");
            norm(name + "norm1", source + "self_attn_layer_norm");
            linear(name + "fc1", source + "fc1", feed_forward, d);
            linear(name + "fc2", source + "fc2", d, feed_forward);
            norm(name + "norm2", source + "final_layer_norm");
        }
        for (int i = 0; i < layers; ++i) {
            std::string const source = "model.decoder.layers." + std::to_string(i) + ".";
            std::string const name = "decoder." + std::to_string(i) + ".";
            attention(name + "self", source + "self_attn");
            norm(name + "norm1", source + "self_attn_layer_norm");
            attention(name + "cross", source + "encoder_attn");
            norm(name + "norm2", source + "encoder_attn_layer_norm");
            linear(name + "fc1", source + "fc1", feed_forward, d);
            linear(name + "fc2", source + "fc2", d, feed_forward);
            norm(name + "norm3", source + "final_layer_norm");
        }
        norm("decoder.norm", "model.decoder.layernorm");
    }

    void ends() {
        ConvWeights projection{d, 2048, 1, read("model.input_projection.weight", {d, 2048, 1, 1}),
                               read("model.input_projection.bias", {d})};
        add_conv(writer, "projection", projection, type_of("projection"));
        writer.add("queries", {d, queries}, read("model.query_position_embeddings.weight", {queries, d}),
                   WeightType::f32);
        linear("class", "class_labels_classifier", static_cast<std::int64_t>(labels.size()), d);
        for (int i = 0; i < 3; ++i) {
            linear("box." + std::to_string(i), "bbox_predictor.layers." + std::to_string(i), i < 2 ? d : 4, d);
        }
    }

    void hyper_parameters() {
        writer.set("detr.stages", std::vector<std::int32_t>(stage_blocks.begin(), stage_blocks.end()));
        writer.set("detr.encoder_layers", static_cast<std::uint32_t>(layers));
        writer.set("detr.decoder_layers", static_cast<std::uint32_t>(layers));
        writer.set("detr.heads", std::uint32_t{8});
        writer.set("detr.norm_eps", 1e-5F);
        writer.set("detr.temperature", 10000.0F);
        writer.set("detr.short_side", std::uint32_t{800});
        writer.set("detr.long_side", std::uint32_t{1333});
        writer.set("detr.mean", std::vector<float>{0.485F, 0.456F, 0.406F});
        writer.set("detr.std", std::vector<float>{0.229F, 0.224F, 0.225F});
        writer.set("detr.labels", labels);
    }
};

} // namespace

bool is_detr(Checkpoint const& file) {
    return (file.has("class_labels_classifier.weight") && file.has("model.input_projection.weight")) ||
           (file.has("class_embed.weight") && file.has("input_proj.weight"));
}

std::vector<std::string> detr_labels(Checkpoint const& file) {
    auto const classes = static_cast<std::size_t>(class_count(file));
    auto const config = file.folder() / "config.json";
    if (auto own = own_names(read_json_if_there(config), classes)) {
        return *own;
    }
    if (classes == coco_names().size()) {
        return coco_names();
    }
    throw Error("The file " + file.file() + " tells " + std::to_string(classes - 1) +
                " classes apart, but what they are called (id2label) is not in " + config.string() + ".");
}

void convert_detr(Checkpoint const& file, std::filesystem::path const& output, WeightType type) {
    DetrConversion conversion;
    conversion.read = reader(file);
    conversion.wanted = type;
    conversion.labels = detr_labels(file);
    conversion.hyper_parameters();
    conversion.backbone();
    conversion.transformer();
    conversion.ends();
    conversion.writer.write(output);
}

} // namespace echollama::convert
