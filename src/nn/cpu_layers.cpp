#include "nn/cpu_layers.h"

#include "nn/cpu_attention.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace echollama::nn {
namespace {

std::int64_t out_size(std::int64_t size, int before, int after, Convolution const& shape) {
    return (size + before + after - shape.kernel) / shape.stride + 1;
}

bool same(Convolution const& a, Convolution const& b) {
    auto const &p = a.padding, &q = b.padding;
    return a.kernel == b.kernel && a.stride == b.stride && p.left == q.left && p.right == q.right && p.top == q.top &&
           p.bottom == q.bottom;
}

float const* floats(ggml_tensor const* tensor) {
    return static_cast<float const*>(tensor->data);
}

// One output line: the largest of each channel over the window's pixels that exist.
void pool_line(Convolution const& shape, ggml_tensor const* x, std::int64_t n, std::int64_t oy, std::int64_t width,
               float* out) {
    auto c = x->ne[0], w = x->ne[1], h = x->ne[2];
    for (std::int64_t ox = 0; ox < width; ++ox, out += c) {
        bool empty = true;
        for (std::int64_t ky = 0; ky < shape.kernel; ++ky) {
            auto y = oy * shape.stride - shape.padding.top + ky;
            for (std::int64_t kx = 0; kx < shape.kernel; ++kx) {
                auto column = ox * shape.stride - shape.padding.left + kx;
                if (y < 0 || y >= h || column < 0 || column >= w) {
                    continue;
                }
                float const* in = floats(x) + ((n * h + y) * w + column) * c;
                if (empty) {
                    std::copy(in, in + c, out);
                } else {
                    for (std::int64_t i = 0; i < c; ++i) {
                        out[i] = std::max(out[i], in[i]);
                    }
                }
                empty = false;
            }
        }
        if (empty) {
            std::fill(out, out + c, 0.0F);
        }
    }
}

} // namespace

CpuLayers::CpuLayers(Backend const& backend) {
    if (!backend.is_cpu()) {
        throw std::logic_error("CpuLayers needs the CPU");
    }
    scratch_.resize(static_cast<std::size_t>(backend.threads));
    need_scratch(product_scratch());
}

// Called while a graph is built, never while one runs.
void CpuLayers::need_scratch(std::size_t bytes) {
    if (bytes > scratch_bytes_) {
        for (auto& memory : scratch_) {
            memory = aligned_memory(bytes);
        }
        scratch_bytes_ = bytes;
    }
}

PackedMatrix const* CpuLayers::packed(ggml_tensor* weight, ggml_tensor* bias) {
    auto found = matrices_.find(weight);
    if (found == matrices_.end()) {
        found = matrices_.emplace(weight, pack(weight, bias)).first;
    }
    return &found->second;
}

WinogradMatrix const* CpuLayers::packed_winograd(int square, ggml_tensor* weight, ggml_tensor* bias) {
    auto found = winograd_.find(weight);
    if (found == winograd_.end()) {
        found = winograd_.emplace(weight, pack_winograd(square, weight, bias)).first;
        need_scratch(winograd_scratch(found->second));
    }
    return &found->second;
}

CpuLayers::Job const* CpuLayers::job(Job const& wanted) {
    for (auto const& known : jobs_) {
        if (known->weight == wanted.weight && known->winograd == wanted.winograd && known->relu == wanted.relu &&
            known->heads == wanted.heads && same(known->convolution, wanted.convolution)) {
            return known.get();
        }
    }
    jobs_.push_back(std::make_unique<Job>(wanted));
    return jobs_.back().get();
}

ggml_tensor* CpuLayers::conv2d(ggml_context* ctx, ggml_tensor* weight, ggml_tensor* bias, ggml_tensor* x,
                               Convolution const& shape, ggml_tensor* add, bool relu) {
    int square = winograd_square(weight, shape);
    Job wanted{nullptr, nullptr, shape, relu, 0, this};
    if (square > 0) {
        wanted.winograd = packed_winograd(square, weight, bias);
    } else {
        wanted.weight = packed(weight, bias);
    }
    auto const* task = job(wanted);
    auto const& p = shape.padding;
    ggml_tensor* args[] = {ggml_is_contiguous(x) ? x : ggml_cont(ctx, x), add};
    return ggml_custom_4d(ctx, GGML_TYPE_F32, weight->ne[1], out_size(x->ne[1], p.left, p.right, shape),
                          out_size(x->ne[2], p.top, p.bottom, shape), x->ne[3], args, add ? 2 : 1, run_conv,
                          GGML_N_TASKS_MAX, const_cast<Job*>(task));
}

void CpuLayers::run_conv(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    ggml_tensor const* x = dst->src[0];
    ProductShape shape{task.convolution, x->ne[0], x->ne[1], x->ne[2], x->ne[3], dst->ne[1], dst->ne[2], task.relu};
    float const* add = dst->src[1] ? floats(dst->src[1]) : nullptr;
    auto* y = static_cast<float*>(dst->data);
    void* scratch = task.owner->scratch_.at(static_cast<std::size_t>(part)).get();
    if (task.winograd) {
        winograd(*task.winograd, shape, floats(x), add, y, scratch, part, parts);
    } else {
        product(*task.weight, shape, floats(x), add, y, scratch, part, parts);
    }
}

ggml_tensor* CpuLayers::attention(ggml_context* ctx, ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads,
                                  ggml_tensor* mask) {
    need_scratch(attention_scratch({q->ne[0], heads, q->ne[1], k->ne[1], q->ne[2], q->ne[0], q->ne[0], q->ne[0]}));
    ggml_tensor* args[] = {q, k, v, mask};
    return ggml_custom_4d(ctx, GGML_TYPE_F32, q->ne[0], q->ne[1], q->ne[2], 1, args, mask ? 4 : 3, run_attention,
                          GGML_N_TASKS_MAX, const_cast<Job*>(job({nullptr, nullptr, {}, false, heads, this})));
}

void CpuLayers::run_attention(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    ggml_tensor const *q = dst->src[0], *k = dst->src[1], *v = dst->src[2], *mask = dst->src[3];
    AttentionShape shape{q->ne[0], task.heads, q->ne[1], k->ne[1], q->ne[2], q->ne[0], k->ne[0], v->ne[0]};
    nn::attention(shape, floats(q), floats(k), floats(v), mask ? floats(mask) : nullptr, static_cast<float*>(dst->data),
                  task.owner->scratch_.at(static_cast<std::size_t>(part)).get(), part, parts);
}

ggml_tensor* CpuLayers::max_pool(ggml_context* ctx, ggml_tensor* x, Convolution const& shape) {
    auto const* task = job({nullptr, nullptr, shape, false, 0, this});
    auto const& p = shape.padding;
    ggml_tensor* args[] = {ggml_is_contiguous(x) ? x : ggml_cont(ctx, x)};
    return ggml_custom_4d(ctx, GGML_TYPE_F32, x->ne[0], out_size(x->ne[1], p.left, p.right, shape),
                          out_size(x->ne[2], p.top, p.bottom, shape), x->ne[3], args, 1, run_max_pool, GGML_N_TASKS_MAX,
                          const_cast<Job*>(task));
}

void CpuLayers::run_max_pool(ggml_tensor* dst, int part, int parts, void* data) {
    auto const& task = *static_cast<Job const*>(data);
    auto width = dst->ne[1], height = dst->ne[2], lines = height * dst->ne[3];
    for (std::int64_t line = lines * part / parts; line < lines * (part + 1) / parts; ++line) {
        pool_line(task.convolution, dst->src[0], line / height, line % height, width,
                  static_cast<float*>(dst->data) + line * width * dst->ne[0]);
    }
}

std::size_t CpuLayers::bytes() const {
    std::size_t sum = scratch_.size() * scratch_bytes_;
    for (auto const& [tensor, matrix] : matrices_) {
        sum += matrix.bytes;
    }
    for (auto const& [tensor, matrix] : winograd_) {
        sum += matrix.bytes();
    }
    return sum;
}

} // namespace echollama::nn
