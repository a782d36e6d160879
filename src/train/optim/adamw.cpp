#include "train/optim/adamw.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echollama::train {
namespace {

void step_plain(Parameter& p, Moments& s, AdamWOptions const& o, std::int64_t step, double rate) {
    double const t = static_cast<double>(step);
    double const c1 = 1 - std::pow(o.beta1, t), c2 = std::sqrt(1 - std::pow(o.beta2, t));
    auto const b1 = static_cast<float>(o.beta1), b2 = static_cast<float>(o.beta2);
    auto const rest1 = static_cast<float>(1 - o.beta1), rest2 = static_cast<float>(1 - o.beta2);
    auto const shrink = static_cast<float>(1 - rate * o.weight_decay), length = static_cast<float>(rate / c1);
    auto const spread = static_cast<float>(1 / c2), eps = static_cast<float>(o.eps);
    for (std::size_t i = 0; i < p.values.size(); ++i) {
        float const g = p.gradient[i];
        s.m[i] = s.m[i] * b1 + g * rest1;
        s.v[i] = s.v[i] * b2 + g * g * rest2;
        p.values[i] = p.values[i] * shrink - length * s.m[i] / (std::sqrt(s.v[i]) * spread + eps);
    }
}

// The numbers of bitsandbytes' kernels, all in float32.
struct Float32Step {
    float b1, b2, rest1, rest2, c2, length, shrink, eps;
    bool decays;

    Float32Step(AdamWOptions const& o, std::int64_t step, double rate) {
        b1 = static_cast<float>(o.beta1);
        b2 = static_cast<float>(o.beta2);
        rest1 = 1 - b1;
        rest2 = 1 - b2;
        auto const t = static_cast<float>(step);
        float const c1 = 1 - std::pow(b1, t);
        c2 = std::sqrt(1 - std::pow(b2, t));
        length = c2 * static_cast<float>(rate) * -(1 / c1);
        decays = o.weight_decay > 0;
        shrink = std::fma(-static_cast<float>(rate), static_cast<float>(o.weight_decay), 1.0F);
        eps = static_cast<float>(o.eps);
    }
    float moved(float p, float m, float v) const {
        p = std::fma(length, m * (1 / std::fma(c2, eps, std::sqrt(v))), p);
        return decays ? p * shrink : p;
    }
};

void step_small(Parameter& p, Moments& s, Float32Step const& n) {
    for (std::size_t i = 0; i < p.values.size(); ++i) {
        float const g = p.gradient[i];
        s.m[i] = std::fma(s.m[i], n.b1, g * n.rest1);
        s.v[i] = std::fma(s.v[i], n.b2, n.rest2 * (g * g));
        p.values[i] = n.moved(p.values[i], s.m[i], s.v[i]);
    }
}

// The code of m keeps its sign: what would be rounded to zero from below gets the code below zero.
std::uint8_t code_with_sign(DynamicMap const& map, float m, float inverse) {
    auto const code = map.nearest(m * inverse);
    if (std::signbit(map.values[code]) == std::signbit(m)) {
        return code;
    }
    return static_cast<std::uint8_t>(m > 0 ? code + 1 : code - 1);
}

struct BlockOfMoments {
    float m[state_block], v[state_block];
};

void step_block(Parameter& p, Moments& s, std::size_t block, Float32Step const& n, DynamicMap const& with_sign,
                DynamicMap const& without_sign) {
    BlockOfMoments b;
    std::size_t const first = block * state_block, count = std::min(state_block, p.values.size() - first);
    float most_m = 0, most_v = 0;
    for (std::size_t i = 0; i < count; ++i) {
        float const g = p.gradient[first + i];
        b.m[i] = b.v[i] = 0;
        if (!std::isfinite(g)) {
            continue;
        }
        float const m = with_sign.values[s.m_codes[first + i]] * s.m_scales[block];
        float const v = without_sign.values[s.v_codes[first + i]] * s.v_scales[block];
        b.m[i] = std::fma(g, n.rest1, m * n.b1);
        b.v[i] = std::fma(g, n.rest2 * g, v * n.b2);
        most_m = std::max(most_m, std::abs(b.m[i]));
        most_v = std::max(most_v, b.v[i]);
        p.values[first + i] = n.moved(p.values[first + i], b.m[i], b.v[i]);
    }
    s.m_scales[block] = most_m;
    s.v_scales[block] = most_v;
    for (std::size_t i = 0; i < count; ++i) {
        s.m_codes[first + i] = code_with_sign(with_sign, b.m[i], 1 / most_m);
        s.v_codes[first + i] = without_sign.nearest(b.v[i] * (1 / most_v));
    }
}

Moments empty_moments(std::size_t count, OptimiserKind kind) {
    Moments moments;
    if (kind == OptimiserKind::adamw || count < fewest_for_8bit) {
        moments.m.resize(count);
        moments.v.resize(count);
        return moments;
    }
    auto const blocks = (count + state_block - 1) / state_block;
    moments.m_codes.resize(count);
    moments.v_codes.resize(count);
    moments.m_scales.resize(blocks);
    moments.v_scales.resize(blocks);
    return moments;
}

bool same_sizes(Moments const& a, Moments const& b) {
    return a.m.size() == b.m.size() && a.v.size() == b.v.size() && a.m_codes.size() == b.m_codes.size() &&
           a.v_codes.size() == b.v_codes.size() && a.m_scales.size() == b.m_scales.size() &&
           a.v_scales.size() == b.v_scales.size();
}

} // namespace

double gradient_norm(std::span<Parameter const> parameters) {
    double sum = 0;
    for (auto const& parameter : parameters) {
        for (float g : parameter.gradient) {
            sum += static_cast<double>(g) * g;
        }
    }
    return std::sqrt(sum);
}

void clip_gradients(std::span<Parameter> parameters, double norm, double most) {
    auto const factor = static_cast<float>(most / (norm + 1e-6));
    for (auto& parameter : parameters) {
        for (float& g : parameter.gradient) {
            g *= std::min(1.0F, factor);
        }
    }
}

AdamW::AdamW(AdamWOptions const& options, std::span<Parameter const> parameters)
    : AdamW(options, parameters, DynamicMap::make(true), DynamicMap::make(false)) {}

AdamW::AdamW(AdamWOptions const& options, std::span<Parameter const> parameters, DynamicMap const& with_sign,
             DynamicMap const& without_sign)
    : options_(options), with_sign_(with_sign), without_sign_(without_sign) {
    for (auto const& parameter : parameters) {
        moments_.push_back(empty_moments(parameter.values.size(), options.kind));
    }
}

void AdamW::step(std::span<Parameter> parameters, double rate) {
    ++steps_;
    Float32Step const numbers(options_, steps_, rate);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        auto& parameter = parameters[i];
        auto& moments = moments_[i];
        if (options_.kind == OptimiserKind::adamw) {
            step_plain(parameter, moments, options_, steps_, rate);
        } else if (moments.m_codes.empty()) {
            step_small(parameter, moments, numbers);
        } else {
            for (std::size_t block = 0; block < moments.m_scales.size(); ++block) {
                step_block(parameter, moments, block, numbers, with_sign_, without_sign_);
            }
        }
    }
}

void AdamW::restore(std::int64_t steps, std::vector<Moments> moments) {
    bool same = moments.size() == moments_.size();
    for (std::size_t i = 0; same && i < moments.size(); ++i) {
        same = same_sizes(moments[i], moments_[i]);
    }
    if (!same) {
        throw Error(
            "The saved state of the optimiser does not fit the adapter; begin the run anew in another output_dir.");
    }
    steps_ = steps;
    moments_ = std::move(moments);
}

} // namespace echollama::train
