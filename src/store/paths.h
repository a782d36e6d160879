// Where model files live.
#pragma once

#include <filesystem>

namespace echollama::store {

// HOME, or what the system knows of the user where HOME is empty, unset or not a full path. Throws Error, saying what
// to set instead, when there is no such folder.
std::filesystem::path home_dir();

// ECHOLLAMA_CACHE, else $XDG_CACHE_HOME/echollama (a full path, else it does not count), else ~/.cache/echollama.
std::filesystem::path cache_dir();

// ECHOLLAMA_MODELS, else cache_dir()/models.
std::filesystem::path default_models_dir();

} // namespace echollama::store
