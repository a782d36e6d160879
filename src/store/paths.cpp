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

std::optional<std::filesystem::path> find_installed(std::filesystem::path const& models_dir, std::string const& name) {
    std::error_code failed;
    for (char const* end : {"", ".gguf", ".bin"}) {
        auto const model = models_dir / (name + end);
        if (!name.empty() && std::filesystem::exists(model, failed)) {
            return model;
        }
    }
    return std::nullopt;
}

} // namespace echollama::store
