#include "networks/midas.h"

#include "base/error.h"
#include "networks/dpt.h"
#include "networks/midas_decoder.h"
#include "networks/net.h"
#include "nn/gguf_head.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace echollama {
namespace {

using namespace nn;

constexpr char const *dpt_hybrid = "dpt-hybrid", *midas_small = "midas-small";
constexpr int max_side = 4096; // keeps every product of sizes far from overflow

std::string architecture_of(std::filesystem::path const& gguf) {
    return gguf_architecture(gguf) == midas_small ? midas_small : dpt_hybrid; // what is wrong with others, Weights says
}

MidasParams read_params(Weights const& weights, std::string const& architecture) {
    MidasParams p;
    p.input_size = static_cast<int>(weights.u32("midas.input_size"));
    read_normalisation(weights, "midas", p.mean, p.std);
    if (p.input_size < 32 || p.input_size > 1024 || p.input_size % 32 != 0) {
        refuse_model(weights, "its description is broken");
    }
    if (architecture == dpt_hybrid) {
        p.encoder = read_vit_hybrid(weights);
    } else {
        p.encoder = read_efficientnet(weights);
    }
    return p;
}

std::size_t block_count(MidasParams const& params) {
    if (!params.is_dpt()) {
        return std::get<EfficientNetParams>(params.encoder).blocks.size();
    }
    auto const& vit = std::get<VitHybridParams>(params.encoder);
    return static_cast<std::size_t>(std::accumulate(vit.stages.begin(), vit.stages.end(), vit.layers));
}

} // namespace

Midas::Midas(std::filesystem::path const& gguf, int threads, std::string const& device, bool with_taps)
    : backend_(make_backend(threads, device)), weights_(gguf, architecture_of(gguf), backend_),
      params_(read_params(weights_, architecture_of(gguf))), with_taps_(with_taps) {
    if (backend_.own_layers) {
        cpu_.emplace(backend_);
    }
    build({params_.input_size, params_.input_size, 1}); // looks every weight up and packs it as this size wants it
    weights_.expect_all_used();
}

Midas::~Midas() = default;

void Midas::build(Shape const& shape) {
    graph_.reset(); // before the new one takes its memory
    auto describe = [&](Graph::Builder& b) {
        Net net{b.ctx, &weights_, cpu_ ? &*cpu_ : nullptr};
        ggml_tensor* picture = b.input("picture", {3, shape.width, shape.height, shape.batch});
        auto features = params_.is_dpt()
                            ? dpt_features(net, b, std::get<VitHybridParams>(params_.encoder), picture)
                            : efficientnet_features(net, b, std::get<EfficientNetParams>(params_.encoder), picture);
        b.output("depth", midas_decoder(net, b, features, params_.is_dpt()));
    };
    bool own_size = shape == Shape{params_.input_size, params_.input_size, 1};
    graph_ = std::make_unique<Graph>(backend_, nodes_for(block_count(params_)), describe, with_taps_,
                                     own_size ? most_bytes_at_own_size : 0);
    shape_ = shape;
}

std::vector<std::vector<float>> Midas::run(std::span<PictureInput const> batch, std::stop_token stop) {
    for (auto const& picture : batch) {
        auto [w, h] = std::pair(picture.width, picture.height);
        if (w < 32 || h < 32 || w > max_side || h > max_side || w % 32 != 0 || h % 32 != 0 ||
            picture.values.size() != std::size_t{3} * static_cast<std::size_t>(w) * static_cast<std::size_t>(h)) {
            throw std::logic_error("Midas::run: impossible input size");
        }
    }
    std::vector<std::vector<float>> maps;
    while (!batch.empty()) {
        auto const& first = batch.front();
        auto end = std::find_if(batch.begin(), batch.end(), [&](auto const& picture) {
            return picture.width != first.width || picture.height != first.height;
        });
        auto together = batch.first(static_cast<std::size_t>(end - batch.begin()));
        Shape shape{first.width, first.height, static_cast<int>(together.size())};
        if (!graph_ || shape != shape_) {
            build(shape);
        }
        std::vector<float> pictures;
        for (auto const& picture : together) {
            pictures.insert(pictures.end(), picture.values.begin(), picture.values.end());
        }
        graph_->set("picture", std::span<float const>(pictures));
        graph_->compute(stop);
        auto depth = graph_->read("depth");
        auto size = depth.size() / together.size();
        for (std::size_t i = 0; i < depth.size(); i += size) {
            auto begin = depth.begin() + static_cast<std::ptrdiff_t>(i);
            maps.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
        }
        batch = batch.subspan(together.size());
    }
    return maps;
}

std::size_t Midas::bytes() const {
    return weights_.bytes() + (cpu_ ? cpu_->bytes() : 0) + (graph_ ? graph_->bytes() : 0);
}

} // namespace echollama
