#include "nn/cpu/resize.h"

#include "nn/cpu/node.h"
#include "nn/cpu/tile.h"

#include <algorithm>

namespace echollama::nn {
namespace {

using std::int64_t;
using tile::lanes, tile::load, tile::Reg, tile::store;

Bilinear::Between between(int64_t out, int64_t out_size, int64_t in_size, Grid grid) {
    float position = 0;
    if (grid == Grid::corners) {
        position = out_size > 1
                       ? static_cast<float>(out) * (static_cast<float>(in_size - 1) / static_cast<float>(out_size - 1))
                       : 0;
    } else {
        float scale = static_cast<float>(in_size) / static_cast<float>(out_size);
        position = grid == Grid::origin ? static_cast<float>(out) * scale
                                        : std::max((static_cast<float>(out) + 0.5F) * scale - 0.5F, 0.0F);
    }
    int64_t first = std::min(static_cast<int64_t>(position), in_size - 1);
    return {first, std::min(first + 1, in_size - 1), position - static_cast<float>(first)};
}

template <bool bf16_input>
void resize_line(Bilinear const& shape, void const* picture, int64_t y, void* to, void const* add) {
    auto const& at = shape.lines[static_cast<std::size_t>(y)];
    int64_t c = shape.channels, upper = at.first * shape.w * c, lower = at.second * shape.w * c, out = 0;
    for (auto const& column : shape.columns) {
        int64_t left = column.first * c, right = column.second * c, i = 0;
        for (; i + lanes <= c; i += lanes, out += lanes) {
            auto mixed = [&](int64_t line) {
                Reg a = load(picture, line + left + i, bf16_input), b = load(picture, line + right + i, bf16_input);
                return a + column.weight * (b - a);
            };
            Reg top = mixed(upper), value = top + at.weight * (mixed(lower) - top);
            store(to, out, add ? value + load(add, out, shape.bf16_output) : value, shape.bf16_output);
        }
        for (; i < c; ++i, ++out) { // F32
            auto const* x = static_cast<float const*>(picture);
            auto mixed = [&](int64_t line) {
                float a = x[line + left + i], b = x[line + right + i];
                return a + column.weight * (b - a);
            };
            float top = mixed(upper), value = top + at.weight * (mixed(lower) - top);
            static_cast<float*>(to)[out] = value + (add ? static_cast<float const*>(add)[out] : 0);
        }
    }
}

void run(ggml_tensor* dst, int part, int parts, void*) {
    ggml_tensor const *x = dst->src[0], *add = dst->src[1];
    Bilinear resize(x->ne[0], x->ne[1], x->ne[2], dst->ne[1], dst->ne[2], params_of<Grid>(dst));
    resize.bf16_input = resize.bf16_output = x->type == GGML_TYPE_BF16;
    Share share(dst->ne[2] * dst->ne[3], part, parts);
    for (int64_t line = share.begin; line < share.end; ++line) {
        auto n = static_cast<std::size_t>(line / dst->ne[2]), offset = static_cast<std::size_t>(line) * dst->nb[2];
        resize.line(static_cast<char const*>(x->data) + n * x->nb[3], line % dst->ne[2],
                    static_cast<char*>(dst->data) + offset,
                    add ? static_cast<char const*>(add->data) + offset : nullptr);
    }
}

} // namespace

Bilinear::Bilinear(int64_t c, int64_t in_width, int64_t in_height, int64_t width, int64_t height, Grid grid)
    : channels(c), w(in_width), h(in_height) {
    for (int64_t i = 0; i < width; ++i) {
        columns.push_back(between(i, width, w, grid));
    }
    for (int64_t i = 0; i < height; ++i) {
        lines.push_back(between(i, height, h, grid));
    }
}

void Bilinear::line(void const* picture, int64_t y, void* out, void const* add) const {
    bf16_input ? resize_line<true>(*this, picture, y, out, add) : resize_line<false>(*this, picture, y, out, add);
}

bool resizes_bf16(int64_t channels) {
    return tile::has_bf16 && channels % lanes == 0;
}

ggml_tensor* cpu_resize_bilinear(ggml_context* ctx, ggml_tensor* x, int64_t width, int64_t height, Grid grid,
                                 ggml_tensor* add) {
    bool bf16 = x->type == GGML_TYPE_BF16 && resizes_bf16(x->ne[0]) && (!add || add->type == GGML_TYPE_BF16);
    auto as_read = [&](ggml_tensor* t) {
        auto type = bf16 ? GGML_TYPE_BF16 : GGML_TYPE_F32;
        t = t->type == type ? t : ggml_cast(ctx, t, type);
        return contiguous(ctx, t);
    };
    ggml_tensor* args[] = {as_read(x), add ? as_read(add) : nullptr};
    ggml_tensor* y = ggml_custom_4d(ctx, args[0]->type, x->ne[0], width, height, x->ne[3], args, add ? 2 : 1, run,
                                    GGML_N_TASKS_MAX, nullptr);
    return ggml_set_name(with_params(y, grid), "BILINEAR");
}

} // namespace echollama::nn
