// Checks of ggml files before whisper.cpp opens them: its loader trusts every number in the file.
#pragma once

#include <filesystem>

namespace echollama {

// Throws Error with file and reason unless the file is complete and every length in it fits.
void check_whisper_file(std::filesystem::path const& path);

// The same for a Silero voice activity detector.
void check_silero_file(std::filesystem::path const& path);

} // namespace echollama
