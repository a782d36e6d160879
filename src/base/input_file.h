// Whole files, pipes and standard input as bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace echollama {

// What is read, for messages and against exhaustion.
struct InputLimits {
    std::string what = "file"; // "picture": "name a picture in it"
    std::uintmax_t most_bytes = 512ULL << 20;
};

// All bytes of a file; "-" is standard input. Whatever can be read only once (pipes, /dev/stdin, the shell's process
// substitution) is read once, from its beginning to its end. Throws Error where nothing is there, it is a folder, it
// cannot be opened, or it holds more than the limit; UsageError where standard input is a terminal.
std::vector<std::uint8_t> read_input(std::filesystem::path const& path, InputLimits const& limits = {});

// Does reading it take what comes through standard input? "-", "/dev/stdin", "/dev/fd/0" and their like.
bool is_standard_input(std::filesystem::path const& path);

// How messages call it: the path, or "standard input" for "-".
std::string input_name(std::filesystem::path const& path);

} // namespace echollama
