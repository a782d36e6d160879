#include "convert/nanodet.h"

#include "base/error.h"
#include "formats/tfjs.h"
#include "scene/coco.h"

#include <algorithm>
#include <array>
#include <map>

namespace echollama::convert {
namespace {

// Inner blocks of the four stages: the published graph numbers its convolutions in the order of the layers, and has no
// other names.
constexpr std::array<int, 4> stage_blocks{1, 2, 2, 3};
constexpr int levels = 3;
constexpr std::int64_t bins = 11; // of a side's distance

class NanoDetConversion {
  public:
    NanoDetConversion(TfjsModel const& model, WeightType type) : model_(model), type_(type) {
        for (auto const& [name, node] : model.nodes) {
            if (node.op == "Add" && node.inputs.size() == 2) {
                biases_[node.inputs[0]] = node.inputs[1];
            }
        }
    }

    GgufWriter& writer() { return writer_; }

    // The next convolution of the graph becomes the layer `name`.
    void convolution(std::string const& name, std::int64_t kernel_size, int stride) {
        std::string const suffix = next_ == 0 ? "" : "_" + std::to_string(next_);
        ++next_;
        std::string const node = "PartitionedCall/convolution" + suffix;
        auto found = model_.nodes.find(node);
        auto kernel = model_.tensor("PartitionedCall/split" + suffix);
        bool expected = found != model_.nodes.end() && found->second.stride == stride && biases_.contains(node) &&
                        kernel.shape.size() == 4 && kernel.shape[0] == kernel_size && kernel.shape[1] == kernel_size;
        if (!expected) {
            throw Error("The convolution '" + node + "' of " + model_.file +
                        " is not as expected; it is another network.");
        }
        if (name == "stem") {
            take_rgb(kernel);
        }
        auto out = kernel.shape[3];
        writer_.add(name + ".weight", {kernel_size * kernel_size * kernel.shape[2], out}, kernel_rows(kernel), type_);
        writer_.add(name + ".bias", {out}, model_.tensor(biases_.at(node), {out}).values, WeightType::f32);
    }

    void stage(std::size_t index) {
        std::string const name = "stage." + std::to_string(index) + ".";
        convolution(name + "first", 3, index == 0 ? 1 : 2); // the first stage follows a pooling
        for (int block = 0; block < stage_blocks[index]; ++block) {
            std::string const inner = name + "block." + std::to_string(block) + ".";
            convolution(inner + "conv1", 3, 1);
            convolution(inner + "conv2", 3, 1);
        }
        convolution(name + "last", 3, 1);
    }

    void network() {
        convolution("stem", 3, 2);
        for (std::size_t i = 0; i < stage_blocks.size(); ++i) {
            stage(i);
        }
        for (int level = 0; level < levels; ++level) {
            convolution("lateral." + std::to_string(level), 1, 1);
        }
        for (int level = 0; level < levels; ++level) {
            convolution("head." + std::to_string(level) + ".conv", 3, 1);
            convolution("head." + std::to_string(level) + ".out", 1, 1);
        }
    }

    void hyper_parameters() {
        writer_.set("nanodet.stage_blocks", std::vector<std::int32_t>(stage_blocks.begin(), stage_blocks.end()));
        writer_.set("nanodet.strides", std::vector<std::int32_t>{8, 16, 32});
        writer_.set("nanodet.bins", static_cast<std::uint32_t>(bins));
        writer_.set("nanodet.input_size", std::uint32_t{416});
        writer_.set("nanodet.slope", 0.1F);                                          // of the leaky ReLU
        writer_.set("nanodet.mean", std::vector<float>{123.675F, 116.28F, 103.53F}); // red, green, blue in 0..255
        writer_.set("nanodet.std", std::vector<float>{58.395F, 57.12F, 57.375F});
        writer_.set("nanodet.labels", coco_labels());
    }

  private:
    // The published network takes blue, green, red: the kernel's inputs change places.
    void take_rgb(TfjsTensor& kernel) const {
        if (kernel.shape[2] != 3) {
            throw Error("The first layer of " + model_.file +
                        " does not take a colour picture; it is another network.");
        }
        auto out = static_cast<std::size_t>(kernel.shape[3]);
        for (std::size_t tap = 0; tap < kernel.values.size(); tap += 3 * out) {
            auto blue = kernel.values.begin() + static_cast<std::ptrdiff_t>(tap);
            std::swap_ranges(blue, blue + static_cast<std::ptrdiff_t>(out),
                             blue + static_cast<std::ptrdiff_t>(2 * out));
        }
    }

    TfjsModel const& model_;
    WeightType type_;
    GgufWriter writer_{"nanodet"};
    std::map<std::string, std::string> biases_; // of a convolution's node
    int next_ = 0;
};

} // namespace

void convert_nanodet(std::filesystem::path const& json, std::filesystem::path const& bin,
                     std::filesystem::path const& output, WeightType type) {
    auto model = read_tfjs(json, bin);
    NanoDetConversion conversion(model, type);
    conversion.hyper_parameters();
    conversion.network();
    conversion.writer().write(output);
}

} // namespace echollama::convert
