// Recordings with their texts as rows that a speaking language model learns from (Orpheus; unsloth's notebook
// Orpheus_(3B)-TTS).
#pragma once

#include "networks/snac_types.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace echollama::train {

// Places of the frames that stay: the first, and each whose coarse code differs from that of the frame before it.
std::vector<std::size_t> kept_frames(SnacCodes const& codes);

// start of human, the text's tokens with their begin token, end of text, end of human, start of the machine, start of
// speech, seven tokens for each kept frame, end of speech, end of the machine. All of it is learnt.
std::vector<std::int32_t> speech_tokens(std::span<std::int32_t const> text, SnacCodes const& codes);

// A recording of a folder.
struct Recording {
    std::filesystem::path sound;
    std::string text;  // with its speaker before it where the folder names speakers: "tara: Hello."
    std::string where; // for messages: "line 3 of metadata.csv"
};

// LJSpeech: metadata.csv with lines "id|text|text as spoken" and wavs/id.wav. Hugging Face's audiofolder:
// metadata.jsonl or metadata.csv with the columns file_name and text (or transcription), and source for the speaker.
// Throws Error naming the line that is wrong or the sound that is missing.
std::vector<Recording> read_recordings(std::filesystem::path const& folder);

// One line of LJSpeech's metadata, without the newline; `folder` holds wavs/. Throws Error with the reason.
Recording parse_ljspeech_line(std::string const& line, std::filesystem::path const& folder);
// One object of metadata.jsonl.
Recording parse_audiofolder_row(std::string const& json, std::filesystem::path const& folder);
// The cells of one line of a CSV file, with quotation marks around cells that hold commas. Throws Error with the
// reason.
std::vector<std::string> parse_csv_line(std::string const& line);

} // namespace echollama::train
