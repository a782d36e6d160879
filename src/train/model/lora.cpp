#include "train/model/lora.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "formats/checkpoint.h"
#include "train/model/llama_files.h"

#include <algorithm>
#include <cmath>

namespace echollama::train {
namespace {

Parameter parameter(std::string name, std::int64_t rows, std::int64_t columns) {
    auto const count = static_cast<std::size_t>(rows * columns);
    return {std::move(name), {rows, columns}, std::vector<float>(count), std::vector<float>(count)};
}

void draw(Parameter& a, std::uint64_t seed) {
    auto const bound = static_cast<float>(1 / std::sqrt(static_cast<double>(a.shape[1])));
    auto const stream = splitmix64(fnv1a64(a.name), seed);
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        a.values[i] = bound * (2 * uniform(stream, i) - 1);
    }
}

} // namespace

Lora::Lora(LoraOptions const& options, LlamaWeights const& weights, std::uint64_t seed) : options_(options) {
    place_.fill(-1);
    int places = 0;
    for (auto projection : all_projections) { // in one order, however they were named
        if (std::find(options.targets.begin(), options.targets.end(), projection) != options.targets.end()) {
            place_[static_cast<std::size_t>(projection)] = places++;
        }
    }
    for (std::int64_t layer = 0; layer < weights.shape.layers; ++layer) {
        for (auto projection : all_projections) {
            if (!adapts(projection)) {
                continue;
            }
            auto const [rows, columns] = shape_of(weights.shape, projection);
            auto const name =
                "base_model.model.model.layers." + std::to_string(layer) + "." + names_of(projection).published;
            draw(parameters_.emplace_back(parameter(name + ".lora_A.weight", options.rank, columns)), seed);
            parameters_.push_back(parameter(name + ".lora_B.weight", rows, options.rank));
        }
    }
}

float Lora::factor() const {
    auto const rank = static_cast<double>(options_.rank);
    return static_cast<float>(options_.alpha / (options_.root_of_rank ? std::sqrt(rank) : rank));
}

std::size_t Lora::index(std::int64_t layer, Projection projection) const {
    auto const places = std::count_if(place_.begin(), place_.end(), [](int place) { return place >= 0; });
    return static_cast<std::size_t>(2 * (layer * places + place_[static_cast<std::size_t>(projection)]));
}

Parameter& Lora::a(std::int64_t layer, Projection projection) {
    return parameters_[index(layer, projection)];
}

Parameter& Lora::b(std::int64_t layer, Projection projection) {
    return parameters_[index(layer, projection) + 1];
}

void Lora::clear_gradients() {
    for (auto& parameter : parameters_) {
        std::fill(parameter.gradient.begin(), parameter.gradient.end(), 0.0F);
    }
}

std::uint64_t Lora::fingerprint() const {
    std::uint64_t hash = 0;
    for (auto const& parameter : parameters_) {
        auto const* bytes = reinterpret_cast<char const*>(parameter.values.data());
        hash = splitmix64(hash, fnv1a64({bytes, parameter.values.size() * sizeof(float)}));
    }
    return hash;
}

void Lora::read(std::filesystem::path const& file) {
    auto const adapter = convert::open_checkpoint(file);
    if (adapter.tensors().size() != parameters_.size()) {
        throw Error("The adapter " + adapter.file() +
                    " has other targets than the configuration names; name the same ones under [lora].");
    }
    for (auto& parameter : parameters_) {
        parameter.values = adapter.read(parameter.name, parameter.shape);
    }
}

} // namespace echollama::train
