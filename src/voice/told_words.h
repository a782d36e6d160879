// The words of a sentence, told when it is known when they are heard.
#pragma once

#include "media/sound/audio.h"
#include "voice/pauses.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace echollama {

// A word without the marks around it, and the phoneme of its sentence (index) that it begins with.
struct PlacedWord {
    std::string text;
    std::size_t phoneme = 0;
};

// Those of the words that are found in the sentence's phonemes (word_begins); `each`: the phonemes of every word by
// itself.
std::vector<PlacedWord> place_words(std::span<std::string const> words, std::span<std::int32_t const> sentence,
                                    std::span<std::vector<std::int32_t> const> each);

// Follows a sentence that is spoken clause by clause.
class ToldWords {
  public:
    // `speed`: samples, as they are spoken, that are heard in a second.
    ToldWords(std::vector<PlacedWord> words, double speed) : words_(std::move(words)), speed_(speed) {}

    // The next clause begins with the sentence's phoneme `first`; `places` are its phonemes' numbers (NumberedPhonemes)
    // and `begins` the samples of the clause's sound, pauses not yet cut, with which numbers begin.
    void set_begins(std::size_t first, std::span<std::size_t const> places, std::span<std::int64_t const> begins);
    // The words of that clause that were not told yet and whose place behind `pauses` is decided; `before`: samples of
    // the clauses before it.
    std::vector<SpokenWord> due(PauseShortener const& pauses, std::int64_t before);

  private:
    std::vector<PlacedWord> words_;
    double speed_;
    std::size_t next_ = 0;             // word
    std::vector<std::int64_t> begins_; // of the clause's words from next_ on
};

} // namespace echollama
