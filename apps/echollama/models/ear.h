// The model that listens, in whatever form it was named.
#pragma once

#include "app.h"

#include <filesystem>

namespace echollama {

// As chosen_model() for --ear; nothing named is that of the set, else the starter. A CTranslate2 model of Whisper (its
// folder, or the model.bin in it) is converted once and kept in the models folder under ".converted"; another one after
// it changed. Throws Error.
std::filesystem::path ear_model(AppContext const& context, std::filesystem::path const& named);

} // namespace echollama
