// A voice with the fast one standing by.
#pragma once

#include "roles/roles.h"

#include <chrono>
#include <future>
#include <memory>

namespace echollama {

struct StandbyOptions {
    // How long an answer may wait for the first sound of the voice; 0: as long as it takes (files).
    std::chrono::milliseconds patience{0};
};

// The voice, which may still be loading; when it is not there in time (or null), fails, gives no sound in time, or was
// slower than speech in the answer before, the fast voice speaks instead, and a warning says so once. One answer
// (SpeechOptions::answer) keeps its voice: once the fast one had to step in, it speaks to the answer's end. All chunks
// have one rate: that of the voice which spoke first. The fast voice is then as loud as a Piper voice.
std::unique_ptr<Speaker> with_standby(std::shared_future<std::shared_ptr<Speaker>> voice, std::unique_ptr<Speaker> fast,
                                      StandbyOptions const& options);

} // namespace echollama
