#include "nn/cpu/depth_head.h"

#include "nn/cpu/matrix_unit.h"
#include "nn/cpu/resize.h"
#include "nn/cpu/tile.h"

#include <algorithm>
#include <cstring>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int64_t band = 4; // lines of the result at a time, a multiple of both sides of squares

bool bf16_lines(DepthHead const& head) {
    return reads_bf16(head.conv) && resizes_bf16(head.channels);
}

std::size_t line_bytes(DepthHead const& head) { // of the convolution's input
    return static_cast<std::size_t>(2 * head.width * head.channels) * (bf16_lines(head) ? 2 : 4);
}

std::size_t inner_scratch(DepthHead const& head) {
    return static_cast<std::size_t>(round_up(static_cast<int64_t>(convolve_scratch(head.conv, 2 * head.width)), 64));
}

void reduce(float const* x, std::span<float const> weights, float bias, int64_t pixels, float* y) {
    auto channels = static_cast<int64_t>(weights.size());
    for (int64_t p = 0; p < pixels; ++p, x += channels) {
        tile::Reg sums{};
        int64_t i = 0;
        for (; i + tile::lanes <= channels; i += tile::lanes) {
            sums += tile::load(x + i) * tile::load(weights.data() + i);
        }
        float sum = tile::total(sums) + bias;
        for (; i < channels; ++i) {
            sum += x[i] * weights[static_cast<std::size_t>(i)];
        }
        y[p] = std::max(sum, 0.0F);
    }
}

} // namespace

std::size_t depth_head_scratch(DepthHead const& head) {
    return inner_scratch(head) + (band + 2) * line_bytes(head) +
           static_cast<std::size_t>(band * 2 * head.width * head.middle) * sizeof(float);
}

void depth_head(DepthHead const& head, std::span<float const> weights, float bias, void const* x, float* y,
                void* scratch, int part, int parts) {
    MatrixUnit const unit;
    int64_t width = 2 * head.width, height = 2 * head.height;
    Bilinear resize(head.channels, head.width, head.height, width, height,
                    head.align_corners ? Grid::corners : Grid::edges);
    resize.bf16_input = head.bf16_input;
    resize.bf16_output = bf16_lines(head);
    std::size_t line = line_bytes(head);
    char* lines = static_cast<char*>(scratch) + inner_scratch(head);
    auto* middle = reinterpret_cast<float*>(lines + (band + 2) * line);
    auto picture = static_cast<std::size_t>(head.width * head.height * head.channels) * (head.bf16_input ? 2 : 4);
    auto border = [&](int64_t i) { return std::min(round_up(height * i / parts, band), height); };
    for (int64_t n = 0; n < head.batch; ++n) {
        for (int64_t first = border(part), end = border(part + 1); first < end; first += band) {
            int64_t count = std::min(band, end - first), known = first > border(part) ? 2 : 0;
            if (known > 0) {
                std::memmove(lines, lines + band * line, 2 * line);
            }
            for (int64_t i = known; i < count + 2; ++i) {
                char* to = lines + static_cast<std::size_t>(i) * line;
                if (int64_t at = first - 1 + i; at < 0 || at >= height) {
                    std::memset(to, 0, line);
                } else {
                    resize.line(static_cast<char const*>(x) + static_cast<std::size_t>(n) * picture, at, to, nullptr);
                }
            }
            ProductShape shape{{3, 1, {1, 1, 0, 0}}, head.channels, width, count + 2, 1, width, count, true,
                               resize.bf16_output};
            convolve(head.conv, shape, lines, nullptr, middle, scratch, 0, 1);
            reduce(middle, weights, bias, count * width, y + (n * height + first) * width);
        }
    }
}

} // namespace echollama::nn
