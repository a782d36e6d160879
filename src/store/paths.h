// Where model files live.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace echollama::store {

// ECHOLLAMA_CACHE, else $XDG_CACHE_HOME/echollama (a full path, else it does not count), else ~/.cache/echollama.
std::filesystem::path cache_dir();

// The file or folder of the models folder that is called so, with or without what stands behind its dot (.gguf, .bin).
std::optional<std::filesystem::path> find_installed(std::filesystem::path const& models_dir, std::string const& name);

// ECHOLLAMA_MODELS, else cache_dir()/models.
std::filesystem::path default_models_dir();

} // namespace echollama::store
