// What packages install beside the program, made from the declarations of the command line.
#pragma once

#include "command_line/command_line.h"

#include <string>

namespace echollama {

// Section 1, as man's macros want it.
std::string man_page(Command const& root, std::string const& version);

enum class Shell { bash, zsh, fish };

// A script that the shell reads by itself when it lies where completions do, or that `source` reads.
std::string shell_completion(Command const& root, Shell shell);

} // namespace echollama
