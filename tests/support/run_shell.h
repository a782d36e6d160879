// Runs a command and keeps what it says.
#pragma once

#include "support/support.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace echollama::test {

struct Result {
    int code = -1;
    std::string out, err;
};

inline std::string read_text(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Through the shell.
inline Result run_shell(std::string const& command) {
    TempDir temp;
    auto const whole = command + " >" + (temp / "out").string() + " 2>" + (temp / "err").string();
    int const status = std::system(whole.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(temp / "out"), read_text(temp / "err")};
}

} // namespace echollama::test
