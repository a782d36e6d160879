#include "base/home_dir.h"

#include "base/error.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

namespace echollama {
namespace {

std::filesystem::path home_in_user_database() {
    std::vector<char> texts(1 << 14);
    passwd entry{};
    passwd* found = nullptr;
    while (getpwuid_r(getuid(), &entry, texts.data(), texts.size(), &found) == ERANGE && texts.size() < 1 << 20) {
        texts.resize(2 * texts.size());
    }
    return found && found->pw_dir ? found->pw_dir : "";
}

} // namespace

std::filesystem::path path_from_environment(char const* name) {
    char const* value = std::getenv(name);
    return value ? value : "";
}

std::filesystem::path home_dir() {
    if (auto home = path_from_environment("HOME"); home.is_absolute()) {
        return home;
    }
    auto const found = home_in_user_database();
    if (!found.is_absolute()) {
        throw Error("Your home folder is not known: HOME is not set and the system has no folder for user number " +
                    std::to_string(getuid()) +
                    "; set HOME or ECHOLLAMA_CACHE, or name the models' folder with --models.");
    }
    return found;
}

} // namespace echollama
