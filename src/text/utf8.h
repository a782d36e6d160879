// UTF-8: one character of a text, and bytes that arrive in pieces, joined to whole characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace echollama {

// The character at the position; bytes that are none give length 0.
struct Character {
    char32_t code = 0;
    std::size_t length = 0;
};
Character character_at(std::string_view text, std::size_t at);

// Joins bytes to whole UTF-8 characters; bytes that can never be one become U+FFFD.
class Utf8Joiner {
  public:
    // What is complete now.
    std::string push(std::string_view bytes);
    // The incomplete rest as U+FFFD; empty when there is none.
    std::string finish();

  private:
    std::string pending_;
};

} // namespace echollama
