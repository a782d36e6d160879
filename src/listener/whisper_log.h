// What whisper.cpp prints.
#pragma once

namespace echollama {

// Sends whisper.cpp's own lines to the debug log, once for the whole program. Thread-safe.
void route_whisper_logs();

} // namespace echollama
