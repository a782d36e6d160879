// Activations (nn/layers.h) of vectors. Compiled for the processor at hand; included only by files that are.
#pragma once

#include "nn/cpu/tile.h"
#include "nn/layers.h"

#include <cstdint>

namespace echollama::nn {

inline tile::Reg relu6(tile::Reg v) {
    return tile::less(tile::greater(v, tile::Reg{}), tile::splat(6.0F));
}

inline tile::Reg activated(Activation const& activation, tile::Reg v) {
    switch (activation.kind) {
    case Activation::Kind::relu:
        return tile::greater(v, tile::Reg{});
    case Activation::Kind::relu6:
        return relu6(v);
    case Activation::Kind::hard_swish:
        return v * relu6(v + 3.0F) * activation.slope;
    case Activation::Kind::leaky_relu:
        return tile::greater(v, activation.slope * v);
    case Activation::Kind::none:
        break;
    }
    return v;
}

// Whole vectors in place.
inline void activate_line(Activation const& activation, float* line, std::int64_t count) {
    if (activation.kind == Activation::Kind::none) {
        return;
    }
    for (std::int64_t i = 0; i < count; i += tile::lanes) {
        tile::store(line + i, activated(activation, tile::load(line + i)));
    }
}

} // namespace echollama::nn
