#include "base/folder.h"

#include <algorithm>
#include <system_error>

namespace echollama {

std::vector<std::filesystem::path> entries_of(std::filesystem::path const& folder,
                                              std::function<bool(std::string const& name)> const& wanted) {
    std::vector<std::filesystem::path> found;
    std::error_code failed;
    for (auto const& entry : std::filesystem::directory_iterator(folder, failed)) {
        if (wanted(entry.path().filename().string())) {
            found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace echollama
