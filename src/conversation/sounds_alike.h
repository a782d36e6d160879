// Words that sound alike: how far two words are apart when they are spoken.
#pragma once

#include <string>
#include <string_view>

namespace echollama {

// An English word as its sounds, a letter each, by rules of spelling: "cup" → "kVp", "knife" → "naf". Vowels are told
// apart roughly, and consonants as they are heard. For comparing words with each other only.
std::string sounds_of(std::string_view word);

// [0, 1]: 0 the same sounds, 1 nothing in common. The cheapest way to change one into the other, sounds that are easily
// mistaken for each other (p and b, s and z, one vowel and another) costing less, over the longer one's length.
float sound_distance(std::string_view a, std::string_view b);

} // namespace echollama
