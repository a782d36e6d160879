// Where model files live.
#pragma once

#include <filesystem>

namespace echollama::store {

// ECHOLLAMA_CACHE, else $XDG_CACHE_HOME/echollama (a full path, else it does not count), else ~/.cache/echollama.
std::filesystem::path cache_dir();

// ECHOLLAMA_MODELS, else cache_dir()/models.
std::filesystem::path default_models_dir();

} // namespace echollama::store
