// Resizing, exactly as Pillow does it on 8-bit pictures.
#pragma once

#include "media/image.h"

namespace echollama {

// Pillow's Image.resize with antialiasing: the filter's support grows with the down-scaling factor; rows first, then
// columns; coefficients rounded to 22 fractional bits and each pass to 8 bits (Pillow, src/libImaging/Resample.c). Both
// sizes >= 1.
Image resize_bilinear(Image const& image, int width, int height);
Image resize_bicubic(Image const& image, int width, int height);

} // namespace echollama
