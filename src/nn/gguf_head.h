// The head of a GGUF file, read in one pass that trusts nothing. ggml's own reader trusts some sums (dimensions whose
// product overflows, tensors of no elements) that later end the program, and fetches every word of a vocabulary by
// itself, which takes most of a tenth of a second; a file that passes here passes there, too.
#pragma once

#include <ggml.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::nn {

// A value, or a list of them. Of lists of words only their number is kept.
struct GgufValue {
    std::uint32_t type = 0; // gguf_type; of a list that of its elements
    bool is_list = false;
    std::uint64_t count = 1;  // of elements
    std::string text;         // of one text, up to its first zero as ggml gives it
    std::uint32_t number = 0; // of a whole number of 32 bits; of a list of such the largest, without their signs
};

struct GgufTensor {
    std::string name;
    ggml_type type = GGML_TYPE_F32;
    std::array<std::int64_t, GGML_MAX_DIMS> shape{1, 1, 1, 1}; // ggml order, none less than 1
    std::uint64_t offset = 0;                                  // from the first tensor's beginning
    std::uint64_t bytes = 0;
};

struct GgufHead {
    std::map<std::string, GgufValue, std::less<>> values;
    std::vector<GgufTensor> tensors; // as they follow each other in the file

    GgufValue const* find(std::string_view key) const; // nullptr: absent
    std::string text(std::string_view key) const;      // empty when it is absent or of another type
    // `otherwise` when it is absent or of another type.
    std::uint32_t u32(std::string_view key, std::uint32_t otherwise) const;
    std::string architecture() const { return text("general.architecture"); }
};

// Throws Error, naming the file and what is wrong, unless every length, type, shape and offset of the file is
// consistent and lies inside it, and no name is there twice.
GgufHead read_gguf_head(std::filesystem::path const& path);

// The same where only its throwing is wanted.
void check_gguf(std::filesystem::path const& path);

// An empty one of a file that is not readable GGUF.
GgufHead gguf_head_or_empty(std::filesystem::path const& path);

// The value of general.architecture; empty when the file is not readable GGUF.
std::string gguf_architecture(std::filesystem::path const& path);

} // namespace echollama::nn
