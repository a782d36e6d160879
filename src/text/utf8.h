// Bytes that arrive in pieces, joined to whole UTF-8 characters.
#pragma once

#include <string>
#include <string_view>

namespace echollama {

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
