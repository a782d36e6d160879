#include "base/installed_file.h"

namespace echollama {
namespace {

constexpr int most_folders_above = 3; // of PREFIX/lib/echollama/LEVEL

} // namespace

std::filesystem::path installed_file(std::filesystem::path const& relative, std::filesystem::path const& built) {
    std::error_code failed;
    auto folder = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
    for (int above = 0; !failed && above < most_folders_above; ++above) {
        folder = folder.parent_path();
        if (auto installed = folder / relative; std::filesystem::exists(installed, failed)) {
            return installed;
        }
        failed.clear(); // nothing there is no fault
    }
    return built;
}

} // namespace echollama
