// A picture told: what every interface that describes pictures gives.
#pragma once

#include "pipeline/json.h"
#include "server/engine.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::server {

struct Description {
    std::shared_ptr<Seen const> seen;
    std::vector<std::string> sentences;
    std::string text; // all of them
};

// Answers the question about the picture, or describes it; `sink` gets each sentence as it comes.
Description describe(Engine& engine, Sight const& sight, std::string const& question, std::vector<Turn> const& history,
                     Engine::SentenceSink const& sink, std::stop_token const& stop);

// What to go through one by one, the most important first: [{"object", "words", "bearing_deg"}].
Json things_of(Engine const& engine, Seen const& seen);

} // namespace echollama::server
