// The models that answer clients, of whatever protocol.
#pragma once

#include "app.h"
#include "options/language_options.h"
#include "options/seeing_options.h"
#include "options/wording_options.h"
#include "server/engine.h"

#include <filesystem>
#include <string>

namespace echollama {

struct EngineOptions {
    SeeingOptions seeing;
    LanguageOptions language;
    std::string voice = {};    // empty: the preset's, else natural
    std::filesystem::path ear; // empty: the starter's
    WordingOptions wording;
};

// --voice, --ear and those of the other models.
void add_engine_options(Command& command, EngineOptions& options);

// They load in the background or when they are first wanted. Context and timings must outlive them.
server::EngineModels load_engine_models(AppContext const& context, EngineOptions const& options, Timings& timings);

} // namespace echollama
