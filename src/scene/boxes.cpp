#include "scene/boxes.h"

#include <algorithm>

namespace echollama {

float overlap(Box const& a, Box const& b) {
    float const width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
    float const height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
    if (!(width > 0 && height > 0)) {
        return 0;
    }
    float const shared = width * height;
    return shared / (a.width() * a.height() + b.width() * b.height() - shared);
}

} // namespace echollama
