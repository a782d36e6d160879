#include "listener/whisper_log.h"

#include "nn/ggml_log.h"

#include <whisper.h>

#include <mutex>

namespace echollama {

void route_whisper_logs() {
    static std::once_flag once;
    std::call_once(once, [] { whisper_log_set(nn::log_ggml_line, nullptr); });
}

} // namespace echollama
