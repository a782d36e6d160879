// The protocol over standard input and output.
#pragma once

#include "mcp/session.h"

#include <stop_token>
#include <vector>

namespace echollama::mcp {

// Takes messages from standard input, a line each, and answers on what standard output is when it is called; from then
// on whatever else the program prints goes to standard error. Ends when the input has ended and everything is
// answered, when nobody reads the answers any more, or when stop is requested.
void serve_standard_streams(ServerInfo const& info, std::vector<Tool> tools, std::stop_token const& stop);

// The same on any two file descriptors.
void serve_streams(int input, int output, ServerInfo const& info, std::vector<Tool> tools, std::stop_token const& stop);

} // namespace echollama::mcp
