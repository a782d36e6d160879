// The error function of vectors. Compiled for the processor at hand; included only by files that are.
#pragma once

#include "nn/cpu/tile.h"

namespace echollama::nn {

// erf by a quotient of polynomials in x² over [-4, 4], where it is 1 to float precision (the fit that Eigen and XLA
// use).
inline tile::Reg erf_of(tile::Reg x) {
    tile::Reg const limit = tile::splat(4.0F);
    x = x > limit ? limit : x;
    x = x < -limit ? -limit : x;
    tile::Reg z = x * x;
    tile::Reg p = z * -2.72614225801306e-10F + 2.77068142495902e-08F;
    p = p * z - 2.10102402082508e-06F;
    p = p * z - 5.69250639462346e-05F;
    p = p * z - 7.34990630326855e-04F;
    p = p * z - 2.95459980854025e-03F;
    p = p * z - 1.60960333262415e-02F;
    tile::Reg q = z * -1.45660718464996e-05F - 2.13374055278905e-04F;
    q = q * z - 1.68282697438203e-03F;
    q = q * z - 7.37332916720468e-03F;
    q = q * z - 1.42647390514189e-02F;
    return x * p / q;
}

// x (1 + erf(x / sqrt 2)) / 2
inline tile::Reg gelu_of(tile::Reg x) {
    return 0.5F * x * (1.0F + erf_of(x * 0.70710678118654752F));
}

} // namespace echollama::nn
