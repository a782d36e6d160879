// How much memory models will take, before they are loaded: by their files and by what was measured of their work.
#pragma once

#include "store/manifest.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace echollama {

struct MemoryPart {
    std::string model;                   // its name in the models folder
    std::string role;                    // of store::ModelEntry
    std::uint64_t weights = 0, work = 0; // bytes: what is loaded, and what computing takes beside it at its peak
    bool installed = false;              // weights: of the file; else about, of what will be fetched
};

struct MemoryPlan {
    std::vector<MemoryPart> parts;
    std::uint64_t program = 0;   // without any model
    std::uint64_t total() const; // at the peak of describing a photo aloud, when everything is loaded
    // When each model is loaded only while it works (stages.h): at the peak of the largest one, and which that is. What
    // only works together, a voice and its codec, or a language model and its adapter, counts as one.
    std::uint64_t staged() const;
    MemoryPart const& largest() const; // parts must not be empty
};

// What describing a photo with these models takes (docs/models.md says how it was measured). The listener and the
// detector of pauses are not among it: describing does not load them.
MemoryPlan plan_memory(std::filesystem::path const& models_dir, std::vector<store::ModelEntry> const& listed);

// The program without any model, with a photo of usual size.
inline constexpr std::uint64_t program_bytes = 28'000'000;

// What models that came and went leave behind: libraries that stay loaded, and memory in pieces too small to be given
// back. Measured when the starters work in turns.
inline constexpr std::uint64_t left_bytes = 60'000'000;

// What a model file or folder takes while it works, weights and all; one that does not exist takes nothing. `role` as
// of store::ModelEntry; what the file itself is comes first.
std::uint64_t model_bytes(std::filesystem::path const& model, std::string const& role);

// "4G", "800M", "2.5GB", or a number of bytes. Throws UsageError.
std::uint64_t parse_memory(std::string const& text);

// What --memory says; without it what the computer can give now (MemAvailable), in a container no more than its limit.
std::uint64_t memory_budget(std::string const& memory);

} // namespace echollama
