// ggml, llama.cpp and whisper.cpp print through callbacks; their technical lines go to our debug log.
#pragma once

namespace echollama::nn {

// Sets ggml's log callback, once for the whole program. Thread-safe.
void route_ggml_logs();

} // namespace echollama::nn
