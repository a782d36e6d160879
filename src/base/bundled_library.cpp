#include "base/bundled_library.h"

#include <dlfcn.h>

namespace echollama {

void* open_bundled_library(std::string const& file, std::filesystem::path const& built_against) {
    std::error_code ignored;
    auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
    for (auto const& folder : {program.parent_path().parent_path() / "lib/echollama", built_against}) {
        auto path = folder / file;
        void* library = std::filesystem::exists(path, ignored) ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
        if (library) {
            return library;
        }
    }
    return nullptr;
}

} // namespace echollama
