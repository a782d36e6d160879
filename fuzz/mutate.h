// Deterministic damage for inputs of fuzz targets.
#pragma once

#include "fuzz.h"

namespace echollama::fuzz {

// One to four changes, chosen by `number`: bits turned, numbers replaced by extreme ones (binary and decimal), parts
// removed, doubled, moved, taken from `other`, or the end cut off.
Bytes mutated(Bytes bytes, Bytes const& other, std::uint64_t number);

} // namespace echollama::fuzz
