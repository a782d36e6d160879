// A long sentence in pieces, so that its beginning is heard while the rest is still made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace echollama {

// Phonemes (code points) of a sentence, cut after a comma, semicolon, colon or mark of a sentence's end; sentences that
// are made at once anyway (up to 80 phonemes, some eighteen words) stay whole, and no piece is shorter than 20. Where
// none of these marks comes for 250 phonemes, the cut is between two words: networks take no endless sentence (Kokoro
// 510 numbers). Spaces at the cut are dropped.
// With `soon` the first piece, of at least 10 phonemes, ends at the first mark, also of a short sentence: two words and
// their comma sound for longer than the rest takes to make.
std::vector<std::span<std::int32_t const>> clauses(std::span<std::int32_t const> phonemes, bool soon = false);

} // namespace echollama
