// e^x for vectors. Compiled for the processor at hand; included only by files that are.
#pragma once

#include "nn/cpu/tile.h"

namespace echollama::nn {

// e^x for x <= 0: x = n ln 2 + r, a polynomial for e^r (Cephes expf, relative error 2e-7), n into the exponent.
// Below -87, and so for -infinity, it is e^-87 = 1.6e-38.
inline tile::Reg exponential(tile::Reg x) {
    typedef int Int __attribute__((vector_size(tile::lanes * 4)));
    constexpr float magic = 12582912.0F; // 1.5 * 2^23: adding it rounds to an integer
    x = tile::greater(x, tile::splat(-87.0F));
    tile::Reg n = (x * 1.44269504088896341F + magic) - magic;
    tile::Reg r = x - n * 0.693359375F;
    r = r + n * 2.12194440e-4F;
    tile::Reg p = r * 1.9875691500e-4F + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    Int exponent = __builtin_convertvector(n, Int);
    Int bits = (exponent + 127) << 23;
    return p * reinterpret_cast<tile::Reg>(bits);
}

} // namespace echollama::nn
