#include "llm/llm_sampler.h"

#include <llama.h>

#include <algorithm>
#include <array>
#include <limits>

namespace echollama {

void LlmSamplerDeleter::operator()(llama_sampler* sampler) const {
    llama_sampler_free(sampler);
}

LlmSamplerChain make_sampler(LlmSampling const& s, int vocabulary) {
    LlmSamplerChain chain(llama_sampler_chain_init(llama_sampler_chain_default_params()));
    auto add = [&](llama_sampler* sampler) { llama_sampler_chain_add(chain.get(), sampler); };
    if (s.repeat_penalty != 1) {
        add(llama_sampler_init_penalties(vocabulary, s.repeat_window, s.repeat_penalty, 0, 0));
    }
    if (s.temperature <= 0) {
        add(llama_sampler_init_greedy());
        return chain;
    }
    if (s.top_k > 0) {
        add(llama_sampler_init_top_k(s.top_k));
    }
    add(llama_sampler_init_top_p(s.top_p, 1));
    add(llama_sampler_init_temp(s.temperature));
    add(llama_sampler_init_dist(s.seed));
    return chain;
}

// Sixteen numbers side by side, block by block: one after the other each comparison would wait for the one before, and
// fifty thousand of them take a fiftieth of a small model's time for a token.
LlmToken likeliest(std::span<float const> logits) {
    constexpr std::size_t side = 16, block = 64 * side;
    float greatest = -std::numeric_limits<float>::infinity();
    auto best = logits.begin(), end = logits.begin();
    for (std::size_t begin = 0; begin < logits.size(); begin += block) {
        auto const part = logits.subspan(begin, std::min(block, logits.size() - begin));
        std::array<float, side> most;
        most.fill(greatest);
        std::size_t i = 0;
        for (; i + side <= part.size(); i += side) {
            for (std::size_t j = 0; j < side; ++j) {
                most[j] = part[i + j] > most[j] ? part[i + j] : most[j];
            }
        }
        for (; i < part.size(); ++i) {
            most[0] = part[i] > most[0] ? part[i] : most[0];
        }
        float const here = *std::max_element(most.begin(), most.end());
        if (here > greatest) {
            greatest = here;
            best = logits.begin() + static_cast<std::ptrdiff_t>(begin);
            end = best + static_cast<std::ptrdiff_t>(part.size());
        }
    }
    auto const found = std::find(best, end, greatest);
    return found == end ? 0 : static_cast<LlmToken>(found - logits.begin());
}

} // namespace echollama
