#include "nn/cpu_bottleneck.h"

#include <algorithm>
#include <cstring>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int64_t band = 4; // output lines at a time, a multiple of both sides of squares; 8 and 16 were slower
// Every band reads all weights from the cache; with more of them layer by layer is faster.
constexpr std::size_t most_weights = 4'000'000;

int64_t lines_above(int stride, int64_t lines) { // input lines that conv2 looks at for so many output lines
    return (lines - 1) * stride + 3;
}

void const* forward(void const* p, int64_t numbers, bool bf16) {
    return static_cast<char const*>(p) + numbers * (bf16 ? 2 : 4);
}

// Results of conv1, line by line; those that the next band needs too are kept.
struct NarrowLines {
    Bottleneck const& b;
    float* memory;
    void* scratch;
    int64_t n = -1, first = 0, end = 0; // lines of picture n that are there

    // Lines [from, to) of picture `picture`; zeros beyond its borders.
    float const* lines(void const* x, int64_t picture, int64_t from, int64_t to) {
        int64_t line = b.width * b.narrow;
        int64_t known = picture == n && from >= first && from < end ? end - from : 0;
        if (known > 0) {
            std::memmove(memory, memory + (from - first) * line,
                         static_cast<std::size_t>(known * line) * sizeof(float));
        }
        n = picture;
        first = from;
        end = to;
        int64_t begin = std::max<int64_t>(from + known, 0), last = std::min(to, b.height);
        if (from < 0) {
            std::memset(memory, 0, static_cast<std::size_t>(-from * line) * sizeof(float));
        }
        if (to > b.height) {
            std::memset(memory + (b.height - from) * line, 0,
                        static_cast<std::size_t>((to - b.height) * line) * sizeof(float));
        }
        if (begin < last) {
            ProductShape shape{{}, b.channels, b.width, last - begin, 1, b.width, last - begin, true, b.bf16_input};
            convolve(b.conv1, shape, forward(x, (n * b.height + begin) * b.width * b.channels, b.bf16_input), nullptr,
                     memory + (begin - from) * line, scratch, 0, 1);
        }
        return memory;
    }
};

} // namespace

bool bottleneck_fits(Bottleneck const& b, int threads) {
    auto const* last = b.conv3.plain;
    std::size_t weights = b.conv2.squares ? b.conv2.squares->bytes() : b.conv2.plain->bytes;
    return b.out_height() >= 4 * band * threads && weights <= most_weights && last &&
           Chunks(last->type, last->inputs).count == 1;
}

std::size_t bottleneck_scratch(Bottleneck const& b) {
    std::size_t inner = std::max({convolve_scratch(b.conv1), convolve_scratch(b.conv2), convolve_scratch(b.conv3)});
    int64_t lines = lines_above(b.stride, band) * b.width * b.narrow + band * b.out_width() * b.middle;
    return static_cast<std::size_t>(round_up(static_cast<int64_t>(inner), 64)) +
           static_cast<std::size_t>(lines) * sizeof(float);
}

void bottleneck(Bottleneck const& b, void const* x, void* y, void* scratch, int part, int parts) {
    std::size_t inner = std::max({convolve_scratch(b.conv1), convolve_scratch(b.conv2), convolve_scratch(b.conv3)});
    auto* memory = reinterpret_cast<float*>(static_cast<char*>(scratch) + round_up(static_cast<int64_t>(inner), 64));
    float* middle = memory + lines_above(b.stride, band) * b.width * b.narrow;
    NarrowLines narrow{b, memory, scratch};
    int64_t width = b.out_width(), height = b.out_height(), square = b.conv2.squares ? b.conv2.squares->square : 1;
    auto border = [&](int64_t i) { return std::min(round_up(height * i / parts, square), height); };
    for (int64_t n = 0; n < b.batch; ++n) {
        for (int64_t line = border(part); line < border(part + 1); line += band) {
            int64_t lines = std::min(band, border(part + 1) - line), above = line * b.stride - 1;
            int64_t count = lines_above(b.stride, lines);
            float const* top = narrow.lines(x, n, above, above + count);
            Convolution window{3, b.stride, {1, 1, 0, 0}};
            convolve(b.conv2, {window, b.narrow, b.width, count, 1, width, lines, true}, top, nullptr, middle, scratch,
                     0, 1);
            void const* from = forward(x, (n * b.height + line * b.stride) * b.width * b.channels, b.bf16_input);
            auto* to = const_cast<void*>(forward(y, (n * height + line) * width * b.outputs, b.bf16_output));
            if (b.shortcut.plain) {
                convolve(b.shortcut,
                         {{1, b.stride, {}},
                          b.channels,
                          b.width,
                          (lines - 1) * b.stride + 1,
                          1,
                          width,
                          lines,
                          false,
                          b.bf16_input,
                          b.bf16_output},
                         from, nullptr, to, scratch, 0, 1);
                from = to;
            }
            convolve(b.conv3, {{}, b.middle, width, lines, 1, width, lines, true, false, b.bf16_output}, middle, from,
                     to, scratch, 0, 1);
        }
    }
}

} // namespace echollama::nn
