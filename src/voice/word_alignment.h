// Where the words of a sentence lie in its phonemes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace echollama {

// For each word the index of the phoneme of `sentence` that it begins with (a stress mark belongs to the sound behind
// it); indices grow. `words`: the phonemes of each word spoken by itself, in order. All are code points of IPA.
// Speech runs words together ("of the"), leaves sounds away or puts them between ("les‿enfants") and reads numbers by
// their neighbours, so the words, one behind the other, are aligned with the sentence sound by sound. Empty: a word
// whose sounds are not in the sentence; all are, where too little of the sentence is found in the words, and for more
// than some two thousand sounds.
std::vector<std::optional<std::size_t>> word_begins(std::span<std::int32_t const> sentence,
                                                    std::span<std::vector<std::int32_t> const> words);

} // namespace echollama
