#include "nn/ggml_log.h"

#include "base/log.h"

#include <mutex>

namespace echollama::nn {

std::string_view ggml_line(char const* text) {
    std::string_view line(text);
    while (line.ends_with('\n')) {
        line.remove_suffix(1);
    }
    return line;
}

void log_ggml_line(ggml_log_level, char const* text, void*) {
    log::debug(ggml_line(text));
}

void route_ggml_logs() {
    static std::once_flag once;
    std::call_once(once, [] { ggml_log_set(log_ggml_line, nullptr); });
}

} // namespace echollama::nn
