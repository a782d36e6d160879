// Text as it is written becomes text as it is spoken (English).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace echollama {

// Words for numbers, units, decimals, dates, times, money, ordinals, fractions, ranges, abbreviations, web and e-mail
// addresses; emoji named or dropped; Markdown, HTML tags and special tokens of language models removed. The result is
// one line without digits. Applying it twice changes nothing more; letters of ordinary words are never lost. A date
// such as 3/4/2025, which may mean two days, is read as it stands. Any bytes are accepted.
std::string normalise_for_speech(std::string_view text);

// Text as a language model writes it becomes text to read or hear, one line, with numbers and units as they stand:
// Markdown (links and pictures become their words, tables rows with commas, blocks sentences), HTML tags and special
// tokens removed. Of emoji, signs and things are named, once and only where the words do not say so ("⚠ Mind the step",
// "a 🐕 ahead" → "a dog ahead"); faces, hearts and other ornaments are left out unless nothing else is said.
std::string plain_text(std::string_view text);

// What a voice is given: normalise_for_speech for English; for other languages, whose numbers the voice itself reads,
// without Markdown, tags and emoji. `language`: an espeak-ng voice such as "en-us" or "de".
std::string spoken_text(std::string_view text, std::string_view language);

// 1234 → "one thousand two hundred thirty-four".
std::string cardinal_words(std::uint64_t value);
// 21 → "twenty-first".
std::string ordinal_words(std::uint64_t value);
// 1999 → "nineteen ninety-nine", 2005 → "two thousand five", 1905 → "nineteen oh five".
std::string year_words(std::uint64_t year);
// "007" → "zero zero seven"; other characters are skipped.
std::string digit_words(std::string_view digits);
// Digits of a whole number without separators, read as a cardinal; digit by digit when it begins with a superfluous
// zero or has more than 15 digits.
std::string integer_words(std::string_view digits);

} // namespace echollama
