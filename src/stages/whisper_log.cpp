#include "stages/whisper_log.h"

#include "base/log.h"

#include <whisper.h>

#include <mutex>
#include <string_view>

namespace echollama {

void route_whisper_logs() {
    static std::once_flag once;
    std::call_once(once, [] {
        whisper_log_set(
            [](ggml_log_level, char const* text, void*) {
                std::string_view line(text);
                while (line.ends_with('\n')) {
                    line.remove_suffix(1);
                }
                log::debug(line);
            },
            nullptr);
    });
}

} // namespace echollama
