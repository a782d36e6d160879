#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <string>

namespace echollama::log {
namespace {

std::atomic<Level> current_level{Level::warning};

void write(Level at, std::string_view prefix, std::string_view message) {
    if (at < current_level.load(std::memory_order_relaxed)) {
        return;
    }
    std::string line;
    line.reserve(prefix.size() + message.size() + 1);
    line.append(prefix).append(message).push_back('\n');
    std::fwrite(line.data(), 1, line.size(), stderr); // one call, so lines of several threads do not mix
}

} // namespace

void set_level(Level level) {
    current_level = level;
}
Level level() {
    return current_level;
}

void debug(std::string_view message) {
    write(Level::debug, "debug: ", message);
}
void info(std::string_view message) {
    write(Level::info, "", message);
}
void warning(std::string_view message) {
    write(Level::warning, "warning: ", message);
}
void error(std::string_view message) {
    write(Level::error, "error: ", message);
}

} // namespace echollama::log
