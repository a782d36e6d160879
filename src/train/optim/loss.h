// What is made small, as a function of the summed log-probabilities of whole answers.
#pragma once

#include <cstdint>

namespace echollama::train {

enum class PreferenceLoss { sigmoid, ipo, hinge, simpo };

struct PreferenceOptions {
    PreferenceLoss kind = PreferenceLoss::sigmoid;
    double beta = 0.1;
    double label_smoothing = 0; // of sigmoid: the share of pairs whose order is thought to be wrong
    double simpo_margin = 0.5;  // of simpo: gamma / beta, the lead per token that is asked for
};

// One answer: the sum of its tokens' log-probabilities under the trained model and under the reference, and how many.
struct AnswerScore {
    double policy = 0, reference = 0;
    std::int64_t tokens = 0;
};

struct PairLoss {
    double loss = 0;
    double chosen_reward = 0, rejected_reward = 0; // beta (policy - reference); simpo: beta times the mean
    double chosen_slope = 0, rejected_slope = 0;   // of the loss by each answer's `policy`
    double margin() const { return chosen_reward - rejected_reward; }
};

// With d = (policy - reference) of the chosen answer less the same of the rejected one:
//   sigmoid  -(1 - e) log s(beta d) - e log s(-beta d), e the smoothing       DPO, arXiv 2305.18290
//   hinge    max(0, 1 - beta d)                                                SLiC, arXiv 2305.10425
//   ipo      (d' - 1 / (2 beta))^2, d' of means over tokens, as TRL            arXiv 2310.12036
//   simpo    -log s(beta (mean chosen - mean rejected - margin)), no reference arXiv 2405.14734
PairLoss preference_loss(PreferenceOptions const& options, AnswerScore const& chosen, AnswerScore const& rejected);

// Does this loss look at the reference at all?
bool needs_reference(PreferenceLoss kind);

} // namespace echollama::train
