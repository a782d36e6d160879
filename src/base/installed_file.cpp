#include "base/installed_file.h"

namespace echollama {

std::filesystem::path installed_file(std::filesystem::path const& relative, std::filesystem::path const& built) {
    std::error_code failed;
    auto const program = std::filesystem::read_symlink("/proc/self/exe", failed);
    auto const installed = program.parent_path().parent_path() / relative;
    return !failed && std::filesystem::exists(installed, failed) ? installed : built;
}

} // namespace echollama
