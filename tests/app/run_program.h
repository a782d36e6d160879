// Runs the built program as a user would.
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

// Through the shell; standard error goes to a file beside. `environment`: assignments before the command.
inline Result echollama(std::string const& arguments, std::string const& environment = "") {
    TempDir temp;
    auto command = environment + " " + built_program().string() + " " + arguments + " >" + (temp / "out").string() +
                   " 2>" + (temp / "err").string();
    int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(temp / "out"), read_text(temp / "err")};
}

} // namespace echollama::test
