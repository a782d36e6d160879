// 3x3 convolutions with weights of bytes. Each line of a picture is turned into bytes once, with a scale of its own and
// with its border, and windows are read where they lie; gathered window by window, every pixel would be turned into
// bytes nine times. Weights are packed in chunks that are the lines of the kernel.
#pragma once

#include "nn/cpu/product.h"

#include <cstddef>
#include <cstdint>

namespace echollama::nn {

// For pack(): how many lines weights of this type are packed in; 0: the layer does not go this way.
int lines_of(PanelType type, Convolution const& convolution);

// Memory of one line: its scale, the pixels with their border at both sides. `shape` tells width, channels, padding and
// how the pictures lie in memory.
std::size_t byte_line_bytes(ProductShape const& shape);

// A line of a picture, or of nothing (nullptr), to bytes.
void put_byte_line(ProductShape const& shape, void const* from, void* to);

// Lines of the result whose windows begin with line 0, 1 (or 2, with stride 2), … of `lines`, outputs [from, to);
// add, y: of the first of them.
struct LineResults {
    std::int64_t lines = 0, from = 0, to = 0;
};
void product_of_lines(PackedMatrix const& weight, ProductShape const& shape, void const* lines,
                      LineResults const& results, void const* add, void* y, void* scratch);

// Bytes of scratch memory for product_of_lines, and for product_by_lines with such an input.
std::size_t line_products_scratch();
std::size_t byte_lines_scratch(PackedMatrix const& weight, std::int64_t width);

// As product(), with weights packed in lines.
void product_by_lines(PackedMatrix const& weight, ProductShape const& shape, void const* x, void const* add, void* y,
                      void* scratch, int part, int parts);

} // namespace echollama::nn
