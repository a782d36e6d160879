#include "store/paths.h"

#include <cstdlib>

namespace echollama::store {
namespace {

// The value of an environment variable, or empty.
std::filesystem::path from_environment(char const* name) {
    char const* value = std::getenv(name);
    return value ? value : "";
}

} // namespace

std::filesystem::path cache_dir() {
    if (auto dir = from_environment("ECHOLLAMA_CACHE"); !dir.empty()) {
        return dir;
    }
    if (auto dir = from_environment("XDG_CACHE_HOME"); !dir.empty()) {
        return dir / "echollama";
    }
    auto home = from_environment("HOME");
    return (home.empty() ? std::filesystem::path(".") : home) / ".cache" / "echollama";
}

std::filesystem::path default_models_dir() {
    if (auto dir = from_environment("ECHOLLAMA_MODELS"); !dir.empty()) {
        return dir;
    }
    return cache_dir() / "models";
}

} // namespace echollama::store
