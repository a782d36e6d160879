// What makes sound of a clause's numbers.
#pragma once

#include "voice/voice_folder.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace echollama {

class VoiceNetwork {
  public:
    VoiceNetwork() = default;
    virtual ~VoiceNetwork() = default;
    VoiceNetwork(VoiceNetwork const&) = delete;
    VoiceNetwork& operator=(VoiceNetwork const&) = delete;

    struct Sink {
        // At which sample of the sound each number begins, before the sound comes; only where tells_begins().
        std::function<void(std::span<std::int64_t const> samples)> begins;
        // The sound as it is made, in its order.
        std::function<void(std::span<float const> samples)> sound;
    };

    // Whether it knows when each number is heard.
    virtual bool tells_begins() const { return false; }

    // What a stopped run has not made is missing at the end. Throws Error.
    virtual void run(std::vector<std::int64_t> const& ids, Sink const& sink, std::stop_token const& stop) = 0;
};

// Throws Error when the network cannot be used.
std::unique_ptr<VoiceNetwork> open_voice_network(VoiceFolder const& folder, int speaker, int threads);

} // namespace echollama
