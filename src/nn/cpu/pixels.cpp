#include "nn/cpu/pixels.h"

#include "nn/cpu/activate.h"
#include "nn/cpu/erf.h"
#include "nn/cpu/node.h"
#include "nn/cpu/tile.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace echollama::nn {
namespace {

using std::int64_t;
using tile::lanes, tile::load, tile::Reg, tile::splat, tile::store;

float total(Reg v) {
    float sum = 0;
    for (int i = 0; i < lanes; ++i) {
        sum += v[i];
    }
    return sum;
}

// Group norm: first sums over pieces of the picture, then everything else.

constexpr int64_t piece_pixels = 256;

int64_t pieces(int64_t pixels) {
    return (pixels + piece_pixels - 1) / piece_pixels;
}

// Sums and sums of squares of each channel over some pixels; out [2, c]
void sum_pixels(float const* x, int64_t c, int64_t count, float* out) {
    int64_t channel = 0;
    for (; channel + lanes <= c; channel += lanes) {
        Reg sum{}, squares{};
        for (int64_t p = 0; p < count; ++p) {
            Reg v = load(x + p * c + channel);
            sum += v;
            squares += v * v;
        }
        store(out + channel, sum);
        store(out + c + channel, squares);
    }
    for (; channel < c; ++channel) {
        float sum = 0, squares = 0;
        for (int64_t p = 0; p < count; ++p) {
            float v = x[p * c + channel];
            sum += v;
            squares += v * v;
        }
        out[channel] = sum;
        out[c + channel] = squares;
    }
}

// dst [2 c, pieces, n]
void run_sums(ggml_tensor* dst, int part, int parts, void*) {
    ggml_tensor const* x = dst->src[0];
    int64_t c = x->ne[0], pixels = x->ne[1] * x->ne[2], each = pieces(pixels);
    Share share(each * x->ne[3], part, parts);
    for (int64_t i = share.begin; i < share.end; ++i) {
        int64_t n = i / each, first = i % each * piece_pixels;
        sum_pixels(floats_of(x) + (n * pixels + first) * c, c, std::min(piece_pixels, pixels - first),
                   static_cast<float*>(dst->data) + i * 2 * c);
    }
}

struct GroupNorm {
    int groups;
    float eps;
    bool relu;
};

// The norm as a factor and a shift of each channel of one picture. sums [2 c, pieces]
void factors(GroupNorm const& norm, float const* sums, int64_t c, int64_t pixels, float const* weight,
             float const* bias, std::vector<float>& scale, std::vector<float>& shift) {
    int64_t size = c / norm.groups;
    for (int64_t first = 0; first < c; first += size) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < pieces(pixels); ++i) {
            for (int64_t k = first; k < first + size; ++k) {
                sum += static_cast<double>(sums[i * 2 * c + k]);
                squares += static_cast<double>(sums[i * 2 * c + c + k]);
            }
        }
        double count = static_cast<double>(size * pixels), mean = sum / count;
        double variance = std::max(squares / count - mean * mean, 0.0);
        double inverse = 1 / std::sqrt(variance + static_cast<double>(norm.eps));
        for (int64_t k = first; k < first + size; ++k) {
            auto at = static_cast<std::size_t>(k);
            scale[at] = static_cast<float>(inverse * static_cast<double>(weight[k]));
            shift[at] =
                static_cast<float>(static_cast<double>(bias[k]) - mean * inverse * static_cast<double>(weight[k]));
        }
    }
}

void apply_factors(float* x, float const* add, int64_t c, std::vector<float> const& scale,
                   std::vector<float> const& shift, bool relu) {
    float const *s = scale.data(), *t = shift.data();
    int64_t i = 0;
    for (; i + lanes <= c; i += lanes) {
        Reg y = load(x + i) * load(s + i) + load(t + i);
        y = add ? y + load(add + i) : y;
        store(x + i, relu ? tile::greater(y, Reg{}) : y);
    }
    for (; i < c; ++i) {
        float y = x[i] * s[i] + t[i] + (add ? add[i] : 0);
        x[i] = relu ? std::max(y, 0.0F) : y;
    }
}

// src: x (overwritten, dst is a view of it), the same, sums, weight, bias, perhaps add
void run_group_norm(ggml_tensor* dst, int part, int parts, void*) {
    auto norm = params_of<GroupNorm>(dst);
    auto* x = static_cast<float*>(dst->data);
    float const *sums = floats_of(dst->src[1]), *weight = floats_of(dst->src[2]), *bias = floats_of(dst->src[3]);
    float const* add = dst->src[4] ? floats_of(dst->src[4]) : nullptr;
    int64_t c = dst->ne[0], pixels = dst->ne[1] * dst->ne[2];
    std::vector<float> scale(static_cast<std::size_t>(c)), shift(scale.size());
    int64_t ready = -1;
    Share share(pixels * dst->ne[3], part, parts);
    for (int64_t i = share.begin; i < share.end; ++i) {
        if (int64_t n = i / pixels; n != ready) {
            factors(norm, sums + n * pieces(pixels) * 2 * c, c, pixels, weight, bias, scale, shift);
            ready = n;
        }
        apply_factors(x + i * c, add ? add + i * c : nullptr, c, scale, shift, norm.relu);
    }
}

struct Eps {
    float eps;
};

void run_layer_norm(ggml_tensor* dst, int part, int parts, void*) {
    ggml_tensor const* x = dst->src[0];
    float const *weight = floats_of(dst->src[1]), *bias = floats_of(dst->src[2]);
    float eps = params_of<Eps>(dst).eps;
    bool const bf16 = dst->type == GGML_TYPE_BF16;
    int64_t c = x->ne[0], whole = c / lanes * lanes;
    Share share(ggml_nrows(x), part, parts);
    for (int64_t row = share.begin; row < share.end; ++row) {
        float const* in = floats_of(x) + row * c;
        void* out = static_cast<char*>(dst->data) + row * static_cast<int64_t>(dst->nb[1]);
        auto sum_of = [&](auto of_lanes, auto of_one) {
            Reg sums{};
            for (int64_t i = 0; i < whole; i += lanes) {
                sums += of_lanes(load(in + i));
            }
            float sum = total(sums);
            for (int64_t i = whole; i < c; ++i) {
                sum += of_one(in[i]);
            }
            return sum / static_cast<float>(c);
        };
        float mean = sum_of([](Reg v) { return v; }, [](float v) { return v; });
        float variance =
            sum_of([&](Reg v) { return (v - mean) * (v - mean); }, [&](float v) { return (v - mean) * (v - mean); });
        float scale = 1 / std::sqrt(variance + eps);
        for (int64_t i = 0; i < whole; i += lanes) {
            store(out, i, (load(in + i) - mean) * scale * load(weight + i) + load(bias + i), bf16);
        }
        for (int64_t i = whole; i < c; ++i) {
            float const value = (in[i] - mean) * scale * weight[i] + bias[i];
            if (bf16) {
                static_cast<ggml_bf16_t*>(out)[i] = ggml_fp32_to_bf16(value);
            } else {
                static_cast<float*>(out)[i] = value;
            }
        }
    }
}

// Every number v of dst becomes f(v).
template <typename Function>
void change_each(ggml_tensor* dst, int part, int parts, Function f) {
    auto* x = static_cast<float*>(dst->data);
    int64_t count = ggml_nelements(dst), vectors = (count + lanes - 1) / lanes;
    Share share(vectors, part, parts);
    for (int64_t v = share.begin; v < share.end; ++v) {
        float* at = x + v * lanes;
        if (auto rest = static_cast<int>(std::min<int64_t>(lanes, count - v * lanes)); rest < lanes) {
            float few[lanes] = {};
            std::copy(at, at + rest, few);
            store(few, f(load(few)));
            std::copy(few, few + rest, at);
        } else {
            store(at, f(load(at)));
        }
    }
}

void run_gelu(ggml_tensor* dst, int part, int parts, void*) {
    change_each(dst, part, parts, gelu_of);
}

void run_activate(ggml_tensor* dst, int part, int parts, void*) {
    auto const activation = params_of<Activation>(dst);
    change_each(dst, part, parts, [&](Reg x) { return activated(activation, x); });
}

// sums [2 c, pieces, n] as run_sums gives them → [c, 1, 1, n]
void run_means(ggml_tensor* dst, int part, int parts, void*) {
    ggml_tensor const* sums = dst->src[0];
    auto const pixels = params_of<int64_t>(dst);
    int64_t const c = dst->ne[0];
    Share share(c * dst->ne[3], part, parts);
    for (int64_t i = share.begin; i < share.end; ++i) {
        float const* first = floats_of(sums) + i / c * sums->ne[1] * 2 * c + i % c;
        double sum = 0;
        for (int64_t piece = 0; piece < sums->ne[1]; ++piece) {
            sum += static_cast<double>(first[piece * 2 * c]);
        }
        static_cast<float*>(dst->data)[i] = static_cast<float>(sum / static_cast<double>(pixels));
    }
}

void copy_channels(float* to, float const* from, int64_t count, bool relu) {
    int64_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        store(to + i, relu ? tile::greater(load(from + i), Reg{}) : load(from + i));
    }
    for (; i < count; ++i) {
        to[i] = relu ? std::max(from[i], 0.0F) : from[i];
    }
}

void run_join(ggml_tensor* dst, int part, int parts, void*) {
    ggml_tensor const *a = dst->src[0], *b = dst->src[1];
    bool const relu = params_of<bool>(dst);
    int64_t const c = a->ne[0], d = b->ne[0];
    Share share(ggml_nrows(dst), part, parts);
    for (int64_t row = share.begin; row < share.end; ++row) {
        float* to = static_cast<float*>(dst->data) + row * (c + d);
        copy_channels(to, floats_of(a) + row * c, c, relu);
        copy_channels(to + c, floats_of(b) + row * d, d, relu);
    }
}

// The sums of group norm.
ggml_tensor* piece_sums(ggml_context* ctx, ggml_tensor* x) {
    return ggml_custom_4d(ctx, GGML_TYPE_F32, 2 * x->ne[0], pieces(x->ne[1] * x->ne[2]), x->ne[3], 1, &x, 1, run_sums,
                          GGML_N_TASKS_MAX, nullptr);
}

} // namespace

ggml_tensor* cpu_group_norm(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x, int groups,
                            float eps, ggml_tensor* add, bool relu) {
    x = contiguous(ctx, x);
    ggml_tensor* sums = piece_sums(ctx, x);
    ggml_set_name(sums, "GROUP_NORM sums");
    ggml_tensor* args[] = {sums, weight, bias, add ? contiguous(ctx, add) : nullptr};
    ggml_tensor* y = ggml_custom_inplace(ctx, x, args, add ? 4 : 3, run_group_norm, GGML_N_TASKS_MAX, nullptr);
    return ggml_set_name(with_params(y, GroupNorm{groups, eps, relu}), "GROUP_NORM");
}

ggml_tensor* cpu_layer_norm(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x, float eps,
                            bool bf16) {
    ggml_tensor* args[] = {contiguous(ctx, x), weight, bias};
    auto const type = bf16 && tile::has_bf16 ? GGML_TYPE_BF16 : GGML_TYPE_F32;
    ggml_tensor* y = ggml_custom_4d(ctx, type, x->ne[0], x->ne[1], x->ne[2], x->ne[3], args, 3, run_layer_norm,
                                    GGML_N_TASKS_MAX, nullptr);
    return ggml_set_name(with_params(y, Eps{eps}), "LAYER_NORM");
}

ggml_tensor* cpu_gelu(ggml_context* ctx, ggml_tensor* x) {
    return ggml_set_name(ggml_custom_inplace(ctx, contiguous(ctx, x), nullptr, 0, run_gelu, GGML_N_TASKS_MAX, nullptr),
                         "GELU");
}

ggml_tensor* cpu_activate(ggml_context* ctx, Activation const& activation, ggml_tensor* x) {
    ggml_tensor* y = ggml_custom_inplace(ctx, contiguous(ctx, x), nullptr, 0, run_activate, GGML_N_TASKS_MAX, nullptr);
    return ggml_set_name(with_params(y, activation), "ACTIVATE");
}

ggml_tensor* cpu_channel_means(ggml_context* ctx, ggml_tensor* x) {
    x = contiguous(ctx, x);
    ggml_tensor* sums = ggml_set_name(piece_sums(ctx, x), "MEANS sums");
    ggml_tensor* y =
        ggml_custom_4d(ctx, GGML_TYPE_F32, x->ne[0], 1, 1, x->ne[3], &sums, 1, run_means, GGML_N_TASKS_MAX, nullptr);
    return ggml_set_name(with_params(y, x->ne[1] * x->ne[2]), "MEANS");
}

ggml_tensor* cpu_join_channels(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, bool relu) {
    ggml_tensor* args[] = {contiguous(ctx, a), contiguous(ctx, b)};
    ggml_tensor* y = ggml_custom_4d(ctx, GGML_TYPE_F32, a->ne[0] + b->ne[0], a->ne[1], a->ne[2], a->ne[3], args, 2,
                                    run_join, GGML_N_TASKS_MAX, nullptr);
    return ggml_set_name(with_params(y, relu), "JOIN");
}

} // namespace echollama::nn
