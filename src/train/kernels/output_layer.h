// The last layer, from the network's rows to the probabilities of tokens, without ever holding the scores of all rows.
#pragma once

#include "train/kernels/gemm.h"

#include <cstdint>
#include <span>

namespace echollama::train {

struct TokenScores {
    float log_prob = 0;   // of the token: log softmax of the row's logits
    float mean_logit = 0; // over the vocabulary, which trainers show
};

// Row i of x [tokens.size(), width] predicts tokens[i] by the logits W x, W [vocabulary, width]. `slopes`, as x, gets
// the derivative of each log-probability by its row of x; nullptr: it is not wanted. Because every loss here is a
// function of sums of log-probabilities, its gradient is a multiple of this, and the logits need not be kept or
// computed again.
void score_tokens(Workers& workers, float const* x, std::span<std::int32_t const> tokens, Matrix const& w,
                  TokenScores* scores, float* slopes);

} // namespace echollama::train
