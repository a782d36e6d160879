#include "networks/vits.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "networks/vits_layers.h"
#include "networks/vits_spline.h"
#include "nn/cpu/sequence_node.h"
#include "nn/graph.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

namespace echollama {
namespace {

using nn::sequence::NormActivation;
using namespace vits;

constexpr std::size_t most_nodes = 1024;

// Layers of one graph and what they share.
struct Builder {
    nn::Graph::Builder& graph;
    ggml_tensor* scratch;

    ggml_tensor* layer(Layer const& layer, ggml_tensor* x, ggml_tensor* added = nullptr,
                       ggml_tensor* also_added = nullptr) const {
        return nn::sequence::node(
            graph.ctx, layer, {.x = x, .scratch = scratch, .added = added, .also_added = also_added, .noise = nullptr});
    }
    ggml_tensor* norm(Norm const& norm, ggml_tensor* x, NormActivation activation = NormActivation::none,
                      ggml_tensor* add = nullptr) const {
        return nn::sequence::norm(graph.ctx, norm, x, activation, add);
    }

    ggml_tensor* encoder_block(EncoderBlock const& block, ggml_tensor* x) const {
        ggml_tensor* y = nn::sequence::attention(graph.ctx, block.attention, layer(block.qkv, x));
        x = norm(block.after_attention, layer(block.out, y, x));
        return norm(block.after_forward, layer(block.narrow, layer(block.widen, x), x));
    }

    ggml_tensor* separable(Separable const& steps, ggml_tensor* x) const {
        for (auto const& step : steps) {
            ggml_tensor* y = norm(step.first, layer(step.depthwise, x), NormActivation::gelu);
            x = norm(step.second, layer(step.mix, y), NormActivation::gelu, x);
        }
        return x;
    }

    ggml_tensor* coupling(Coupling const& coupling, ggml_tensor* z) const {
        ggml_tensor *x = layer(coupling.pre, z), *skipped = nullptr;
        for (auto const& step : coupling.steps) {
            ggml_tensor* y = nn::sequence::gate(graph.ctx, layer(step.in, x));
            skipped = layer(step.skip, y, skipped);
            x = step.next.channels > 0 ? layer(step.next, y, x) : x;
        }
        return layer(coupling.post, skipped, z);
    }

    ggml_tensor* level(Level const& level, ggml_tensor* x) const {
        x = layer(level.up, x);
        ggml_tensor* sum = nullptr;
        for (auto const& block : level.blocks) {
            ggml_tensor* y = layer(block.first, x, x);
            sum = layer(block.second, y, y, sum);
        }
        return sum;
    }
};

// A graph for one length, kept until another is asked for.
class Part {
  public:
    using Build = std::function<void(Builder const&)>;
    nn::Graph& of(nn::Backend const& backend, std::int64_t steps, std::size_t scratch, Build const& build) {
        if (!graph_ || steps_ != steps) {
            graph_.reset(); // its memory first
            graph_.emplace(
                backend, most_nodes,
                [&](nn::Graph::Builder& b) {
                    build({b, b.input("scratch", {static_cast<std::int64_t>(scratch), backend.threads})});
                },
                false, nn::most_bytes_at_own_size);
            steps_ = steps;
        }
        return *graph_;
    }

  private:
    std::optional<nn::Graph> graph_;
    std::int64_t steps_ = 0;
};

// What the layer that needs most of it needs.
class Scratch {
  public:
    explicit Scratch(int threads) : threads_(threads) {}
    // Returns the steps that come out of the layer.
    std::int64_t add(Layer const& layer, std::int64_t steps) {
        floats_ = layer.channels > 0 ? std::max(floats_, layer.scratch(steps, threads_)) : floats_;
        return layer.output_steps(steps);
    }
    void add(Separable const& separable, std::int64_t steps) {
        for (auto const& step : separable) {
            add(step.depthwise, steps);
            add(step.mix, steps);
        }
    }
    std::size_t floats() const { return floats_; }

  private:
    int threads_;
    std::size_t floats_ = 0;
};

std::vector<float> drawn(std::vector<float> const& given, std::uint64_t seed, char const* what, std::size_t count) {
    if (!given.empty()) {
        return given;
    }
    std::vector<float> draw(count);
    std::uint64_t const stream = seed ^ fnv1a64(what);
    std::generate(draw.begin(), draw.end(), [&, i = std::uint64_t{0}]() mutable { return normal(stream, i++); });
    return draw;
}

} // namespace

struct Vits::State {
    nn::Backend backend;
    nn::Weights weights;
    Network network;
    Part encoder, flow, generator;

    State(std::filesystem::path const& gguf, int threads)
        : backend(nn::make_backend(threads)), weights(gguf, "vits", backend), network(read_network(weights)) {}

    nn::Graph& encoder_graph(std::int64_t symbols) {
        Scratch scratch(backend.threads);
        for (auto const& block : network.encoder) {
            for (auto const* layer : {&block.qkv, &block.out, &block.widen, &block.narrow}) {
                scratch.add(*layer, symbols);
            }
        }
        for (auto const* layer : {&network.prior, &network.duration_pre, &network.duration_proj}) {
            scratch.add(*layer, symbols);
        }
        scratch.add(network.duration_separable, symbols);
        for (auto const& spline : network.splines) {
            scratch.add(spline.pre, symbols);
            scratch.add(spline.separable, symbols);
            scratch.add(spline.numbers, symbols);
        }
        return encoder.of(backend, symbols, scratch.floats(), [&](Builder const& b) {
            ggml_tensor* x = b.graph.input("symbols", {network.channels, symbols});
            for (auto const& block : network.encoder) {
                x = b.encoder_block(block, x);
            }
            b.graph.output("prior", b.layer(network.prior, x));
            x = b.separable(network.duration_separable, b.layer(network.duration_pre, x));
            x = b.layer(network.duration_proj, x);
            ggml_tensor* z = b.graph.input("noise", {2, symbols});
            for (auto const& spline : network.splines) {
                ggml_tensor* y = b.separable(spline.separable, b.layer(spline.pre, z, x));
                z = spline_node(b.graph.ctx, b.layer(spline.numbers, y), z, spline.bent, network.channels);
            }
            b.graph.output("durations", z);
        });
    }

    nn::Graph& flow_graph(std::int64_t frames) {
        Scratch scratch(backend.threads);
        for (auto const& coupling : network.couplings) {
            scratch.add(coupling.pre, frames);
            scratch.add(coupling.post, frames);
            for (auto const& step : coupling.steps) {
                for (auto const* layer : {&step.in, &step.next, &step.skip}) {
                    scratch.add(*layer, frames);
                }
            }
        }
        return flow.of(backend, frames, scratch.floats(), [&](Builder const& b) {
            ggml_tensor* z = b.graph.input("prior", {network.channels, frames});
            for (auto const& coupling : network.couplings) {
                z = b.coupling(coupling, z);
            }
            b.graph.output("latents", z);
        });
    }

    nn::Graph& generator_graph(std::int64_t frames) {
        Scratch scratch(backend.threads);
        auto steps = scratch.add(network.pre, frames);
        for (auto const& level : network.levels) {
            steps = scratch.add(level.up, steps);
            for (auto const& block : level.blocks) {
                scratch.add(block.first, steps);
                scratch.add(block.second, steps);
            }
        }
        scratch.add(network.post, steps);
        return generator.of(backend, frames, scratch.floats(), [&](Builder const& b) {
            ggml_tensor* x = b.layer(network.pre, b.graph.input("latents", {network.channels, frames}));
            for (auto const& level : network.levels) {
                x = b.level(level, x);
            }
            b.graph.output("samples", b.layer(network.post, x));
        });
    }

    std::vector<float> embedded(std::span<std::int64_t const> symbols) const {
        std::vector<float> rows;
        auto const c = static_cast<std::size_t>(network.channels);
        for (auto const symbol : symbols) {
            if (symbol < 0 || symbol >= network.symbols) {
                throw Error("The voice has no symbol " + std::to_string(symbol) + "; install it again.");
            }
            auto const row = std::span(network.embedding).subspan(static_cast<std::size_t>(symbol) * c, c);
            rows.insert(rows.end(), row.begin(), row.end());
        }
        return rows;
    }

    // Frames of a symbol, from the logarithm of its duration.
    std::int64_t frames_of(float logarithm, float length) const {
        constexpr float most = 1000;
        float const shifted = (logarithm - network.duration_shift) * network.duration_scale;
        float const frames = std::ceil(std::exp(shifted) * length);
        if (!(frames <= most)) {
            throw Error("The voice would speak one sound for more than ten seconds: it is damaged; install it again.");
        }
        return static_cast<std::int64_t>(frames);
    }
};

Vits::Vits(std::filesystem::path const& gguf, int threads) : state_(std::make_unique<State>(gguf, threads)) {}

Vits::~Vits() = default;
Vits::Vits(Vits&&) noexcept = default;
Vits& Vits::operator=(Vits&&) noexcept = default;

int Vits::sample_rate() const {
    return state_->network.sample_rate;
}

int Vits::samples_per_frame() const {
    return state_->network.samples_per_frame;
}

VitsSpeech Vits::prepare(std::span<std::int64_t const> symbols, VitsScales const& scales, VitsNoise const& noise,
                         std::stop_token stop) {
    auto& s = *state_;
    VitsSpeech speech;
    if (symbols.empty()) {
        return speech;
    }
    auto const c = static_cast<std::size_t>(s.network.channels);
    auto& encoder = s.encoder_graph(static_cast<std::int64_t>(symbols.size()));
    auto duration_noise = drawn(noise.durations, noise.seed, "durations", 2 * symbols.size());
    for (float& v : duration_noise) {
        v *= scales.duration_noise;
    }
    encoder.set("symbols", std::span<float const>(s.embedded(symbols)));
    encoder.set("noise", std::span<float const>(duration_noise));
    encoder.compute(stop);
    auto const durations = encoder.read("durations"), prior = encoder.read("prior");
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        speech.durations.push_back(s.frames_of(durations[2 * i], scales.length));
        speech.frames += speech.durations.back();
    }
    if (speech.frames == 0) {
        return speech;
    }

    auto latents = drawn(noise.frames, noise.seed, "frames", static_cast<std::size_t>(speech.frames) * c);
    auto at = latents.begin();
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        auto const mean = prior.begin() + static_cast<std::ptrdiff_t>(i * 2 * c),
                   deviation = mean + static_cast<std::ptrdiff_t>(c);
        std::vector<float> factors(c);
        std::transform(deviation, deviation + static_cast<std::ptrdiff_t>(c), factors.begin(),
                       [&](float logarithm) { return std::exp(logarithm) * scales.noise; });
        for (std::int64_t frame = 0; frame < speech.durations[i]; ++frame) {
            for (std::size_t k = 0; k < c; ++k, ++at) {
                *at = mean[static_cast<std::ptrdiff_t>(k)] + *at * factors[k];
            }
        }
    }
    auto& flow = s.flow_graph(speech.frames);
    flow.set("prior", std::span<float const>(latents));
    flow.compute(stop);
    speech.latents = flow.read("latents");
    return speech;
}

std::vector<float> Vits::samples(VitsSpeech const& speech, std::int64_t first, std::int64_t last,
                                 std::stop_token stop) {
    auto& s = *state_;
    first = std::max<std::int64_t>(first, 0);
    last = std::min(last, speech.frames);
    if (first >= last) {
        return {};
    }
    auto const begin = std::max<std::int64_t>(first - s.network.reach, 0);
    auto const end = std::min(last + s.network.reach, speech.frames);
    auto const c = static_cast<std::size_t>(s.network.channels);
    auto& graph = s.generator_graph(end - begin);
    graph.set("latents", std::span(speech.latents)
                             .subspan(static_cast<std::size_t>(begin) * c, static_cast<std::size_t>(end - begin) * c));
    graph.compute(stop);
    auto const audio = graph.read("samples");
    auto const sample = [&](std::int64_t frame) {
        return audio.begin() + static_cast<std::ptrdiff_t>((frame - begin) * s.network.samples_per_frame);
    };
    return {sample(first), sample(last)};
}

} // namespace echollama
