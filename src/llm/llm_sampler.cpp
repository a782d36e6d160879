#include "llm/llm_sampler.h"

#include <llama.h>

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

} // namespace echollama
