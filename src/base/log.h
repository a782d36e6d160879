// Diagnostics go to stderr, one line each; results never go through here.
#pragma once

#include <string_view>

namespace echollama::log {

enum class Level { debug, info, warning, error, silent };

// Lines below this level are dropped. Default: warning. Thread-safe.
void set_level(Level level);
Level level();

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

} // namespace echollama::log
