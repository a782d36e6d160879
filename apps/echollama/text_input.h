// Text on standard input while it is still being written.
#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

namespace echollama {

// Calls `text` with every piece as it arrives, whatever it ends with; `pause` is true (and the piece empty) when the
// writer has paused at the end of a sentence or line, so that the last sentence need not wait for what follows it.
// Returns at the end of the input, or when stop is requested.
void read_text_as_it_comes(std::function<void(std::string_view piece, bool pause)> const& text, std::stop_token stop);

} // namespace echollama
