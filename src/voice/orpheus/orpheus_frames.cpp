#include "voice/orpheus/orpheus_frames.h"

namespace echollama {

using namespace orpheus;

std::optional<AudioToken> audio_token(std::int32_t id) {
    if (id < first_audio || id > last_audio) {
        return std::nullopt;
    }
    int offset = id - first_audio;
    return AudioToken{offset / codes_per_slot, offset % codes_per_slot};
}

std::int32_t audio_token_id(int slot, int code) {
    return first_audio + codes_per_slot * slot + code;
}

std::optional<SnacFrame> FrameReader::push(std::int32_t id) {
    auto token = audio_token(id);
    if (!token) {
        return std::nullopt; // control or text: not part of any frame
    }
    if (token->slot == 0 && filled_ != 0) {
        ++damaged_;
        filled_ = 0;
    }
    if (token->slot != filled_) {
        ++ignored_;
        return std::nullopt;
    }
    frame_[static_cast<std::size_t>(filled_)] = token->code;
    filled_ = (filled_ + 1) % slots;
    return filled_ == 0 ? std::optional(frame_) : std::nullopt;
}

std::vector<SnacFrame> read_frames(std::span<std::int32_t const> tokens) {
    FrameReader reader;
    std::vector<SnacFrame> frames;
    for (std::int32_t id : tokens) {
        if (auto frame = reader.push(id)) {
            frames.push_back(*frame);
        }
    }
    return frames;
}

SnacCodes to_codes(std::span<SnacFrame const> frames) {
    SnacCodes codes;
    for (auto const& f : frames) {
        codes.levels[0].push_back(f[0]);
        codes.levels[1].insert(codes.levels[1].end(), {f[1], f[4]});
        codes.levels[2].insert(codes.levels[2].end(), {f[2], f[3], f[5], f[6]});
    }
    return codes;
}

std::vector<SnacFrame> to_frames(SnacCodes const& codes) {
    std::vector<SnacFrame> frames;
    for (std::size_t i = 0; i < codes.frames(); ++i) {
        auto const& [coarse, middle, fine] = codes.levels;
        frames.push_back({coarse[i], middle[2 * i], fine[4 * i], fine[4 * i + 1], middle[2 * i + 1], fine[4 * i + 2],
                          fine[4 * i + 3]});
    }
    return frames;
}

std::vector<std::int32_t> to_tokens(std::span<SnacFrame const> frames) {
    std::vector<std::int32_t> tokens;
    tokens.reserve(frames.size() * slots);
    for (auto const& frame : frames) {
        for (int slot = 0; slot < slots; ++slot) {
            tokens.push_back(audio_token_id(slot, frame[static_cast<std::size_t>(slot)]));
        }
    }
    return tokens;
}

} // namespace echollama
