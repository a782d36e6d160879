// Text on standard input while it is still being written.
#pragma once

#include "base/bounded_queue.h"

#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace echollama {

// Calls `text` with every piece as it arrives, whatever it ends with; `pause` is true (and the piece empty) when the
// writer has paused at the end of a sentence or line, so that the last sentence need not wait for what follows it.
// Returns at the end of the input, or when stop is requested.
void read_text_as_it_comes(std::function<void(std::string_view piece, bool pause)> const& text, std::stop_token stop);

// Lines of standard input, read on a thread of its own so that each is seen when it is typed. What is typed while
// nobody asks waits in order.
class TypedLines {
  public:
    // `seen` is called with every line at once, on the reading thread; the lines for which it returns false are those
    // that next() gives. A line longer than 64 KiB becomes several.
    TypedLines(std::function<bool(std::string const& line)> seen, std::stop_token stop);
    // The next line; empty at the end of the input or when stop is requested. Throws Error when reading failed.
    std::optional<std::string> next();

  private:
    void read(std::stop_token const& stop);

    std::function<bool(std::string const&)> seen_;
    std::stop_token stop_; // of the program
    BoundedQueue<std::string> waiting_{1000};
    std::exception_ptr failure_;
    std::jthread thread_; // last: it uses everything above
};

} // namespace echollama
