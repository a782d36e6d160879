// Products, layers and attention against the same formulas written plainly in float64.
#include "golden_training.h"
#include "train/kernels/attention.h"
#include "train/kernels/gemm.h"
#include "train/kernels/layers.h"
#include "train/kernels/output_layer.h"

#include <functional>
#include <numeric>

namespace echollama::test {
namespace {

using namespace train;
using std::int64_t;
using Numbers = std::vector<float>;

Numbers numbers(std::string const& name, int64_t count, float scale = 1) {
    return values_from_name("kernels." + name, static_cast<std::size_t>(count), scale);
}

// B of y = A B, element by element.
using Element = std::function<double(int64_t k, int64_t n)>;

void expect_product(Sizes const& s, View const& a, Element const& b, Numbers const& c, double before,
                    std::string const& what) {
    for (int64_t m = 0; m < s.m; ++m) {
        for (int64_t n = 0; n < s.n; ++n) {
            double sum = before, size = 1;
            for (int64_t k = 0; k < s.k; ++k) {
                double const term = static_cast<double>(*a.at(m, k)) * b(k, n);
                sum += term;
                size += std::abs(term);
            }
            ASSERT_NEAR(c[static_cast<std::size_t>(m * s.n + n)], sum, 2e-6 * size) << what << " " << m << " " << n;
        }
    }
}

TEST(Products, OfAnySizeAndOrientation) {
    Workers workers(3);
    for (Sizes const s :
         {Sizes{1, 1, 1}, {3, 5, 7}, {14, 32, 256}, {15, 33, 257}, {40, 300, 20}, {600, 8, 300}, {8, 520, 530}}) {
        auto const a = numbers("a", s.m * s.k), b = numbers("b", s.k * s.n);
        for (bool across : {false, true}) {
            for (bool down : {false, true}) {
                View const left = across ? View{a.data(), 1, s.m} : View{a.data(), s.k};
                View const right = down ? View{b.data(), 1, s.k} : View{b.data(), s.n};
                auto const what = std::to_string(s.m) + " " + std::to_string(s.n) + " " + std::to_string(s.k);
                auto const element = [&](int64_t k, int64_t n) { return static_cast<double>(*right.at(k, n)); };
                Numbers c(static_cast<std::size_t>(s.m * s.n), 5);
                multiply(workers, s, left, right, c.data(), s.n);
                expect_product(s, left, element, c, 0, what);
                std::fill(c.begin(), c.end(), 5.0F);
                multiply(workers, s, left, right, c.data(), s.n, true);
                expect_product(s, left, element, c, 5, what + " added");
            }
        }
    }
}

// Rows of some type that hold about these numbers.
Matrix stored(ggml_type type, int64_t rows, int64_t columns, Numbers const& values) {
    Matrix matrix{rows, columns, type};
    matrix.bytes.resize(static_cast<std::size_t>(rows) * ggml_row_size(type, columns));
    ggml_quantize_chunk(type, values.data(), matrix.bytes.data(), 0, rows, columns, nullptr);
    return matrix;
}

void check_frozen(Matrix const& w, std::string const& what) {
    Workers workers(2);
    Numbers dense(static_cast<std::size_t>(w.rows * w.columns));
    read_block(w, 0, w.rows, 0, w.columns, dense.data(), w.columns);
    int64_t const rows = 20;
    auto const x = numbers("x", rows * w.columns), dy = numbers("dy", rows * w.rows);
    Numbers y(static_cast<std::size_t>(rows * w.rows)), dx(x.size());
    View const forwards{x.data(), w.columns}, backwards{dy.data(), w.rows}, all{dense.data(), w.columns};
    multiply(workers, {rows, w.rows, w.columns}, forwards, {w, true}, y.data(), w.rows);
    expect_product(
        {rows, w.rows, w.columns}, forwards, [&](int64_t k, int64_t n) { return *all.at(n, k); }, y, 0, what);
    multiply(workers, {rows, w.columns, w.rows}, backwards, {w, false}, dx.data(), w.columns);
    expect_product(
        {rows, w.columns, w.rows}, backwards, [&](int64_t k, int64_t n) { return *all.at(k, n); }, dx, 0,
        what + " back");
}

TEST(Products, WithFrozenWeightsOfEveryType) {
    auto const values = numbers("weights", 70 * 512, 0.1F);
    for (auto type : {GGML_TYPE_F32, GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_Q8_0, GGML_TYPE_Q4_0, GGML_TYPE_Q4_1,
                      GGML_TYPE_Q4_K, GGML_TYPE_Q6_K}) {
        check_frozen(stored(type, 70, 512, values), ggml_type_name(type));
    }
    Matrix nf4{70, 512};
    nf4.nf4 = quantise_nf4(values);
    nest_scales(*nf4.nf4);
    check_frozen(nf4, "NF4");
    check_frozen(matrix_of_floats(7, 9, numbers("small", 63)), "small");
}

TEST(Products, FrozenWeightsInTheOrderOfGguf) {
    // GGUF's row h * 4 + 2j + s is Hugging Face's h * 4 + 2s + j
    Matrix matrix = matrix_of_floats(8, 1, {0, 2, 1, 3, 4, 6, 5, 7});
    matrix.head = 4;
    Numbers rows(8);
    read_block(matrix, 0, 8, 0, 1, rows.data(), 1);
    EXPECT_EQ(rows, (Numbers{0, 1, 2, 3, 4, 5, 6, 7}));
}

// The slope of `loss` by x, by differences of float64 values.
void expect_slopes(Numbers& x, Numbers const& slopes, std::function<double()> const& loss, double tolerance,
                   std::string const& what) {
    for (std::size_t i = 0; i < x.size(); i += 1 + x.size() / 40) {
        float const before = x[i], step = 1e-2F;
        x[i] = before + step;
        double const above = loss();
        x[i] = before - step;
        double const below = loss();
        x[i] = before;
        ASSERT_NEAR(slopes[i], (above - below) / (2 * static_cast<double>(step)), tolerance) << what << " " << i;
    }
}

double weighted(Numbers const& y, Numbers const& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        sum += static_cast<double>(y[i]) * static_cast<double>(weights[i]);
    }
    return sum;
}

TEST(Layers, RmsNormBackwards) {
    Workers workers(2);
    int64_t const rows = 20;
    auto x = numbers("x", rows * 19), dy = numbers("dy", rows * 19);
    auto const w = numbers("w", 19);
    Numbers y(x.size()), dx(x.size(), 1);
    rms_norm_backward(workers, rows, x.data(), w, 1e-5, dy.data(), dx.data());
    for (float& slope : dx) {
        slope -= 1; // it was added
    }
    auto const loss = [&] {
        rms_norm(workers, rows, x.data(), w, 1e-5, y.data());
        return weighted(y, dy);
    };
    expect_slopes(x, dx, loss, 2e-3, "rms norm");
}

TEST(Layers, SwigluBackwards) {
    Workers workers(2);
    auto gate = numbers("gate", 50, 3), up = numbers("up", 50);
    auto const dy = numbers("dy", 50);
    Numbers y(50), dgate(50), dup(50);
    swiglu_backward(workers, 50, gate.data(), up.data(), dy.data(), dgate.data(), dup.data());
    auto const loss = [&] {
        swiglu(workers, 50, gate.data(), up.data(), y.data());
        return weighted(y, dy);
    };
    expect_slopes(gate, dgate, loss, 1e-3, "gate");
    expect_slopes(up, dup, loss, 1e-3, "up");
    loss();
    for (std::size_t i = 0; i < y.size(); ++i) {
        double const x = gate[i];
        EXPECT_NEAR(y[i], x / (1 + std::exp(-x)) * static_cast<double>(up[i]), 1e-6);
    }
}

TEST(Layers, RotationTurnsBack) {
    Workers workers(2);
    Rotation const rotation(8, 10000, {}, 1, 30);
    std::vector<std::int32_t> positions(20);
    std::iota(positions.begin(), positions.end(), 5);
    auto const before = numbers("x", 20 * 2 * 8);
    auto x = before;
    rotation.apply(workers, positions, 2, x.data(), false);
    double const angle = 5; // of the first pair at the first position
    EXPECT_NEAR(x[0], before[0] * std::cos(angle) - before[4] * std::sin(angle), 1e-6);
    rotation.apply(workers, positions, 2, x.data(), true);
    EXPECT_LT(relative_l2(x, before), 1e-6);
}

// One text alone: softmax over the keys that a query sees.
Numbers plain_attention(AttentionShape const& s, int64_t rows, Numbers const& q, Numbers const& k, Numbers const& v) {
    Numbers y(q.size());
    for (int64_t h = 0; h < s.heads; ++h) {
        int64_t const kv = h / (s.heads / s.kv_heads);
        for (int64_t i = 0; i < rows; ++i) {
            std::vector<double> weights;
            double sum = 0;
            for (int64_t j = 0; j <= i; ++j) {
                double score = 0;
                for (int64_t e = 0; e < s.head; ++e) {
                    score += static_cast<double>(q[static_cast<std::size_t>((i * s.heads + h) * s.head + e)]) *
                             static_cast<double>(k[static_cast<std::size_t>((j * s.kv_heads + kv) * s.head + e)]);
                }
                weights.push_back(std::exp(score / std::sqrt(static_cast<double>(s.head))));
                sum += weights.back();
            }
            for (int64_t e = 0; e < s.head; ++e) {
                double mixed = 0;
                for (int64_t j = 0; j <= i; ++j) {
                    mixed += weights[static_cast<std::size_t>(j)] / sum *
                             static_cast<double>(v[static_cast<std::size_t>((j * s.kv_heads + kv) * s.head + e)]);
                }
                y[static_cast<std::size_t>((i * s.heads + h) * s.head + e)] = static_cast<float>(mixed);
            }
        }
    }
    return y;
}

TEST(Attention, OfOneTextEqualsTheFormula) {
    Workers workers(2);
    AttentionShape const s{4, 2, 24};
    for (int64_t rows : {1, 17, 130, 300}) {
        auto const q = numbers("q", rows * 96), k = numbers("k", rows * 48), v = numbers("v", rows * 48);
        Numbers y(q.size()), sums(static_cast<std::size_t>(rows * 4));
        std::vector<PieceGroup> const groups = {{{0, rows, 0, 0}}};
        causal_attention(workers, s, groups, q.data(), k.data(), v.data(), y.data(), sums.data());
        EXPECT_LT(relative_l2(y, plain_attention(s, rows, q, k, v)), 2e-6) << rows;
    }
}

// Two answers after one prompt: forwards as each text alone, backwards as the slope says.
TEST(Attention, SharesAPrompt) {
    Workers workers(2);
    AttentionShape const s{2, 1, 8};
    int64_t const rows = 40;
    std::vector<PieceGroup> const groups = {{{0, 10, 0, 0}, {10, 12, 0, 10}, {22, 18, 0, 10}}};
    auto q = numbers("q", rows * 16, 2), k = numbers("k", rows * 8, 2), v = numbers("v", rows * 8);
    auto const dy = numbers("dy", rows * 16);
    Numbers y(q.size()), sums(static_cast<std::size_t>(rows * 2)), dq(q.size()), dk(k.size()), dv(v.size());
    auto const loss = [&] {
        causal_attention(workers, s, groups, q.data(), k.data(), v.data(), y.data(), sums.data());
        return weighted(y, dy);
    };
    loss();
    auto const second = [](Numbers const& all, int64_t width) { // prompt and second answer as a text
        Numbers text(all.begin(), all.begin() + 10 * width);
        text.insert(text.end(), all.begin() + 22 * width, all.end());
        return text;
    };
    auto const alone = plain_attention(s, 28, second(q, 16), second(k, 8), second(v, 8));
    EXPECT_LT(relative_l2(second(y, 16), alone), 2e-6);
    causal_attention_backward(workers, s, groups, q.data(), k.data(), v.data(), y.data(), sums.data(), dy.data(),
                              dq.data(), dk.data(), dv.data());
    expect_slopes(q, dq, loss, 1e-3, "q");
    expect_slopes(k, dk, loss, 1e-3, "k");
    expect_slopes(v, dv, loss, 1e-3, "v");
}

TEST(OutputLayer, ScoresAndSlopes) {
    Workers workers(2);
    int64_t const rows = 9, width = 12, vocabulary = 70;
    auto x = numbers("x", rows * width);
    auto const w = matrix_of_floats(vocabulary, width, numbers("w", vocabulary * width));
    std::vector<std::int32_t> const tokens = {0, 69, 3, 3, 17, 40, 41, 1, 68};
    std::vector<TokenScores> scores(tokens.size());
    Numbers slopes(x.size());
    score_tokens(workers, x.data(), tokens, w, scores.data(), slopes.data());
    auto const loss = [&] {
        score_tokens(workers, x.data(), tokens, w, scores.data(), nullptr);
        return std::accumulate(scores.begin(), scores.end(), 0.0, [](double sum, TokenScores const& score) {
            return sum + static_cast<double>(score.log_prob);
        });
    };
    expect_slopes(x, slopes, loss, 2e-3, "output layer");
}

TEST(Workers, ThrowWhatAnItemThrows) {
    Workers workers(3);
    EXPECT_THROW(workers.each(100,
                              [](int64_t item) {
                                  if (item == 37) {
                                      throw Error("Item.");
                                  }
                              }),
                 Error);
    std::atomic<int> done = 0;
    workers.each(1000, [&](int64_t) { ++done; });
    EXPECT_EQ(done, 1000);
}

} // namespace
} // namespace echollama::test
