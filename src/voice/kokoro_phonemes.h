// The alphabet of Kokoro's phonemes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace echollama {

// espeak-ng's IPA (code points) as Kokoro was trained on it: diphthongs and affricates are one letter, American vowels
// have no length. `language`: the espeak-ng voice that made them; only English differs from plain IPA. The table is
// that of hexgrad/misaki, EN_PHONES.md ("From espeak to Misaki").
std::vector<std::int32_t> kokoro_phonemes(std::vector<std::int32_t> const& ipa, std::string_view language);

} // namespace echollama
