// How options are written, for refusals, help, man page and completions alike.
#pragma once

#include "command_line/command_line.h"

#include <string>
#include <vector>

namespace echollama {

// "0.5", "256".
std::string number_text(double value);

// What stands for the option's value: "FILE", "headline|short|full", nothing for a flag.
std::string value_text(Option const& option);

// "--out, -o FILE", "IMAGE", "QUESTIONS...".
std::string option_term(Option const& option);

// The help with the range and with what the option excludes or needs.
std::string option_help(Option const& option);

// "echollama describe [OPTION...] IMAGE".
std::string usage_text(Command const& command);

// Those that are not hidden: the options of the command, or its positionals; those of its parents are not among them.
std::vector<Option const*> shown_options(Command const& command, bool positional);

} // namespace echollama
