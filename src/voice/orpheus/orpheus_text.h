// What Orpheus is asked and what it may answer: prompt ids and the guards against speech
// that never ends (specs: canopyai's engine_class.py and training notebook).
#pragma once

#include "voice/orpheus/orpheus_frames.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace echollama {

// The voices the published model was trained with, best first.
constexpr std::array<std::string_view, 8> orpheus_voices{"tara", "leah", "jess", "leo", "dan", "mia", "zac", "zoe"};
// What can stand in the text as <laugh>; plain text to the model.
constexpr std::array<std::string_view, 8> orpheus_emotions{"laugh",   "chuckle", "sigh", "cough",
                                                           "sniffle", "groan",   "yawn", "gasp"};

// The text in words (normalise_for_speech), its emotion tags kept; other tags go.
std::string orpheus_words(std::string_view text);

// "tara: Text." White space is joined, and a full stop is added where no mark ends the text: without one the model
// repeats itself. An empty voice gives the text alone, as fine-tunes without voice names need it.
std::string orpheus_text(std::string_view sentence, std::string_view voice);

// start of human, begin of text, the text's tokens, end of text, end of human, start of AI, start of speech.
std::vector<std::int32_t> orpheus_prompt(std::span<std::int32_t const> text_tokens);

// Leaves this token alone; everything else becomes -infinity.
void keep_only(std::span<float> logits, std::int32_t token);

// The most frames a text may take: two seconds and 0.13 s a letter (half the speed of slow speech), a digit counting as
// five letters and an emotion as two seconds.
std::size_t most_frames(std::string_view text);

// Notices speech that repeats itself: the last two seconds or more are the same frames over and over, at least three
// times, or the coarse codes are so for five seconds (endless silence or a held tone).
class LoopDetector {
  public:
    // True when this frame closes a loop.
    bool push(SnacFrame const& frame);

  private:
    static constexpr std::size_t longest_period = 48; // frames, 4.1 s
    std::deque<SnacFrame> recent_;
    std::array<std::size_t, longest_period + 1> same_{}, same_coarse_{}; // frames equal to the one a period earlier
};

} // namespace echollama
