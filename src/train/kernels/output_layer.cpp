#include "train/kernels/output_layer.h"

#include "nn/cpu/exponential.h"
#include "train/kernels/vectors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace echollama::train {
namespace {

using nn::tile::lanes;
using nn::tile::Reg;
using std::int64_t;

constexpr int64_t most_logits = 1 << 24; // 64 MiB at once
constexpr int64_t fewest_rows = 64;

// Scores of one row; the logits become those of the derivative, one at the token less the probabilities.
TokenScores score_row(float* logits, int64_t vocabulary, std::int32_t token, bool wants_slopes) {
    Reg high = nn::tile::splat(-std::numeric_limits<float>::infinity()), sum{};
    int64_t i = 0;
    for (; i + lanes <= vocabulary; i += lanes) {
        Reg const x = nn::tile::load(logits + i);
        high = nn::tile::greater(high, x);
        sum += x;
    }
    float peak = nn::tile::largest(high), all = nn::tile::total(sum);
    for (; i < vocabulary; ++i) {
        peak = std::max(peak, logits[i]);
        all += logits[i];
    }
    float const chosen = logits[token];
    Reg shares{};
    for (i = 0; i < vocabulary; i += lanes) {
        int64_t const left = vocabulary - i;
        store_some(logits + i, nn::exponential(load_some(logits + i, left) - peak), left);
        shares += load_some(logits + i, left);
    }
    float const total = nn::tile::total(shares);
    if (wants_slopes) {
        float const factor = -1 / total;
        for (i = 0; i < vocabulary; ++i) {
            logits[i] *= factor;
        }
        logits[token] += 1;
    }
    return {chosen - peak - std::log(total), all / static_cast<float>(vocabulary)};
}

} // namespace

void score_tokens(Workers& workers, float const* x, std::span<std::int32_t const> tokens, Matrix const& w,
                  TokenScores* scores, float* slopes) {
    int64_t const vocabulary = w.rows, width = w.columns, all = static_cast<int64_t>(tokens.size());
    int64_t const at_once = std::min(all, std::max(most_logits / vocabulary, fewest_rows));
    std::vector<float> logits(static_cast<std::size_t>(at_once * vocabulary));
    for (int64_t from = 0; from < all; from += at_once) {
        int64_t const rows = std::min(at_once, all - from);
        multiply(workers, {rows, vocabulary, width}, {x + from * width, width}, {w, true}, logits.data(), vocabulary);
        workers.each(rows, [&](int64_t i) {
            scores[from + i] = score_row(logits.data() + i * vocabulary, vocabulary,
                                         tokens[static_cast<std::size_t>(from + i)], slopes != nullptr);
        });
        if (slopes) {
            multiply(workers, {rows, width, vocabulary}, {logits.data(), vocabulary}, {w, false}, slopes + from * width,
                     width);
        }
    }
}

} // namespace echollama::train
