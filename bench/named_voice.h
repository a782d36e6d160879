// The voices that benchmarks are told to use.
#pragma once

#include "base/error.h"
#include "voice/voices.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama::bench {

// "fast", "natural" (of the models folder), or the folder of a Piper or Kokoro voice, with @NAME for one of its
// speakers. No voice stands by for it.
inline std::unique_ptr<Speaker> named_voice(std::string const& name, std::filesystem::path const& models, int threads) {
    if (name == "fast") {
        return make_fast_voice();
    }
    if (name == "natural") {
        return make_network_voice(models / "piper-joe", "", threads);
    }
    if (name.find('/') == std::string::npos) {
        throw UsageError("There is no voice '" + name + "' here.");
    }
    auto const at = name.find('@');
    return make_network_voice(name.substr(0, at), at == std::string::npos ? "" : name.substr(at + 1), threads);
}

} // namespace echollama::bench
