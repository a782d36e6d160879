#include "networks/snac.h"

#include "base/counter_rng.h"
#include "base/error.h"
#include "networks/snac_layers.h"
#include "networks/snac_plain.h"
#include "nn/cpu/sequence_node.h"
#include "nn/graph.h"

#include <algorithm>

namespace echollama {

namespace {

using snac::NamedLayer;

// Runs layers on [channels, steps]; built for one length and kept until another is asked for.
struct Network {
    std::vector<NamedLayer> layers;
    std::unique_ptr<snac::PlainLayers> plain; // on devices without our kernel
    std::unique_ptr<nn::Graph> graph;
    std::int64_t steps = 0;
    bool noisy = false, tapped = false;

    void prepare(nn::Backend const& backend, std::int64_t input_steps, bool with_noise, bool with_taps) {
        if (graph && steps == input_steps && noisy == with_noise && tapped == with_taps) {
            return;
        }
        graph.reset(); // its memory first
        graph = std::make_unique<nn::Graph>(
            backend, layers.size() * snac::PlainLayers::nodes + 16,
            [&](nn::Graph::Builder& b) {
                if (!backend.own_layers && !plain) {
                    plain = std::make_unique<snac::PlainLayers>(layers, backend);
                }
                build(b, backend.threads, input_steps, with_noise);
            },
            with_taps);
        steps = input_steps;
        noisy = with_noise;
        tapped = with_taps;
    }

  private:
    void build(nn::Graph::Builder& b, int threads, std::int64_t input_steps, bool with_noise) {
        ggml_tensor* scratch = plain ? nullptr : b.input("scratch", {scratch_size(threads, input_steps), threads});
        ggml_tensor* x = b.input("input", {layers.front().layer.channels, input_steps});
        for (std::size_t i = 0; i < layers.size(); ++i) {
            auto const& [name, layer, block, residual] = layers[i];
            if (block >= 0 && !with_noise) {
                continue; // noise off: the block is the identity
            }
            ggml_tensor* noise = block >= 0 ? b.input("noise." + std::to_string(block), {x->ne[1]}) : nullptr;
            x = plain
                    ? plain->apply(b.ctx, i, x, noise)
                    : nn::sequence::node(b.ctx, layer,
                                         {.x = x, .scratch = scratch, .added = residual ? x : nullptr, .noise = noise});
            b.tap(name, x);
        }
        b.output("output", x);
    }

    std::int64_t scratch_size(int threads, std::int64_t length) const {
        std::size_t need = 0;
        for (auto const& [name, layer, block, residual] : layers) {
            need = std::max(need, layer.scratch(length, threads));
            length = layer.output_steps(length);
        }
        return static_cast<std::int64_t>(need);
    }
};

void check(SnacCodes const& codes) {
    for (std::size_t i = 0; i < codes.levels.size(); ++i) {
        if (codes.levels[i].size() != codes.frames() << i) {
            throw Error("The sound codes do not belong together: every frame needs 1, 2 and 4 codes; make them again.");
        }
        for (std::int32_t code : codes.levels[i]) {
            if (code < 0 || code >= snac::code_count) {
                throw Error("The sound code " + std::to_string(code) +
                            " does not exist: codes are 0 to 4095; make them again.");
            }
        }
    }
}

} // namespace

struct Snac::State {
    SnacConfig config;
    nn::Backend backend;
    std::array<snac::Quantizer, 3> quantizers;
    Network decoder, encoder;
};

Snac::Snac(std::filesystem::path const& gguf, int threads, std::string const& device)
    : state_(std::make_unique<State>()) {
    auto& s = *state_;
    s.backend = nn::make_backend(threads, device);
    nn::Weights weights(gguf, "snac", s.backend);
    s.quantizers = snac::quantizers(weights);
    s.decoder.layers = snac::decoder_layers(weights);
    s.encoder.layers = snac::encoder_layers(weights);
}

Snac::~Snac() = default;
Snac::Snac(Snac&&) noexcept = default;
Snac& Snac::operator=(Snac&&) noexcept = default;

int Snac::operations() const {
    return state_->decoder.graph ? state_->decoder.graph->operations() : 0;
}

SnacConfig const& Snac::config() const {
    return state_->config;
}

std::vector<float> Snac::decode(SnacCodes const& codes, SnacNoise const& noise, std::stop_token stop, SnacTaps* taps) {
    auto& s = *state_;
    check(codes);
    if (codes.frames() == 0) {
        return {};
    }
    auto z = snac::latent(s.quantizers, codes);
    auto const latents = static_cast<std::int64_t>(codes.frames()) * s.config.latents_per_frame;
    s.decoder.prepare(s.backend, latents, noise.on, taps != nullptr);
    auto& graph = *s.decoder.graph;
    graph.set("input", std::span<float const>(z));
    std::int64_t rate = 1;
    for (auto const& [name, layer, block, residual] : s.decoder.layers) {
        rate *= layer.phases; // steps a latent position
        if (block < 0 || !noise.on) {
            continue;
        }
        std::string const input = "noise." + std::to_string(block);
        if (!noise.given.empty()) {
            graph.set(input, std::span<float const>(noise.given.at(static_cast<std::size_t>(block))));
            continue;
        }
        std::vector<float> draw(static_cast<std::size_t>(latents * rate));
        std::uint64_t const seed = noise.seed ^ fnv1a64(input);
        auto index = static_cast<std::uint64_t>(noise.first_latent * rate);
        std::generate(draw.begin(), draw.end(), [&] { return normal(seed, index++); });
        graph.set(input, std::span<float const>(draw));
    }
    graph.compute(stop);
    if (taps) {
        (*taps)["latent"] = std::move(z);
        for (auto const& [name, layer, block, residual] : s.decoder.layers) {
            if (block < 0 || noise.on) {
                (*taps)[name] = graph.read(name);
            }
        }
    }
    return graph.read("output");
}

SnacCodes Snac::encode(std::span<float const> samples, std::stop_token stop, SnacTaps* taps) {
    auto& s = *state_;
    auto const frame = static_cast<std::size_t>(s.config.samples_per_frame);
    std::vector<float> padded(samples.begin(), samples.end());
    padded.resize((samples.size() + frame - 1) / frame * frame, 0.0F);
    if (padded.empty()) {
        return {};
    }
    s.encoder.prepare(s.backend, static_cast<std::int64_t>(padded.size()), false, taps != nullptr);
    s.encoder.graph->set("input", std::span<float const>(padded));
    s.encoder.graph->compute(stop);
    std::array<std::vector<float>, 3> projected;
    auto codes = snac::quantize(s.quantizers, s.encoder.graph->read("output"), taps ? &projected : nullptr);
    if (taps) {
        for (auto const& named : s.encoder.layers) {
            (*taps)[named.name] = s.encoder.graph->read(named.name);
        }
        for (std::size_t i = 0; i < projected.size(); ++i) {
            (*taps)["quantizer." + std::to_string(i) + ".in_proj"] = projected[i];
        }
        (*taps)["quantized"] = snac::latent(s.quantizers, codes);
    }
    return codes;
}

std::vector<float> decode_window(Snac& snac, SnacCodes const& codes, SnacWindow const& window, SnacNoise noise,
                                 std::stop_token stop) {
    auto const& config = snac.config();
    SnacCodes part;
    for (std::size_t i = 0; i < part.levels.size(); ++i) {
        auto at = [&](std::int64_t frame) { return codes.levels[i].begin() + static_cast<std::ptrdiff_t>(frame << i); };
        part.levels[i].assign(at(window.first_frame), at(window.last_frame));
    }
    std::int64_t const first_latent = window.first_frame * config.latents_per_frame;
    noise.first_latent = first_latent;
    auto audio = snac.decode(part, noise, stop);
    auto sample = [&](std::int64_t position) {
        return audio.begin() + static_cast<std::ptrdiff_t>((position - first_latent) * config.samples_per_latent);
    };
    return {sample(window.first_latent), sample(window.last_latent)};
}

} // namespace echollama
