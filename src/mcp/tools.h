// What agents can do with this program: describe a picture, ask about it, speak, and understand recordings.
#pragma once

#include "mcp/session.h"
#include "server/engine.h"

#include <vector>

namespace echollama::mcp {

// The tools describe, ask, say and listen, as far as the engine has models for them. Pictures and recordings are named
// by their path, for models cannot write large ones; they may be "data:" addresses as well. The engine must outlive
// them.
std::vector<Tool> make_tools(server::Engine& engine);

} // namespace echollama::mcp
