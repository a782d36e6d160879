// A language model on this computer in the describer's role.
#pragma once

#include "llm/llm.h"
#include "roles/roles.h"

#include <memory>

namespace echollama {

struct LocalDescriberOptions {
    LlmOptions model = {};
    // Short and faithful by default: small models wander when they write much or freely.
    LlmSampling sampling{.max_tokens = 96, .temperature = 0, .repeat_penalty = 1.1F};
};

// Any chat model that llama.cpp loads. Throws Error when the file cannot be used. A conversation that outgrows the
// context loses its oldest turns; the scene stays. When that is too long, too, it loses its end.
std::unique_ptr<Describer> make_local_describer(std::filesystem::path const& gguf,
                                                LocalDescriberOptions const& options = {});

} // namespace echollama
