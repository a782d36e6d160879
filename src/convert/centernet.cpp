#include "convert/centernet.h"

#include "base/error.h"
#include "formats/tfjs.h"
#include "scene/coco.h"

namespace echollama::convert {
namespace {

class CenterNetConversion {
  public:
    CenterNetConversion(TfjsModel const& model, WeightType type) : model_(model), type_(type) {}

    GgufWriter& writer() { return writer_; }

    // 1x1 convolution; an empty bias name means none.
    void pointwise(std::string const& name, std::string const& weight, std::string const& bias) {
        auto const& kernel = model_.tensor(weight);
        if (kernel.shape.size() != 4 || kernel.shape[0] != 1 || kernel.shape[1] != 1) {
            throw Error("The weight '" + weight + "' of " + model_.file +
                        " is not a 1x1 convolution; it is another network.");
        }
        auto in = kernel.shape[2];
        auto out = kernel.shape[3];
        writer_.add(name + ".weight", {in, out}, kernel_rows(kernel), type_);
        if (!bias.empty()) {
            writer_.add(name + ".bias", {out}, model_.tensor(bias, {out}).values, WeightType::f32);
        }
    }

    // TensorFlow [ky,kx,channels,1] is GGUF [channels,kx,ky] already: channels fastest.
    void depthwise(std::string const& name, std::string const& weight, std::string const& bias) {
        auto const& kernel = model_.tensor(weight);
        if (kernel.shape.size() != 4 || kernel.shape[3] != 1) {
            throw Error("The weight '" + weight + "' of " + model_.file +
                        " is not a depthwise convolution; it is another network.");
        }
        writer_.add(name + ".weight", {kernel.shape[2], kernel.shape[1], kernel.shape[0]}, kernel.values,
                    WeightType::f32);
        if (!bias.empty()) {
            writer_.add(name + ".bias", {kernel.shape[2]}, model_.tensor(bias, {kernel.shape[2]}).values,
                        WeightType::f32);
        }
    }

    // [ky=3,kx=3,in=3,out] → [in*kx*ky, out]: one row per filter, in the order of patches taken from channel-last
    // pictures.
    void stem() {
        std::string const root = "tower_0/MobilenetV3/Conv/Conv2D_";
        auto const& kernel = model_.tensor(root + "weights", {3, 3, 3, 16});
        writer_.add("stem.weight", {27, 16}, kernel_rows(kernel), WeightType::f32);
        writer_.add("stem.bias", {16}, model_.tensor(root + "bn_offset", {16}).values, WeightType::f32);
    }

    void block(int index) {
        std::string const root = block_root(index);
        std::string const name = "block." + std::to_string(index) + ".";
        if (model_.tensors.contains(root + "/expand/Conv2D_weights")) {
            pointwise(name + "expand", root + "/expand/Conv2D_weights", root + "/expand/Conv2D_bn_offset");
        }
        depthwise(name + "depthwise", root + "/depthwise/depthwise_weights", root + "/depthwise/depthwise_bn_offset");
        std::string const squeeze = root.substr(std::string("tower_0/").size()) + "/squeeze_excite/";
        if (model_.tensors.contains(squeeze + "Conv/weights")) {
            pointwise(name + "squeeze", squeeze + "Conv/weights", squeeze + "Conv/biases");
            pointwise(name + "excite", squeeze + "Conv_1/weights", squeeze + "Conv_1/biases");
        }
        pointwise(name + "project", root + "/project/Conv2D_weights", root + "/project/Conv2D_bn_offset");
    }

    // Depthwise followed by 1x1, as in the head's separable convolutions with folded batch norm.
    void separable(std::string const& name, std::string const& root) {
        depthwise(name + ".depthwise", root + "/depthwise_weights", "");
        pointwise(name + ".pointwise", "tower_0/" + root + "/separable_conv2d_weights",
                  "tower_0/" + root + "/separable_conv2d_bn_offset");
    }

    void head() {
        pointwise("extern", "tower_0/extern1/Conv2D_weights", "tower_0/extern1/Conv2D_bn_offset");
        for (std::string const level : {"c2", "c3", "c4"}) {
            std::string const root = "CenternetHead/" + level + "_reverse/";
            pointwise("lateral." + level + ".reduce", "tower_0/" + root + "1x1/Conv2D_weights",
                      "tower_0/" + root + "1x1/Conv2D_bn_offset");
            separable("lateral." + level, root + "3x3");
        }
        for (std::string const level : {"c3", "c4", "c5"}) {
            std::string const root = "CenternetHead/" + level + "_upsample/branch_";
            separable("up." + level + ".x", root + "x_upsample_resize");
            separable("up." + level + ".y", root + "y_upsample_resize");
        }
        pointwise("head.squeeze", "tower_0/CenternetHead/conv1x1_se_a/Conv2D_weights",
                  "tower_0/CenternetHead/conv1x1_se_a/Conv2D_bn_offset");
        pointwise("head.excite", "CenternetHead/conv1x1_se_b/weights", "");
        for (std::string const output : {"cls", "wh"}) {
            std::string const root = "CenternetHead/centernet_" + output + "_output/";
            depthwise("head." + output + ".depthwise", root + "depthwise_weights", "");
            pointwise("head." + output + ".pointwise", root + "pointwise_weights", root + "biases");
        }
    }

    void hyper_parameters() {
        std::vector<std::int32_t> strides, hard_swish, residual;
        for (int i = 0; i < block_count(); ++i) {
            strides.push_back(depthwise_stride(i));
            hard_swish.push_back(model_.nodes.contains(block_root(i) + "/depthwise/hard_swish/mul"));
            residual.push_back(model_.nodes.contains(block_root(i) + "/add"));
        }
        writer_.set("centernet.block.stride", strides);
        writer_.set("centernet.block.hard_swish", hard_swish);
        writer_.set("centernet.block.residual", residual);
        writer_.set("centernet.input_size", std::uint32_t{512});
        writer_.set("centernet.output_stride", std::uint32_t{4});
        // The slope of the hard sigmoid was rounded to float16 with the other constants; parity needs that value.
        writer_.set("centernet.hard_slope", scalar("tower_0/MobilenetV3/Conv/hard_swish/mul_1/y"));
        writer_.set("centernet.size_scale", scalar("tower_0/mul/y"));
        writer_.set("centernet.labels", coco_labels());
    }

    int block_count() const {
        int count = 0;
        while (model_.tensors.contains(block_root(count) + "/project/Conv2D_weights")) {
            ++count;
        }
        return count;
    }

  private:
    static std::string block_root(int index) {
        return "tower_0/MobilenetV3/expanded_conv" + (index == 0 ? "" : "_" + std::to_string(index));
    }

    int depthwise_stride(int index) const {
        auto found = model_.nodes.find(block_root(index) + "/depthwise/depthwise");
        if (found == model_.nodes.end() || found->second.stride < 1 || found->second.stride > 2) {
            throw Error("Block " + std::to_string(index) + " of " + model_.file +
                        " has no known stride; it is another network.");
        }
        return found->second.stride;
    }

    float scalar(std::string const& name) const { return model_.tensor(name, {}).values.at(0); }

    TfjsModel const& model_;
    WeightType type_;
    GgufWriter writer_{"centernet"};
};

} // namespace

void convert_centernet(std::filesystem::path const& json, std::filesystem::path const& bin,
                       std::filesystem::path const& output, WeightType type) {
    auto model = read_tfjs(json, bin);
    CenterNetConversion conversion(model, type);
    conversion.hyper_parameters();
    conversion.stem();
    for (int i = 0; i < conversion.block_count(); ++i) {
        conversion.block(i);
    }
    conversion.head();
    conversion.writer().write(output);
}

} // namespace echollama::convert
