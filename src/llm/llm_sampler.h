// How the next token is chosen among what the model thinks likely.
#pragma once

#include "llm/llm.h"

#include <memory>

struct llama_sampler;

namespace echollama {

struct LlmSamplerDeleter {
    void operator()(llama_sampler* sampler) const;
};
using LlmSamplerChain = std::unique_ptr<llama_sampler, LlmSamplerDeleter>;

LlmSamplerChain make_sampler(LlmSampling const& sampling, int vocabulary);

} // namespace echollama
