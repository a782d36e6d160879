// Tries each stage once, for `doctor`.
#pragma once

#include "app.h"

#include <functional>
#include <string>
#include <vector>

namespace echollama {

struct StageResult {
    std::string name; // "finding objects"
    bool works = false;
    bool absent = false;   // no model is installed for it
    double seconds = 0;    // loading and one piece of work
    std::string says = {}; // what came out, or why it does not work; may name paths
};

// With the models that describing would use; `begin` is told each stage's name before it starts. Never throws but
// Cancelled.
std::vector<StageResult> try_stages(AppContext const& context, std::function<void(std::string const&)> const& begin);

// Half a second of a tone on the loudspeaker, a second of the microphone.
std::vector<StageResult> try_sound(AppContext const& context);

} // namespace echollama
