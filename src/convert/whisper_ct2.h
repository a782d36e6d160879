// Whisper from CTranslate2's format (as faster-whisper uses) to the ggml file that whisper.cpp reads.
#pragma once

#include <filesystem>
#include <vector>

namespace echollama::convert {

// The pieces of one model in order, found from a folder that holds model.bin (or model.bin.part1, .part2, ...), or from
// one of these files. Throws Error when there are none.
std::vector<std::filesystem::path> find_whisper_parts(std::filesystem::path const& folder_or_file);

// Converts; the vocabulary is looked for beside the first piece. Matrices are written as float16, vectors and position
// codes as float32. `output` appears complete or not at all. Throws Error when the files are not such a model or the
// place cannot be written.
void convert_whisper_ctranslate2(std::vector<std::filesystem::path> const& parts, std::filesystem::path const& output);

// The same for a folder or a model.bin.
void convert_whisper_ctranslate2(std::filesystem::path const& folder_or_file, std::filesystem::path const& output);

} // namespace echollama::convert
