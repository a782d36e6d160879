// `echollama chat --script`: a conversation that is played through.
#pragma once

#include "app.h"
#include "chat/options.h"
#include "chat/spoken.h"

#include <filesystem>

namespace echollama {

struct ScriptOptions {
    std::filesystem::path script; // empty: none
    std::filesystem::path folder; // for what comes of it
    bool real_clock = false;
};

// Writes conversation.wav (what was played) and conversation.json (docs/json.md) into the folder.
void run_script(AppContext const& context, ChatOptions options, ListeningOptions const& listening,
                ScriptOptions const& script);

} // namespace echollama
