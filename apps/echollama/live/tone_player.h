// The tones that lead to a thing (live/guide_tone.h), on the sound device beside the speech.
#pragma once

#include "live/guide_tone.h"
#include "media/device/playback.h"

#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace echollama {

class TonePlayer {
  public:
    // Opens the device. Throws Error when there is none.
    TonePlayer();
    TonePlayer(TonePlayer const&) = delete;
    TonePlayer& operator=(TonePlayer const&) = delete;

    // As GuideTone's.
    void lead(std::optional<Lead> const& lead);
    void duck(bool on);

  private:
    void run(std::stop_token const& stop);

    std::mutex mutex_;
    GuideTone tone_;
    Player player_;
    std::jthread thread_; // last: it uses everything above
};

} // namespace echollama
