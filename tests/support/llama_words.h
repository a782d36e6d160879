// The words of a LLaMA 3 vocabulary without meaning: the 256 bytes, numbered ones, and special tokens from 128,000 to
// 128,265, where LLaMA 3 and Orpheus have theirs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace echollama::test {

// GPT-2's 256 byte characters as UTF-8.
inline std::vector<std::string> byte_tokens() {
    std::vector<std::string> tokens;
    int extra = 0;
    for (int byte = 0; byte < 256; ++byte) {
        bool const plain = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
        int const point = plain ? byte : 256 + extra++;
        tokens.push_back(
            point < 128 ? std::string(1, static_cast<char>(point))
                        : std::string{static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))});
    }
    return tokens;
}

struct LlamaWords {
    static constexpr std::uint32_t begin = 128000, end = 128001;

    std::vector<std::string> texts = byte_tokens();
    std::vector<std::int32_t> types; // of ggml: 1 a word, 3 a special token

    explicit LlamaWords(std::int64_t count) : types(static_cast<std::size_t>(count), 1) {
        for (std::int64_t id = 256; id < count; ++id) {
            bool const special = id >= begin;
            texts.push_back((special ? "<|special_" : "unused_") + std::to_string(id) + (special ? "|>" : ""));
            types[static_cast<std::size_t>(id)] = special ? 3 : 1;
        }
    }
};

} // namespace echollama::test
