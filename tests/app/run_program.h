// Runs the built program as a user would.
#pragma once

#include "support/run_shell.h"

namespace echollama::test {

// Through the shell. `environment`: assignments before the command.
inline Result echollama(std::string const& arguments, std::string const& environment = "") {
    return run_shell(environment + " " + built_program().string() + " " + arguments);
}

} // namespace echollama::test
