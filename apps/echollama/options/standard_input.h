// What comes through standard input, as it comes.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace echollama {

// Puts what is there into `block`, and returns how many bytes that is: 0 at the end, nothing when none came within the
// time. Throws Error; `what` is to be read, such as "text".
std::optional<std::size_t> read_standard_input(std::span<char> block, int wait_ms, char const* what);

} // namespace echollama
