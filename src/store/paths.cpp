#include "store/paths.h"

#include "base/home_dir.h"

namespace echollama::store {

std::filesystem::path cache_dir() {
    if (auto dir = path_from_environment("ECHOLLAMA_CACHE"); !dir.empty()) {
        return dir;
    }
    if (auto dir = path_from_environment("XDG_CACHE_HOME"); dir.is_absolute()) {
        return dir / "echollama";
    }
    return home_dir() / ".cache" / "echollama";
}

std::filesystem::path default_models_dir() {
    if (auto dir = path_from_environment("ECHOLLAMA_MODELS"); !dir.empty()) {
        return dir;
    }
    return cache_dir() / "models";
}

} // namespace echollama::store
