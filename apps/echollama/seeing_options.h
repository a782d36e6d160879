// What describe, scene, ask and chat look at, and with which models.
#pragma once

#include "app.h"
#include "pipeline/see.h"

#include <filesystem>

namespace echollama {

struct SeeingOptions {
    std::filesystem::path image;
    std::filesystem::path detector; // empty: the starter's
    std::filesystem::path depth;    // empty: none
    float threshold = -1;           // negative: the detector's own
};

void add_seeing_options(CLI::App& app, SeeingOptions& options);

// Reads the input. Throws Error.
View load_view(SeeingOptions const& options);

SeeingModels load_seeing_models(AppContext const& context, SeeingOptions const& options, Timings& timings);

} // namespace echollama
