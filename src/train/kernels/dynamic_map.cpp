#include "train/kernels/dynamic_map.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace echollama::train {
namespace {

// torch.linspace(0.1, 1, count) in float32: the second half is counted from the end.
float point(int i, int count) {
    float const begin = 0.1F, end = 1;
    float const step = (end - begin) / static_cast<float>(count - 1);
    return i < count / 2 ? begin + step * static_cast<float>(i) : end - step * static_cast<float>(count - 1 - i);
}

} // namespace

DynamicMap DynamicMap::of(std::array<float, 256> const& values) {
    DynamicMap map;
    map.values = values;
    for (std::size_t i = 0; i < map.midpoints.size(); ++i) {
        map.midpoints[i] = (values[i] + values[i + 1]) * 0.5F;
    }
    return map;
}

DynamicMap DynamicMap::make(bool with_sign) {
    constexpr int levels = 7;
    std::vector<float> values{0, 1};
    for (int level = 0; level < levels; ++level) {
        int const count = (1 << (with_sign ? level : level + 1)) + 1;
        auto const unit = static_cast<float>(std::pow(10.0, level - (levels - 1)));
        for (int i = 0; i + 1 < count; ++i) {
            float const mean = (point(i, count) + point(i + 1, count)) / 2;
            values.push_back(unit * mean);
            if (with_sign) {
                values.push_back(-(unit * mean));
            }
        }
    }
    std::sort(values.begin(), values.end());
    std::array<float, 256> sorted{};
    std::copy(values.begin(), values.end(), sorted.begin());
    return of(sorted);
}

std::uint8_t DynamicMap::nearest(float x) const {
    if (std::isnan(x)) {
        return 0;
    }
    auto const above = std::lower_bound(midpoints.begin(), midpoints.end(), x); // the first midpoint >= x
    auto place = static_cast<std::size_t>(above - midpoints.begin());
    bool const tie = above != midpoints.end() && *above == x;
    return static_cast<std::uint8_t>(tie && place % 2 != 0 ? place + 1 : place);
}

} // namespace echollama::train
