#include "vision/depth_estimators.h"

#include "base/error.h"
#include "nn/gguf_head.h"
#include "vision/midas_depth.h"

#include <algorithm>
#include <array>

namespace echollama {
namespace {

struct Network {
    char const* architecture; // general.architecture of its GGUF
    char const* title;        // as users read it
    char const* file;         // as it is called in the models folder
    decltype(&make_midas_depth) make;
};

// The better ones first.
constexpr std::array<Network, 2> networks{{
    {"dpt-hybrid", "MiDaS DPT-Hybrid", "dpt-hybrid.gguf", make_midas_depth},
    {"midas-small", "MiDaS v2.1 small", "midas-small.gguf", make_midas_depth},
}};

} // namespace

std::string depth_model_titles() {
    std::string titles;
    for (std::size_t i = 0; i < networks.size(); ++i) {
        titles += (i == 0 ? "" : i + 1 == networks.size() ? " or " : ", ") + std::string(networks[i].title);
    }
    return titles;
}

std::filesystem::path preferred_depth_model(std::filesystem::path const& models_dir) {
    return models_dir / networks.front().file;
}

std::filesystem::path installed_depth_model(std::filesystem::path const& models_dir) {
    for (auto const& network : networks) {
        std::error_code ignored;
        if (auto const file = models_dir / network.file; std::filesystem::exists(file, ignored)) {
            return file;
        }
    }
    return {};
}

std::unique_ptr<DepthEstimator> make_depth_estimator(std::filesystem::path const& gguf, int threads, DptRecipe recipe,
                                                     std::string const& device) {
    auto const found = nn::gguf_architecture(gguf);
    auto const* network =
        std::find_if(networks.begin(), networks.end(), [&](Network const& one) { return one.architecture == found; });
    if (network == networks.end() && !found.empty()) {
        throw Error("The model file " + gguf.string() + " holds a model of kind '" + found +
                    "'; a depth model is needed: " + depth_model_titles() + ".");
    }
    auto const& chosen = found.empty() ? networks.front() : *network; // what is wrong with the file, loading says
    return chosen.make(gguf, threads, recipe, device);
}

} // namespace echollama
