#include "train/kernels/layers.h"

#include "base/counter_rng.h"
#include "nn/cpu/exponential.h"
#include "train/kernels/vectors.h"

#include <algorithm>
#include <cmath>

namespace echollama::train {
namespace {

using nn::tile::lanes;
using nn::tile::Reg;
using std::int64_t;

constexpr int64_t rows_at_once = 16, numbers_at_once = 1 << 15;

void each_range(Workers& workers, int64_t count, int64_t at_once, auto const& work) {
    workers.each((count + at_once - 1) / at_once,
                 [&](int64_t item) { work(item * at_once, std::min((item + 1) * at_once, count)); });
}

float inverse_norm(float const* x, int64_t width, double eps) {
    double const mean = dot(x, x, width) / static_cast<double>(width);
    return static_cast<float>(1 / std::sqrt(mean + eps));
}

Reg sigmoid(Reg x) {
    Reg const e = nn::exponential(x < Reg{} ? x : -x), one = nn::tile::splat(1);
    return (x < Reg{} ? e : one) / (one + e);
}

} // namespace

void rms_norm(Workers& workers, int64_t rows, float const* x, std::span<float const> w, double eps, float* y) {
    auto const width = static_cast<int64_t>(w.size());
    each_range(workers, rows, rows_at_once, [&](int64_t from, int64_t to) {
        for (int64_t row = from; row < to; ++row) {
            float const* in = x + row * width;
            float* out = y + row * width;
            float const inverse = inverse_norm(in, width, eps);
            for (int64_t i = 0; i < width; ++i) {
                out[i] = in[i] * inverse * w[static_cast<std::size_t>(i)];
            }
        }
    });
}

// With r = 1 / sqrt(mean(x^2) + eps) and g = dy w: dx = r g - x r^3 mean(g x).
void rms_norm_backward(Workers& workers, int64_t rows, float const* x, std::span<float const> w, double eps,
                       float const* dy, float* dx) {
    auto const width = static_cast<int64_t>(w.size());
    each_range(workers, rows, rows_at_once, [&](int64_t from, int64_t to) {
        std::vector<float> g(w.size());
        for (int64_t row = from; row < to; ++row) {
            float const *in = x + row * width, *gradient = dy + row * width;
            float* out = dx + row * width;
            float const inverse = inverse_norm(in, width, eps);
            for (int64_t i = 0; i < width; ++i) {
                g[static_cast<std::size_t>(i)] = gradient[i] * w[static_cast<std::size_t>(i)];
            }
            double const mean = dot(g.data(), in, width) / static_cast<double>(width);
            auto const pull = static_cast<float>(mean * inverse * inverse * inverse);
            for (int64_t i = 0; i < width; ++i) {
                out[i] += inverse * g[static_cast<std::size_t>(i)] - in[i] * pull;
            }
        }
    });
}

void swiglu(Workers& workers, int64_t count, float const* gate, float const* up, float* y) {
    each_range(workers, count, numbers_at_once, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; i += lanes) {
            Reg const x = load_some(gate + i, to - i);
            store_some(y + i, x * sigmoid(x) * load_some(up + i, to - i), to - i);
        }
    });
}

// silu'(x) = s (1 + x (1 - s)), s the sigmoid.
void swiglu_backward(Workers& workers, int64_t count, float const* gate, float const* up, float const* dy, float* dgate,
                     float* dup) {
    each_range(workers, count, numbers_at_once, [&](int64_t from, int64_t to) {
        Reg const one = nn::tile::splat(1);
        for (int64_t i = from; i < to; i += lanes) {
            Reg const x = load_some(gate + i, to - i), u = load_some(up + i, to - i), d = load_some(dy + i, to - i);
            Reg const s = sigmoid(x);
            store_some(dgate + i, d * u * s * (one + x * (one - s)), to - i);
            store_some(dup + i, d * x * s, to - i);
        }
    });
}

Rotation::Rotation(int64_t head, double theta, std::span<float const> divisors, double stretch, int64_t positions)
    : head_(head) {
    for (int64_t position = 0; position < positions; ++position) {
        for (int64_t i = 0; i < head / 2; ++i) {
            double frequency = std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(head)) / stretch;
            frequency /= divisors.empty() ? 1.0 : static_cast<double>(divisors[static_cast<std::size_t>(i)]);
            double const angle = static_cast<double>(position) * frequency;
            cosines_.push_back(static_cast<float>(std::cos(angle)));
            sines_.push_back(static_cast<float>(std::sin(angle)));
        }
    }
}

void Rotation::apply(Workers& workers, std::span<std::int32_t const> positions, int64_t heads, float* x,
                     bool backwards) const {
    auto const rows = static_cast<int64_t>(positions.size());
    int64_t const half = head_ / 2;
    float const sign = backwards ? -1.0F : 1.0F;
    each_range(workers, rows, rows_at_once, [&](int64_t from, int64_t to) {
        for (int64_t row = from; row < to; ++row) {
            float const* cosines = cosines_.data() + positions[static_cast<std::size_t>(row)] * half;
            float const* sines = sines_.data() + positions[static_cast<std::size_t>(row)] * half;
            for (int64_t h = 0; h < heads; ++h) {
                float* a = x + (row * heads + h) * head_;
                float* b = a + half;
                for (int64_t i = 0; i < half; ++i) {
                    float const first = a[i], second = b[i], sine = sign * sines[i];
                    a[i] = first * cosines[i] - second * sine;
                    b[i] = second * cosines[i] + first * sine;
                }
            }
        }
    });
}

void drop_out(Workers& workers, int64_t rows, int64_t columns, float share, std::uint64_t stream, float const* x,
              float* y) {
    float const factor = 1 / (1 - share);
    each_range(workers, rows, rows_at_once, [&](int64_t from, int64_t to) {
        for (int64_t i = from * columns; i < to * columns; ++i) {
            y[i] = uniform(stream, static_cast<std::uint64_t>(i)) < share ? 0 : x[i] * factor;
        }
    });
}

void add(Workers& workers, int64_t count, float const* y, float* x) {
    each_range(workers, count, numbers_at_once, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; ++i) {
            x[i] += y[i];
        }
    });
}

void scale(std::span<float> x, float factor) {
    for (float& value : x) {
        value *= factor;
    }
}

} // namespace echollama::train
