// Orpheus' speech tokens from a damaged stream: every frame that comes out is sound and comes back unchanged.
#include "voice/orpheus/orpheus_frames.h"

#include "fuzz.h"

#include <cstring>
#include <stdexcept>

namespace echollama::fuzz {
namespace {

Bytes bytes_of_tokens(std::vector<std::int32_t> const& tokens) {
    Bytes bytes(tokens.size() * sizeof(std::int32_t));
    std::memcpy(bytes.data(), tokens.data(), bytes.size());
    return bytes;
}

} // namespace

std::vector<Bytes> seeds() {
    std::vector<SnacFrame> const frames{{0, 1, 2, 3, 4, 5, 6}, {4095, 4094, 4093, 4092, 4091, 4090, 4089}};
    auto tokens = to_tokens(frames);
    auto const clean = bytes_of_tokens(tokens);
    tokens.insert(tokens.begin() + 3, orpheus::start_of_speech);
    tokens.push_back(orpheus::end_of_speech);
    return {clean, bytes_of_tokens(tokens)};
}

void run(Input input) {
    std::vector<std::int32_t> tokens(input.size() / sizeof(std::int32_t));
    if (!tokens.empty()) { // there is nothing to copy from
        std::memcpy(tokens.data(), input.data(), tokens.size() * sizeof(std::int32_t));
    }
    auto const frames = read_frames(tokens);
    if (read_frames(to_tokens(frames)) != frames || to_frames(to_codes(frames)) != frames) {
        throw std::logic_error("frames do not come back from their tokens or codes");
    }
}

} // namespace echollama::fuzz
