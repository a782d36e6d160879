// The model that listens, in whatever form it was named.
#pragma once

#include "app.h"
#include "listener/whisper_listener.h"
#include "models/stage_files.h"

#include <filesystem>
#include <memory>
#include <string>

namespace echollama {

// As chosen_model() for --ear; nothing named is that of the set, else the starter. A CTranslate2 model of Whisper (its
// folder, or the model.bin in it) is converted once and kept in the models folder under ".converted"; another one after
// it changed. Throws Error.
std::filesystem::path ear_model(AppContext const& context, std::filesystem::path const& named);

// For decide_devices() and device_of().
StageFiles listener_files(std::filesystem::path const& model);

// The listener on the device, else on the processor (made_on).
std::unique_ptr<Listener> make_ear(std::filesystem::path const& model, WhisperOptions options,
                                   std::string const& device);

} // namespace echollama
