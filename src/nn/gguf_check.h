// Looks through a GGUF file before ggml does. ggml's own reader trusts some sums (dimensions whose product overflows,
// tensors of no elements) that later end the program; a file that passes here does not.
#pragma once

#include <filesystem>

namespace echollama::nn {

// Throws Error, naming the file and what is wrong, unless every length, type, shape and offset of the file is
// consistent and lies inside it. Reads only the header.
void check_gguf(std::filesystem::path const& path);

} // namespace echollama::nn
