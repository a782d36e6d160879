#include "networks/moondream_vision.h"

#include <algorithm>
#include <stdexcept>

namespace echollama {
namespace {

MoondreamCrops read_crops(nn::Weights const& weights) {
    auto name = weights.text("moondream.crops");
    for (auto [known, crops] : {std::pair{"squash", MoondreamCrops::squash},
                                {"tiles", MoondreamCrops::tiles},
                                {"overlap", MoondreamCrops::overlap}}) {
        if (name == known) {
            return crops;
        }
    }
    refuse_model(weights, "it wants pictures cut in a way this program does not know");
}

} // namespace

MoondreamVision::MoondreamVision(std::filesystem::path const& gguf, int threads, std::string const& device,
                                 bool with_taps)
    : backend_(nn::make_backend(threads, device)), weights_(gguf, "moondream-vision", backend_),
      params_(read_siglip_params(weights_)), revision_(weights_.text("moondream.revision")),
      crops_(read_crops(weights_)) {
    d_ = static_cast<int>(weights_.dimension("position", 0));
    auto wanted = weights_.dimension("projection.fc1.weight", 0);
    doubled_ = wanted == 2 * std::int64_t{d_};
    if (params_.grid() <= 8 || (wanted != d_ && !doubled_) || (!doubled_ && crops_ != MoondreamCrops::squash)) {
        refuse_model(weights_, "its projection does not fit its encoder");
    }
    if (backend_.own_layers) {
        cpu_.emplace(backend_);
    }
    build(with_taps);
    weights_.expect_all_used();
}

MoondreamVision::~MoondreamVision() = default;

void MoondreamVision::build(bool with_taps) {
    auto net = [&](nn::Graph::Builder const& b) { return Net{b.ctx, &weights_, cpu_ ? &*cpu_ : nullptr}; };
    tower_ = std::make_unique<nn::Graph>(
        backend_, nn::nodes_for(static_cast<std::size_t>(params_.blocks)),
        [&](nn::Graph::Builder& b) {
            b.output("features", siglip(net(b), b, params_, b.input("picture", {3, params_.size, params_.size, 1})));
        },
        with_taps, nn::most_bytes_at_own_size);
    projection_ = std::make_unique<nn::Graph>(backend_, 64, [&](nn::Graph::Builder& b) {
        ggml_tensor* y = gelu_mlp(net(b), "projection", b.input("features", {doubled_ ? 2 * d_ : d_, rows()}));
        width_ = static_cast<int>(y->ne[0]);
        b.output("rows", y); // [width, rows]
    });
}

std::vector<float> MoondreamVision::encode(std::span<float const> picture, std::stop_token stop) {
    tower_->set("picture", picture);
    tower_->compute(std::move(stop));
    return tower_->read("features");
}

std::vector<float> MoondreamVision::embed(Image const& image, std::stop_token stop) {
    auto cut = cut_picture(image, crops_, params_.size, params_.patch);
    std::vector<std::vector<float>> features;
    for (auto const& picture : cut.pictures) {
        features.push_back(encode(picture, stop));
    }
    std::vector<float> input = features.front();
    if (doubled_) { // for each patch the whole picture's features, then the parts'
        auto parts = features.size() == 1 ? features.front()
                                          : join_features(std::span(features).subspan(1), crops_, cut.rows, cut.columns,
                                                          params_.grid(), d_);
        input.clear();
        for (auto at = std::size_t{0}; at < parts.size(); at += static_cast<std::size_t>(d_)) {
            for (auto const* source : {&features.front(), &parts}) {
                auto begin = source->begin() + static_cast<std::ptrdiff_t>(at);
                input.insert(input.end(), begin, begin + d_);
            }
        }
    }
    projection_->set("features", std::span<float const>(input));
    projection_->compute(std::move(stop));
    return projection_->read("rows");
}

std::size_t MoondreamVision::bytes() const {
    return weights_.bytes() + (cpu_ ? cpu_->bytes() : 0) + tower_->bytes() + projection_->bytes();
}

} // namespace echollama
