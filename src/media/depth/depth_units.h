// In which unit a depth picture may be stored.
#pragma once

#include "media/view/view.h"

#include <span>
#include <vector>

namespace echollama {

// Takes away what only says that nothing was measured: what is no number or not above 0, from 65,500 on what 16 bits
// hold no more, the largest number of 10 to 16 bits where it is far more frequent than those just below it, the largest
// half-precision number and beyond. What is taken away becomes 0.
void remove_saturated(std::vector<float>& readings);

// The units that fit the readings (0: none), likeliest first. Whole numbers: millimetres, tenths of a millimetre,
// fifths of a millimetre (the TUM benchmark; then all are multiples of 5), 256ths of a metre, centimetres. Fractions:
// metres, millimetres, centimetres. What counts is how far depth cameras see, where the middle reading lies, and what
// all readings are multiples of. Empty: no unit makes these readings plausible, or there are none.
std::vector<UnitGuess> depth_unit_guesses(std::span<float const> readings);

// For a size in the file's own unit: metres, millimetres or centimetres, likeliest first. `told_metres` adds to the
// weight of metres: formats and coordinates that speak for them.
std::vector<UnitGuess> cloud_unit_guesses(double size, double told_metres);

} // namespace echollama
