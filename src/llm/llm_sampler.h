// How the next token is chosen among what the model thinks likely.
#pragma once

#include "llm/llm.h"

#include <memory>
#include <span>

struct llama_sampler;

namespace echollama {

struct LlmSamplerDeleter {
    void operator()(llama_sampler* sampler) const;
};
using LlmSamplerChain = std::unique_ptr<llama_sampler, LlmSamplerDeleter>;

LlmSamplerChain make_sampler(LlmSampling const& sampling, int vocabulary);

// The first of the likeliest tokens; NaN is no token's likelihood (token 0 where there is nothing else). `logits`: one
// a token.
LlmToken likeliest(std::span<float const> logits);

} // namespace echollama
