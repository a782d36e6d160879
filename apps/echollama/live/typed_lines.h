// Questions that are typed while something else goes on.
#pragma once

#include <string>
#include <vector>

namespace echollama {

class TypedLines {
  public:
    // `wanted`: false where standard input is something else.
    explicit TypedLines(bool wanted) : open_(wanted) {}
    // Lines that were completed since the last call; does not wait.
    std::vector<std::string> take();

  private:
    bool open_;
    std::string begun_;
};

} // namespace echollama
