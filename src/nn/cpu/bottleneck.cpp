#include "nn/cpu/bottleneck.h"

#include "nn/cpu/byte_lines.h"
#include "nn/cpu/matrix_unit.h"

#include <algorithm>
#include <cstring>

namespace echollama::nn {
namespace {

using std::int64_t;

constexpr int64_t band = 4; // output lines at a time, a multiple of both sides of squares; 8 and 16 were slower
constexpr int64_t least_lines = 8 * band; // four bands for each of two threads
// Every band reads all weights from the cache; with more of them layer by layer is faster.
constexpr std::size_t most_weights = 4'000'000;

int64_t lines_above(int stride, int64_t lines) { // input lines that conv2 looks at for so many output lines
    return (lines - 1) * stride + 3;
}

std::size_t bytes(int64_t numbers, bool bf16) {
    return static_cast<std::size_t>(numbers) * (bf16 ? 2 : 4);
}

void const* forward(void const* p, int64_t numbers, bool bf16) {
    return static_cast<char const*>(p) + bytes(numbers, bf16);
}

// The layers for so many lines of their results.
ProductShape conv1_shape(Bottleneck const& b, int64_t lines) {
    return {{}, b.channels, b.width, lines, 1, b.width, lines, true, b.bf16_input, b.bf16_narrow};
}

ProductShape conv2_shape(Bottleneck const& b, int64_t lines) {
    return {{3, b.stride, {1, 1, 0, 0}},
            b.narrow,
            b.width,
            lines_above(b.stride, lines),
            1,
            b.out_width(),
            lines,
            true,
            b.bf16_narrow,
            b.bf16_middle};
}

ProductShape conv3_shape(Bottleneck const& b, int64_t lines) {
    return {{}, b.middle, b.out_width(), lines, 1, b.out_width(), lines, true, b.bf16_middle, b.bf16_output};
}

ProductShape shortcut_shape(Bottleneck const& b, int64_t lines) {
    return {{1, b.stride, {}}, b.channels,   b.width, (lines - 1) * b.stride + 1, 1, b.out_width(), lines, false,
            b.bf16_input,      b.bf16_output};
}

// Whether conv2 reads lines of bytes: then results of conv1 become such lines, a few at a time.
bool as_bytes(Bottleneck const& b) {
    return b.conv2.plain && b.conv2.plain->lines > 0;
}

std::size_t narrow_line(Bottleneck const& b) {
    return as_bytes(b) ? byte_line_bytes(conv2_shape(b, 1)) : bytes(b.width * b.narrow, b.bf16_narrow);
}

// Lines of conv1 that are turned into bytes together: enough pixels for its weights to be read seldom.
int64_t lines_together(Bottleneck const& b) {
    return std::max<int64_t>(256 / b.width, 1);
}

// Results of conv1, line by line; those that the next band needs too are kept.
struct NarrowLines {
    Bottleneck const& b;
    char* memory;
    char* floats; // of lines_together
    void* scratch;
    int64_t n = -1, first = 0, end = 0; // lines of picture n that are there

    // Lines [from, to) of picture `picture`; zeros beyond its borders.
    void const* lines(void const* x, int64_t picture, int64_t from, int64_t to) {
        std::size_t const line = narrow_line(b);
        auto size = [&](int64_t count) { return static_cast<std::size_t>(count) * line; };
        int64_t known = picture == n && from >= first && from < end ? end - from : 0;
        if (known > 0) {
            std::memmove(memory, memory + size(from - first), size(known));
        }
        n = picture;
        first = from;
        end = to;
        int64_t begin = std::max<int64_t>(from + known, 0), last = std::min(to, b.height);
        if (from < 0) { // nothing, of bytes with a scale of nothing
            std::memset(memory, 0, size(-from));
        }
        if (to > b.height) {
            std::memset(memory + size(b.height - from), 0, size(to - b.height));
        }
        if (begin < last) {
            as_bytes(b) ? byte_lines(x, begin, last) : convolve_lines(x, begin, last, memory + size(begin - from));
        }
        return memory;
    }

  private:
    void convolve_lines(void const* x, int64_t begin, int64_t last, void* to) const {
        void const* input = forward(x, (n * b.height + begin) * b.width * b.channels, b.bf16_input);
        convolve(b.conv1, conv1_shape(b, last - begin), input, nullptr, to, scratch, 0, 1);
    }

    void byte_lines(void const* x, int64_t begin, int64_t last) const {
        int64_t together = lines_together(b);
        for (int64_t line = begin; line < last; line += together) {
            int64_t many = std::min(together, last - line);
            convolve_lines(x, line, line + many, floats);
            for (int64_t i = 0; i < many; ++i) {
                put_byte_line(conv2_shape(b, 1), forward(floats, i * b.width * b.narrow, b.bf16_narrow),
                              memory + static_cast<std::size_t>(line + i - first) * narrow_line(b));
            }
        }
    }
};

// Parts of a thread's scratch memory.
struct Places {
    std::size_t inner, narrow, floats, middle;
    explicit Places(Bottleneck const& b) {
        auto whole = [](std::size_t size) {
            return static_cast<std::size_t>(round_up(static_cast<int64_t>(size), 64));
        };
        inner = whole(std::max({convolve_scratch(b.conv1, b.width), convolve_scratch(b.conv2, b.width),
                                convolve_scratch(b.conv3, b.width),
                                b.shortcut.plain ? convolve_scratch(b.shortcut, b.width) : 0}));
        narrow = whole(static_cast<std::size_t>(lines_above(b.stride, band)) * narrow_line(b));
        floats = as_bytes(b) ? whole(bytes(lines_together(b) * b.width * b.narrow, false)) : 0;
        middle = bytes(band * b.out_width() * b.middle, false);
    }
};

} // namespace

void choose_types(Bottleneck& b) {
    b.bf16_narrow = reads_bf16(b.conv2) && can_give_bf16(b.conv1, conv1_shape(b, 1));
    b.bf16_middle = reads_bf16(b.conv3) && can_give_bf16(b.conv2, conv2_shape(b, 1));
    bool own = b.conv3.plain && can_give_bf16(b.conv3, conv3_shape(b, 1));
    bool projects = b.shortcut.plain;
    b.bf16_output = own && (projects ? can_give_bf16(b.shortcut, shortcut_shape(b, 1)) : b.bf16_input);
}

bool bottleneck_fits(Bottleneck const& b) {
    auto const* last = b.conv3.plain;
    std::size_t weights = b.conv2.squares ? b.conv2.squares->bytes() : b.conv2.plain->bytes;
    return b.out_height() >= least_lines && weights <= most_weights && last &&
           Chunks(last->type, last->inputs).count == 1;
}

std::size_t bottleneck_scratch(Bottleneck const& b) {
    Places const places(b);
    return places.inner + places.narrow + places.floats + places.middle;
}

void bottleneck(Bottleneck const& b, void const* x, void* y, void* scratch, int part, int parts) {
    MatrixUnit const unit;
    Places const places(b);
    char* memory = static_cast<char*>(scratch) + places.inner;
    char* floats = memory + places.narrow;
    char* middle = floats + places.floats;
    NarrowLines narrow{b, memory, floats, scratch};
    int64_t width = b.out_width(), height = b.out_height(), square = b.conv2.squares ? b.conv2.squares->square : 1;
    auto border = [&](int64_t i) { return std::min(round_up(height * i / parts, square), height); };
    for (int64_t n = 0; n < b.batch; ++n) {
        for (int64_t line = border(part); line < border(part + 1); line += band) {
            int64_t lines = std::min(band, border(part + 1) - line), above = line * b.stride - 1;
            void const* top = narrow.lines(x, n, above, above + lines_above(b.stride, lines));
            if (as_bytes(b)) {
                product_of_lines(*b.conv2.plain, conv2_shape(b, lines), top, {lines, 0, b.middle}, nullptr, middle,
                                 scratch);
            } else {
                convolve(b.conv2, conv2_shape(b, lines), top, nullptr, middle, scratch, 0, 1);
            }
            void const* from = forward(x, (n * b.height + line * b.stride) * b.width * b.channels, b.bf16_input);
            auto* to = const_cast<void*>(forward(y, (n * height + line) * width * b.outputs, b.bf16_output));
            if (b.shortcut.plain) {
                convolve(b.shortcut, shortcut_shape(b, lines), from, nullptr, to, scratch, 0, 1);
                from = to;
            }
            convolve(b.conv3, conv3_shape(b, lines), middle, from, to, scratch, 0, 1);
        }
    }
}

} // namespace echollama::nn
