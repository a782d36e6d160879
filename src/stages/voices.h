// The voices that are always there.
#pragma once

#include "stages/roles.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

// espeak-ng: instant, 80 to 900 words a minute, the same samples for the same text. `language` is an espeak-ng voice.
std::unique_ptr<Speaker> make_fast_voice(std::string const& language = "en-us");

// A Piper voice (folder with model.onnx, tokens.txt, voice.json, as prepare_piper_voice makes it), run by sherpa-onnx,
// which is loaded when it is asked for. Throws Error when the folder, its files or the runtime cannot be used.
std::unique_ptr<Speaker> make_piper_voice(std::filesystem::path const& folder, int threads);

// "fast", "natural" (the starter voice of the models folder) or a Piper folder. When the natural voice cannot be
// loaded, the fast voice speaks and a warning says why; a folder named by the user must work.
std::unique_ptr<Speaker> make_speaker(std::string const& voice, std::filesystem::path const& models_dir, int threads);

} // namespace echollama
