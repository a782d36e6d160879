#include "nn/cpu/pool.h"

#include "nn/cpu/matrix_unit.h"
#include "nn/cpu/tile.h"

#include <algorithm>
#include <cstring>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int64_t band = 2; // lines of the result at a time

// Numbers of `c` channels of a pixel; the larger of those that are there and those of another pixel.
void keep_larger(float* out, float const* in, int64_t c, bool first) {
    if (first) {
        std::memcpy(out, in, static_cast<std::size_t>(c) * sizeof(float));
        return;
    }
    int64_t i = 0;
    for (; i + tile::lanes <= c; i += tile::lanes) {
        tile::store(out + i, tile::greater(tile::load(out + i), tile::load(in + i)));
    }
    for (; i < c; ++i) {
        out[i] = std::max(out[i], in[i]);
    }
}

// Line `oy` of the result; lines of the input from `first` on lie at `lines`.
void pool_line(PoolShape const& s, float const* lines, int64_t first, int64_t oy, float* out) {
    auto const& conv = s.window;
    for (int64_t ox = 0; ox < s.out_width; ++ox, out += s.channels) {
        bool empty = true;
        for (int64_t ky = 0; ky < conv.kernel; ++ky) {
            int64_t y = oy * conv.stride - conv.padding.top + ky;
            for (int64_t kx = 0; kx < conv.kernel; ++kx) {
                int64_t column = ox * conv.stride - conv.padding.left + kx;
                if (y >= 0 && y < s.height && column >= 0 && column < s.width) {
                    keep_larger(out, lines + ((y - first) * s.width + column) * s.channels, s.channels, empty);
                    empty = false;
                }
            }
        }
        if (empty) {
            std::fill(out, out + s.channels, 0.0F);
        }
    }
}

int64_t lines_needed(Convolution const& window) {
    return (band - 1) * window.stride + window.kernel;
}

std::size_t lines_offset(PooledConvolution const& layer) {
    return static_cast<std::size_t>(
        round_up(static_cast<int64_t>(convolve_scratch(layer.weight, layer.convolution.width)), 64));
}

} // namespace

void max_pool(PoolShape const& s, float const* x, float* y, int part, int parts) {
    int64_t lines = s.out_height * s.batch;
    for (int64_t line = lines * part / parts; line < lines * (part + 1) / parts; ++line) {
        pool_line(s, x + line / s.out_height * s.height * s.width * s.channels, 0, line % s.out_height,
                  y + line * s.out_width * s.channels);
    }
}

std::size_t pooled_convolution_scratch(PooledConvolution const& layer) {
    auto const& pool = layer.pool;
    return lines_offset(layer) +
           static_cast<std::size_t>(lines_needed(pool.window) * pool.width * pool.channels) * sizeof(float);
}

void pooled_convolution(PooledConvolution const& layer, void const* x, float* y, void* scratch, int part, int parts) {
    MatrixUnit const unit;
    auto const& pool = layer.pool;
    auto const& all = layer.convolution;
    auto* memory = reinterpret_cast<float*>(static_cast<char*>(scratch) + lines_offset(layer));
    int64_t line = pool.width * pool.channels, stride = pool.window.stride;
    for (int64_t n = 0; n < pool.batch; ++n) {
        int64_t first = 0, end = 0; // lines that are there
        for (int64_t oy = pool.out_height * part / parts; oy < pool.out_height * (part + 1) / parts; oy += band) {
            int64_t last = std::min(oy + band, pool.out_height * (part + 1) / parts);
            int64_t from = std::max<int64_t>(oy * stride - pool.window.padding.top, 0);
            int64_t to = std::min((last - 1) * stride - pool.window.padding.top + pool.window.kernel, pool.height);
            int64_t known = from < end ? end - from : 0;
            if (known > 0) {
                std::memmove(memory, memory + (from - first) * line,
                             static_cast<std::size_t>(known * line) * sizeof(float));
            }
            product_lines(*layer.weight.plain, all, n, from + known, to, x, memory + known * line, scratch);
            first = from;
            end = to;
            for (int64_t i = oy; i < last; ++i) {
                pool_line(pool, memory, first, i, y + (n * pool.out_height + i) * pool.out_width * pool.channels);
            }
        }
    }
}

} // namespace echollama::nn
