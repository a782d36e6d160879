#include "train/optim/loss.h"

#include <algorithm>
#include <cmath>

namespace echollama::train {
namespace {

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}
double log_sigmoid(double x) {
    return x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x));
}

// Rewards of both answers, and the loss with its slope as functions of their difference.
struct Lead {
    double loss, slope;
};

Lead lead_loss(PreferenceOptions const& o, double lead) {
    double const e = o.kind == PreferenceLoss::sigmoid ? o.label_smoothing : 0;
    switch (o.kind) {
    case PreferenceLoss::hinge:
        return {std::max(0.0, 1 - lead), lead < 1 ? -1.0 : 0.0};
    case PreferenceLoss::ipo: { // the lead is beta d', the loss of d'
        double const distance = lead / o.beta - 1 / (2 * o.beta);
        return {distance * distance, 2 * distance / o.beta};
    }
    case PreferenceLoss::simpo:
        lead -= o.beta * o.simpo_margin;
        break;
    case PreferenceLoss::sigmoid:
        break;
    }
    return {-(1 - e) * log_sigmoid(lead) - e * log_sigmoid(-lead), -(1 - e) * sigmoid(-lead) + e * sigmoid(lead)};
}

} // namespace

bool needs_reference(PreferenceLoss kind) {
    return kind != PreferenceLoss::simpo;
}

PairLoss preference_loss(PreferenceOptions const& o, AnswerScore const& chosen, AnswerScore const& rejected) {
    bool const means = o.kind == PreferenceLoss::ipo || o.kind == PreferenceLoss::simpo;
    auto factor = [&](AnswerScore const& answer) {
        return o.beta / (means ? static_cast<double>(answer.tokens) : 1.0);
    };
    auto reward = [&](AnswerScore const& answer) {
        return factor(answer) * (answer.policy - (needs_reference(o.kind) ? answer.reference : 0.0));
    };
    PairLoss pair;
    pair.chosen_reward = reward(chosen);
    pair.rejected_reward = reward(rejected);
    auto const [loss, slope] = lead_loss(o, pair.margin());
    pair.loss = loss;
    pair.chosen_slope = slope * factor(chosen);
    pair.rejected_slope = -slope * factor(rejected);
    return pair;
}

} // namespace echollama::train
