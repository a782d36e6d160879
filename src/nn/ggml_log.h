// ggml, llama.cpp and whisper.cpp print through callbacks; their technical lines go to our debug log.
#pragma once

#include <ggml.h>

#include <string_view>

namespace echollama::nn {

// The text of such a line without its line breaks.
std::string_view ggml_line(char const* text);

// A callback for ggml_log_set, llama_log_set, whisper_log_set and their like.
void log_ggml_line(ggml_log_level level, char const* text, void* user);

// Sets ggml's log callback, once for the whole program. Thread-safe.
void route_ggml_logs();

} // namespace echollama::nn
