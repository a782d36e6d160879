#include "base/bundled_library.h"

#include "base/installed_file.h"

#include <dlfcn.h>

namespace echollama {

void* open_bundled_library(std::string const& file, std::filesystem::path const& built_against) {
    auto const path = installed_file("lib/echollama", built_against) / file;
    std::error_code ignored;
    return std::filesystem::exists(path, ignored) ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
}

} // namespace echollama
