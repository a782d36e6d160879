// Orpheus speech tokens and SNAC frames (after canopyai's decoder.py and notebook, with their two mistakes removed:
// code 0 is a code like any other, and one bad token costs one frame, never those after it).
//
// A frame is seven tokens, 2048 samples at 24 kHz. Token id = 128266 + 4096 * slot + code, slot = place in the frame.
// Slot 0 is the coarse code; 1 and 4 the two middle codes; 2, 3, 5, 6 the four fine codes.
#pragma once

#include "networks/snac_types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace echollama {

namespace orpheus {
constexpr std::int32_t begin_of_text = 128000;
constexpr std::int32_t end_of_text = 128009;
constexpr std::int32_t start_of_speech = 128257;
constexpr std::int32_t end_of_speech = 128258; // the one stop token
constexpr std::int32_t start_of_human = 128259;
constexpr std::int32_t end_of_human = 128260;
constexpr std::int32_t start_of_ai = 128261;
constexpr std::int32_t end_of_ai = 128262;
constexpr std::int32_t first_audio = 128266;
constexpr int slots = 7;
constexpr int codes_per_slot = 4096;
constexpr std::int32_t last_audio = first_audio + slots * codes_per_slot - 1; // 156937
} // namespace orpheus

// The seven codes of one frame in slot order, each 0..4095.
using SnacFrame = std::array<std::int32_t, orpheus::slots>;

// Where a token belongs.
struct AudioToken {
    int slot = 0; // 0..6
    int code = 0; // 0..4095
};
// Empty for text, control tokens and everything else outside 128266..156937.
std::optional<AudioToken> audio_token(std::int32_t id);
std::int32_t audio_token_id(int slot, int code);

// Puts frames together from a token stream that may be damaged. Every audio token names its own slot, so a frame is the
// run of slots 0..6 in order; tokens that do not fit are ignored, and slot 0 always begins a new frame. Missing,
// foreign, doubled or mis-slotted tokens therefore lose at most the frame they are in.
class FrameReader {
  public:
    // The frame that this token completes.
    std::optional<SnacFrame> push(std::int32_t id);

    int next_slot() const { return filled_; }
    std::size_t ignored_tokens() const { return ignored_; } // audio tokens that fitted nowhere
    std::size_t damaged_frames() const { return damaged_; } // begun and never completed

  private:
    SnacFrame frame_{};
    int filled_ = 0;
    std::size_t ignored_ = 0;
    std::size_t damaged_ = 0;
};

// All whole frames of a token list.
std::vector<SnacFrame> read_frames(std::span<std::int32_t const> tokens);

// Frames to the three code lists of the codec and back; codes.frames() frames.
SnacCodes to_codes(std::span<SnacFrame const> frames);
std::vector<SnacFrame> to_frames(SnacCodes const& codes);

// The 7 n tokens of n frames.
std::vector<std::int32_t> to_tokens(std::span<SnacFrame const> frames);

} // namespace echollama
