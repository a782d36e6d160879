#include "nn/cpu/sequence_steps.h"

#include "nn/cpu/erf.h"
#include "nn/cpu/exponential.h"
#include "nn/cpu/node.h"
#include "nn/cpu/tile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace echollama::nn::sequence {
namespace {

using std::int64_t;
using tile::lanes, tile::load, tile::Reg, tile::store;

struct NormSteps {
    NormActivation activation;
};

// One row of whole vectors.
void norm_row(Norm const& norm, NormActivation activation, float const* x, float const* add, int64_t c, float* y) {
    constexpr float eps = 1e-5F;
    auto const count = static_cast<float>(c);
    Reg sums{}, squares{};
    for (int64_t i = 0; i < c; i += lanes) {
        sums += load(x + i);
    }
    float const mean = tile::total(sums) / count;
    for (int64_t i = 0; i < c; i += lanes) {
        Reg const v = load(x + i) - mean;
        squares += v * v;
    }
    float const scale = 1 / std::sqrt(tile::total(squares) / count + eps);
    for (int64_t i = 0; i < c; i += lanes) {
        Reg v = (load(x + i) - mean) * scale * load(norm.weight.data() + i) + load(norm.bias.data() + i);
        v = activation == NormActivation::gelu ? gelu_of(v) : v;
        store(y + i, add ? load(add + i) + v : v);
    }
}

void run_norm(ggml_tensor* dst, int part, int parts, void* norm) {
    ggml_tensor const *x = dst->src[0], *add = dst->src[1];
    auto const activation = params_of<NormSteps>(dst).activation;
    int64_t const c = x->ne[0];
    Share const share(ggml_nrows(x), part, parts);
    for (int64_t row = share.begin; row < share.end; ++row) {
        norm_row(*static_cast<Norm const*>(norm), activation, floats_of(x) + row * c,
                 add ? floats_of(add) + row * c : nullptr, c, static_cast<float*>(dst->data) + row * c);
    }
}

Reg magnitude(Reg v) {
    return tile::greater(v, -v);
}

// By e^-|v|, which never overflows.
Reg sigmoid(Reg v) {
    Reg const e = exponential(-magnitude(v)), positive = 1.0F / (1.0F + e);
    return v < 0.0F ? e * positive : positive;
}
Reg tanh_of(Reg v) {
    Reg const e = exponential(-2.0F * magnitude(v)), positive = (1.0F - e) / (1.0F + e);
    return v < 0.0F ? -positive : positive;
}

void run_gate(ggml_tensor* dst, int part, int parts, void*) {
    int64_t const c = dst->ne[0];
    Share const share(dst->ne[1], part, parts);
    for (int64_t row = share.begin; row < share.end; ++row) {
        float const* x = floats_of(dst->src[0]) + row * 2 * c;
        float* y = static_cast<float*>(dst->data) + row * c;
        for (int64_t i = 0; i < c; i += lanes) {
            store(y + i, tanh_of(load(x + i)) * sigmoid(load(x + c + i)));
        }
    }
}

float product(float const* a, float const* b, int64_t d) {
    Reg sum{};
    for (int64_t i = 0; i < d; i += lanes) {
        sum += load(a + i) * load(b + i);
    }
    return tile::total(sum);
}

void add_times(float* y, float const* x, float factor, int64_t d) {
    for (int64_t i = 0; i < d; i += lanes) {
        store(y + i, load(y + i) + factor * load(x + i));
    }
}

// In place; the numbers are padded to whole vectors with what counts as nothing.
void softmax(std::vector<float>& scores, std::size_t count) {
    float const most = *std::max_element(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(count));
    std::fill(scores.begin() + static_cast<std::ptrdiff_t>(count), scores.end(), most - 1000);
    float sum = 0;
    for (std::size_t i = 0; i < scores.size(); i += lanes) {
        store(&scores[i], exponential(load(&scores[i]) - most));
    }
    for (std::size_t i = 0; i < count; ++i) {
        sum += scores[i];
    }
    for (auto& score : scores) {
        score /= sum;
    }
}

// One head of one row. q, k, v: of the head, the first row's; `stride` floats from row to row.
struct Head {
    RelativeAttention const& attention;
    float const *q, *k, *v;
    int64_t stride, rows, d;

    // visit(j, place in key and value) for the rows within reach of i
    template <typename Visit>
    void each_near(int64_t i, Visit visit) const {
        int64_t const reach = attention.reach;
        for (int64_t j = std::max<int64_t>(0, i - reach); j <= std::min(rows - 1, i + reach); ++j) {
            visit(j, static_cast<std::size_t>((j - i + reach) * d));
        }
    }

    void row(int64_t i, std::vector<float>& scores, float* y) const {
        float const* query = q + i * stride;
        auto const score = [&](int64_t j) -> float& { return scores[static_cast<std::size_t>(j)]; };
        for (int64_t j = 0; j < rows; ++j) {
            score(j) = product(query, k + j * stride, d);
        }
        each_near(i, [&](int64_t j, std::size_t at) { score(j) += product(query, &attention.key[at], d); });
        float const scale = 1 / std::sqrt(static_cast<float>(d));
        for (auto& s : scores) {
            s *= scale;
        }
        softmax(scores, static_cast<std::size_t>(rows));
        std::fill(y, y + d, 0.0F);
        for (int64_t j = 0; j < rows; ++j) {
            add_times(y, v + j * stride, score(j), d);
        }
        each_near(i, [&](int64_t j, std::size_t at) { add_times(y, &attention.value[at], score(j), d); });
    }
};

void run_attention(ggml_tensor* dst, int part, int parts, void* relative) {
    auto const& attention = *static_cast<RelativeAttention const*>(relative);
    int64_t const channels = dst->ne[0], rows = dst->ne[1], d = channels / attention.heads;
    std::vector<float> scores(static_cast<std::size_t>((rows + lanes - 1) / lanes * lanes));
    Share const share(rows * attention.heads, part, parts);
    for (int64_t i = share.begin; i < share.end; ++i) {
        int64_t const first = i / rows * d, row = i % rows;
        float const* qkv = floats_of(dst->src[0]) + first;
        Head const head{attention, qkv, qkv + channels, qkv + 2 * channels, 3 * channels, rows, d};
        head.row(row, scores, static_cast<float*>(dst->data) + row * channels + first);
    }
}

template <typename Numbers>
ggml_tensor* made(ggml_context* ctx, int64_t channels, std::array<ggml_tensor*, 2> args, ggml_custom_op_t function,
                  Numbers const* numbers) {
    // ggml hands the numbers back; they are only read.
    return ggml_custom_4d(ctx, GGML_TYPE_F32, channels, args[0]->ne[1], 1, 1, args.data(), args[1] ? 2 : 1, function,
                          GGML_N_TASKS_MAX, const_cast<Numbers*>(numbers));
}

} // namespace

ggml_tensor* norm(ggml_context* ctx, Norm const& norm, ggml_tensor* x, NormActivation activation, ggml_tensor* add) {
    return with_params(made(ctx, x->ne[0], {x, add}, run_norm, &norm), NormSteps{activation});
}

ggml_tensor* gate(ggml_context* ctx, ggml_tensor* x) {
    return made<void>(ctx, x->ne[0] / 2, {x, nullptr}, run_gate, nullptr);
}

ggml_tensor* attention(ggml_context* ctx, RelativeAttention const& attention, ggml_tensor* qkv) {
    return made(ctx, qkv->ne[0] / 3, {qkv, nullptr}, run_attention, &attention);
}

} // namespace echollama::nn::sequence
